import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Disk } from './ports.ts';

/** Takes a stream in as a file: all of it, synced, under a name of our own; or nothing. */

/** Free space is looked at again after this many bytes: others write too, and all of them may overshoot by as much. */
const LOOK_EVERY_BYTES = 1_048_576;
/** The end of a name under which a file is written until it is complete. */
const UNFINISHED = '.part';

/** A finished file, as we name it; whatever else lies in the folder is somebody's own. */
const OURS = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.bin$/;

export type IntakeFault = 'too-large' | 'no-space' | 'empty';

/** The stream was read up to here and no further; it is not destroyed. */
export class IntakeRefused extends Error {
  readonly fault: IntakeFault;
  constructor(fault: IntakeFault, text: string) {
    super(text);
    this.name = 'IntakeRefused';
    this.fault = fault;
  }
}

export type IntakeLimits = {
  /** Made when it is missing. */
  readonly folder: string;
  readonly maxBytes: number;
  /** Bytes that stay free on this disk, for the store above all. */
  readonly reserveBytes: number;
  readonly disk: Disk;
};

/** `id` is new, and the name of the file without `.bin`. */
export type TakenIn = { readonly id: string; readonly path: string; readonly size: number; readonly sha256: string };

export const systemDisk: Disk = {
  freeBytes: async (folder) => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
};

/** Rejects with IntakeRefused where `size` bytes more would be too many or leave too little free. */
export async function roomFor(size: number, limits: IntakeLimits): Promise<void> {
  if (size > limits.maxBytes) throw new IntakeRefused('too-large', `at most ${limits.maxBytes} bytes are taken`);
  await mkdir(limits.folder, { recursive: true, mode: 0o700 });
  if ((await limits.disk.freeBytes(limits.folder)) - size < limits.reserveBytes) {
    throw new IntakeRefused('no-space', 'too little space is left on the disk');
  }
}

/**
 * Reads `source` to its end into a file of `limits.folder`. Rejects with IntakeRefused or with the error of the stream or
 * the disk, and leaves nothing behind then. `moved` hears of every piece.
 */
export async function takeIn(
  source: Readable,
  limits: IntakeLimits,
  moved: (bytes: number) => void = () => undefined,
): Promise<TakenIn> {
  heldBack(source);
  await roomFor(0, limits);
  const id = randomUUID();
  const path = join(limits.folder, `${id}.bin`);
  const unfinished = `${path}${UNFINISHED}`;
  const hash = createHash('sha256');
  let size = 0;
  let looked = 0;
  try {
    const file = await open(unfinished, 'wx', 0o600);
    try {
      // The caller still has to answer on the socket of this stream.
      for await (const piece of source.iterator({ destroyOnReturn: false })) {
        const bytes = Buffer.isBuffer(piece) ? piece : Buffer.from(piece);
        size += bytes.length;
        if (size > limits.maxBytes) await roomFor(size, limits);
        if (size - looked >= LOOK_EVERY_BYTES) {
          looked = size;
          await roomFor(0, limits);
        }
        hash.update(bytes);
        await file.writeFile(bytes);
        moved(bytes.length);
      }
      if (size === 0) throw new IntakeRefused('empty', 'the file is empty');
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    await syncFolder(limits.folder);
  } catch (error) {
    await rm(unfinished, { force: true });
    await rm(path, { force: true });
    throw isFull(error) ? new IntakeRefused('no-space', 'no space is left on the disk') : error;
  }
  return { id, path, size, sha256: hash.digest('hex') };
}

/** Until somebody reads it, an error of this stream waits for whoever does, instead of ending the process. */
export function heldBack(source: Readable): void {
  source.on('error', () => undefined);
}

/** Removes what a power cut left unfinished in a folder; tells how many files. Only while nothing is being taken in. */
export async function sweepUnfinished(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const left = (await readdir(folder)).filter((name) => name.endsWith(UNFINISHED));
  for (const name of left) await rm(join(folder, name), { force: true });
  return left.length;
}

/**
 * Removes unfinished files, and finished ones that nobody knows of and that are older than `before` (ms): younger ones may
 * be all that is left of a store that was restored. Tells how many. Only while nothing is being taken in.
 */
export async function sweepStrays(folder: string, known: ReadonlySet<string>, before: number): Promise<number> {
  let swept = await sweepUnfinished(folder);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (!OURS.test(name) || known.has(name.slice(0, -4)) || (await stat(path)).mtimeMs >= before) continue;
    await rm(path, { force: true });
    swept += 1;
  }
  return swept;
}

/** After this, a file that was renamed or removed is so after a power cut too. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
