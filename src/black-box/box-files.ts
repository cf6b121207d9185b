import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import type { Log } from '../runtime/ports.ts';
import { type BlockKind, encodeBlock } from './blocks.ts';

/** The folder of the box: numbered files, the oldest of which go when there are too many bytes in all. */

const deflate = promisify(deflateRaw);
/** What a piece of text is packed with: what came before it says much of it already. */
export const DICTIONARY_BYTES = 32_768;
/** Bytes that wait for the disk at most: more than that, and it will never catch up. */
const MOST_WAITING_BYTES = 32 * 1_048_576;

const NAME = /^(\d{8})\.box$/;

/** The files of a box, the oldest first; none where there is no such folder. */
export function boxFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => NAME.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/**
 * Opens the folder for writing. Everything is packed and written in the order in which it is given, beside the work of
 * the process, and nothing is synced. Where the disk refuses, `broken` is called once and nothing more is written.
 */
export function openBoxFiles(site: { folder: string; maxBytes: number; log: Log; broken: () => void }) {
  const { folder, maxBytes, log } = site;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const sizes = new Map(boxFiles(folder).map((path) => [path, statSync(path).size]));
  let number = Number(NAME.exec([...sizes.keys()].at(-1)?.split('/').at(-1) ?? '')?.[1] ?? 0);
  let last: Promise<number> = Promise.resolve(0);
  let isBroken = false;
  let written = 0;
  let waiting = 0;

  /** The oldest go; the newest is the one that is being written. */
  function makeRoom(): void {
    let total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const [path, size] of sizes) {
      if (total <= maxBytes || sizes.size === 1) return;
      rmSync(path, { force: true });
      sizes.delete(path);
      total -= size;
    }
  }

  function fail(error: unknown): void {
    if (isBroken) return;
    isBroken = true;
    log.error({ err: error }, 'the black box can not be written; it ends here until the next start');
    site.broken();
  }

  function put(path: string, kind: BlockKind, content: Buffer, dictionary: Buffer): Promise<number> {
    const before = last;
    waiting += content.length;
    if (waiting > MOST_WAITING_BYTES) fail(new Error('the disk is too slow for what comes in'));
    last = (async () => {
      await before;
      waiting -= content.length;
      if (isBroken) return 0;
      try {
        const packed = await deflate(content, dictionary.length === 0 ? {} : { dictionary });
        const block = encodeBlock(kind, packed);
        await appendFile(path, block);
        written += block.length;
        sizes.set(path, (sizes.get(path) ?? 0) + block.length);
        makeRoom();
        return block.length;
      } catch (error) {
        fail(error);
        return 0;
      }
    })();
    return last;
  }

  return {
    /** Begins a new file with what `head` says. */
    begin(head: string) {
      number += 1;
      const path = join(folder, `${String(number).padStart(8, '0')}.box`);
      // The number is taken at once; what goes into it follows.
      writeFileSync(path, '', { mode: 0o600 });
      let dictionary = Buffer.alloc(0);
      void put(path, 'head', Buffer.from(head), dictionary);
      return {
        text(text: string): void {
          const content = Buffer.from(text);
          void put(path, 'text', content, dictionary);
          dictionary = Buffer.from(content.subarray(-DICTIONARY_BYTES));
        },
        /** Resolves with the bytes that it takes on disk. */
        store: (copy: Buffer): Promise<number> => put(path, 'store', copy, Buffer.alloc(0)),
        /** Bytes on disk so far. */
        size: (): number => sizes.get(path) ?? 0,
      };
    },
    /** Bytes written in the life of this process. */
    written: () => written,
    /** Resolves once all that was given is written, or will never be. */
    async settled(): Promise<void> {
      await last;
    },
  };
}
