import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** A file of the box is a row of blocks: what they hold, how long they are, a check sum, and the content, deflated. */

/** `head`: what the segment begins with. `store`: the copy of the store. `text`: items. */
export type BlockKind = 'head' | 'store' | 'text';

const kinds: readonly BlockKind[] = ['head', 'store', 'text'];
const FRAME_BYTES = 9;
/** No block is larger, bytes: what says so is torn. */
const MOST_BYTES = 512 * 1_048_576;

export function encodeBlock(kind: BlockKind, content: Buffer): Buffer {
  const frame = Buffer.alloc(FRAME_BYTES);
  frame.writeUInt8(kinds.indexOf(kind) + 1, 0);
  frame.writeUInt32LE(content.length, 1);
  frame.writeUInt32LE(crc32(content), 5);
  return Buffer.concat([frame, content]);
}

/** The blocks of a file up to where it ends or is torn: a power cut takes the last one with it. */
export function readBlocks(path: string): { kind: BlockKind; content: Buffer }[] {
  const bytes = readFileSync(path);
  const blocks: { kind: BlockKind; content: Buffer }[] = [];
  for (let at = 0; at + FRAME_BYTES <= bytes.length; ) {
    const kind = kinds[bytes.readUInt8(at) - 1];
    const length = bytes.readUInt32LE(at + 1);
    const content = bytes.subarray(at + FRAME_BYTES, at + FRAME_BYTES + length);
    if (kind === undefined || length > MOST_BYTES || content.length < length) break;
    if (crc32(content) !== bytes.readUInt32LE(at + 5)) break;
    blocks.push({ kind, content });
    at += FRAME_BYTES + length;
  }
  return blocks;
}
