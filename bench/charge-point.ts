import { WebSocket } from 'ws';
import { createSessionScript, type SessionScript } from './session-script.ts';

export type ChargePoint = {
  readonly script: SessionScript;
  /** Resolves when open; rejects when refused or cut off before. */
  connect(): Promise<void>;
  /** Sends one message; `answered` of the last `onAnswer` follows. One at a time. */
  send(text: string): void;
  onAnswer(listener: () => void): void;
  onClose(listener: () => void): void;
  /** Drops the connection without a word. */
  drop(): void;
};

/** One charge point of the load: a plain WebSocket with nothing around it. `url` ends before the id. */
export function createChargePoint(url: string, number: number): ChargePoint {
  const script = createSessionScript(number);
  let socket: WebSocket | null = null;
  let answered: () => void = () => undefined;
  let closed: () => void = () => undefined;
  return {
    script,
    connect: () =>
      new Promise((resolve, reject) => {
        const opening = new WebSocket(`${url}/${chargePointId(number)}`, 'ocpp1.6', {
          perMessageDeflate: false,
          skipUTF8Validation: true,
          handshakeTimeout: 30_000,
        });
        socket = opening;
        opening.on('open', resolve);
        opening.on('error', reject);
        opening.on('close', () => {
          reject(new Error('closed'));
          if (socket === opening) closed();
        });
        opening.on('message', (data) => {
          const text = data.toString();
          // A call to it: there is nothing here that could be kept in line.
          const [, messageId] = /^\[2,"([^"]+)"/.exec(text) ?? [];
          if (messageId !== undefined) {
            opening.send(`[4,"${messageId}","NotSupported","",{}]`);
            return;
          }
          script.answered(text);
          answered();
        });
      }),
    send: (text) => socket?.send(text),
    onAnswer: (listener) => {
      answered = listener;
    },
    onClose: (listener) => {
      closed = listener;
    },
    drop: () => {
      const dropped = socket;
      socket = null;
      dropped?.terminate();
    },
  };
}

export const chargePointId = (number: number): string => `CP${String(number).padStart(5, '0')}`;
