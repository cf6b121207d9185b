import { crc32 } from 'node:zlib';
import type { Command } from '../domain/commands.ts';
import { maskSecrets } from '../ocpp/secrets.ts';

/** No secret gets into the box: frames and commands are kept masked, and compared masked. */

/** Where none of these stands, nothing is hidden: most frames are let off the dear look. `\u` may spell anything. */
const MAY_HIDE = /passw|passphrase|passcode|pwd|psk|secret|token|credential|key|:\\?\/|files|[?&]|\\u/i;

/** The frame with its secrets hidden. */
export const maskFrame = (text: string): string => (MAY_HIDE.test(text) ? maskSecrets(text) : text);

/** What is kept of a frame that we send: enough to notice that another one was sent. */
export const frameSum = (text: string): string => crc32(maskFrame(text)).toString(36);

/** The command with its secrets hidden: passwords in messages, and those in addresses of files. */
export function maskCommand(command: Command): Command {
  switch (command.type) {
    case 'operate':
      return { ...command, payload: masked(command.payload) };
    case 'create-file-job':
      return { ...command, request: masked(command.request) };
    default:
      return command;
  }
}

const masked = <T extends object>(value: T): T => JSON.parse(maskFrame(JSON.stringify(value))) as T;
