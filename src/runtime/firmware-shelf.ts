import { open as openFile, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Instant, instant } from '../domain/units.ts';
import { safeFileName } from './file-address.ts';
import { heldBack, type IntakeLimits, roomFor, sweepUnfinished, syncFolder, takeIn } from './file-intake.ts';
import type { Clock, Disk, FileOffer, Log } from './ports.ts';

/** The firmware files that an operator has given us, in a folder of their own: each with a label beside it. */

/** Files at once: several models, several versions of each. */
const MAX_FILES = 100;
/** An id as we make them: nothing else ever becomes part of a path. */
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type Firmware = {
  readonly id: string;
  /** One safe name, as the operator called it. */
  readonly name: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly addedAt: Instant;
};

/** There is no place for another file: one must be removed first. */
export class ShelfFull extends Error {
  constructor() {
    super(`at most ${MAX_FILES} firmware files are kept`);
    this.name = 'ShelfFull';
  }
}

export type FirmwareShelf = {
  /**
   * Takes a file in. Rejects with ShelfFull, with IntakeRefused (too large, no space, empty) or with the error of the
   * stream; nothing is left of the file then. `announced`, the Content-Length if there is one, is refused before it is read.
   */
  put(source: Readable, name: string, announced?: number | null): Promise<Firmware>;
  /** What a download token is good for; null for an id that is not on the shelf. */
  open(id: string): Extract<FileOffer, { kind: 'download' }> | null;
  /** False for an id that is not on the shelf. Downloads under way go on to their end. */
  remove(id: string): Promise<boolean>;
  /** Newest first. */
  list(): readonly Firmware[];
};

/** Opens the shelf, made when it is missing; removes what a power cut left without a label. */
export async function openFirmwareShelf(options: {
  folder: string;
  /** Of one file. */
  maxBytes: number;
  /** Bytes that stay free on the disk. */
  reserveBytes: number;
  disk: Disk;
  clock: Pick<Clock, 'now'>;
  log: Log;
}): Promise<FirmwareShelf> {
  const { folder, clock } = options;
  const limits: IntakeLimits = options;
  await sweepUnfinished(folder);
  const files = await readLabels(folder, options.log);
  let coming = 0;

  return {
    put: async (source, name, announced = null) => {
      heldBack(source);
      if (files.size + coming >= MAX_FILES) throw new ShelfFull();
      coming += 1;
      try {
        await roomFor(announced ?? 0, limits);
        const { id, path, size, sha256 } = await takeIn(source, limits);
        const firmware = { id, name: safeFileName(name) ?? 'firmware.bin', size, sha256, addedAt: clock.now() };
        try {
          await writeLabel(folder, firmware);
        } catch (error) {
          await rm(path, { force: true });
          throw error;
        }
        files.set(id, firmware);
        return firmware;
      } finally {
        coming -= 1;
      }
    },
    open: (id) => {
      const firmware = files.get(id);
      if (firmware === undefined) return null;
      const { name, size, sha256 } = firmware;
      return { kind: 'download', path: fileOf(folder, id), size, sha256, name };
    },
    remove: async (id) => {
      if (!files.delete(id)) return false;
      // The label first: a file without one is swept at the next start.
      await rm(labelOf(folder, id), { force: true });
      await rm(fileOf(folder, id), { force: true });
      await syncFolder(folder);
      return true;
    },
    list: () => [...files.values()].sort((a, b) => b.addedAt - a.addedAt),
  };
}

const fileOf = (folder: string, id: string): string => join(folder, `${id}.bin`);
const labelOf = (folder: string, id: string): string => join(folder, `${id}.json`);

async function writeLabel(folder: string, { id, ...label }: Firmware): Promise<void> {
  const unfinished = `${labelOf(folder, id)}.part`;
  const file = await openFile(unfinished, 'wx', 0o600);
  try {
    await file.writeFile(JSON.stringify(label));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, labelOf(folder, id));
  await syncFolder(folder);
}

/** What lies there whole. Only names that we make are touched: the folder may hold a file of someone's own. */
async function readLabels(folder: string, log: Log): Promise<Map<string, Firmware>> {
  const files = new Map<string, Firmware>();
  const names = new Set(await readdir(folder));
  for (const name of names) {
    const [id = '', ending, ...more] = name.split('.');
    if (!ID.test(id) || more.length > 0) continue;
    if (ending === 'bin' && !names.has(`${id}.json`)) await rm(join(folder, name), { force: true });
    if (ending !== 'json') continue;
    const firmware = names.has(`${id}.bin`) ? parseLabel(id, await readFile(join(folder, name), 'utf8')) : null;
    const size = firmware === null ? null : (await stat(fileOf(folder, id))).size;
    if (firmware !== null && firmware.size === size) files.set(id, firmware);
    else log.warn({ id }, 'A firmware file does not fit its label and is left out');
  }
  return files;
}

function parseLabel(id: string, text: string): Firmware | null {
  let label: unknown;
  try {
    label = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof label !== 'object' || label === null) return null;
  if (!('name' in label && 'size' in label && 'sha256' in label && 'addedAt' in label)) return null;
  const { name, size, sha256, addedAt } = label;
  if (typeof name !== 'string' || typeof sha256 !== 'string') return null;
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(addedAt)) return null;
  return { id, name, size: Number(size), sha256, addedAt: instant(Number(addedAt)) };
}
