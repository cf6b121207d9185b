import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeFileName } from '../../src/runtime/file-address.ts';
import { systemDisk } from '../../src/runtime/file-intake.ts';
import { openFirmwareShelf, ShelfFull } from '../../src/runtime/firmware-shelf.ts';
import { createKeptLog } from '../support/kept-log.ts';
import { createManualClock, NOON } from '../support/manual-clock.ts';
import { scratchPaths } from '../support/scratch-folder.ts';
import { sha256, someBytes } from './file-world.ts';

const scratch = scratchPaths();
const bytes = someBytes(300_000);

function openShelf(folder: string, change: { free?: number; clock?: ReturnType<typeof createManualClock> } = {}) {
  const { free } = change;
  const log = createKeptLog();
  const disk = free === undefined ? systemDisk : { freeBytes: async () => free };
  const clock = change.clock ?? createManualClock();
  return openFirmwareShelf({ folder, maxBytes: 400_000, reserveBytes: 1_000, disk, clock, log });
}

describe('the firmware shelf', () => {
  it('keeps a file with its name, size and hash, over a restart', async () => {
    const folder = scratch('firmware');
    const clock = createManualClock();
    const shelf = await openShelf(folder, { clock });
    const first = await shelf.put(Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]), '../../ac22 v1.4.bin');
    expect(first).toEqual({
      id: first.id,
      name: 'ac22 v1.4.bin',
      size: 300_000,
      sha256: sha256(bytes),
      addedAt: NOON,
    });
    clock.advance(1_000);
    const second = await shelf.put(Readable.from([bytes]), 'ac22 v1.4.bin');
    expect(second.id).not.toBe(first.id);
    const again = await openShelf(folder);
    expect(again.list()).toEqual([second, first]);
    const offer = again.open(first.id);
    expect(offer).toMatchObject({ kind: 'download', size: 300_000, sha256: sha256(bytes), name: 'ac22 v1.4.bin' });
    expect(readFileSync(offer?.path ?? '').equals(bytes)).toBe(true);
  });

  it('removes a file, and knows no other id', async () => {
    const folder = scratch('firmware');
    const shelf = await openShelf(folder);
    const { id } = await shelf.put(Readable.from([bytes]), 'a.bin');
    for (const wrong of ['', '..', '../x', '__proto__', `${id}.bin`, `./${id}`, id.toUpperCase().replace(/\d/g, 'x')]) {
      expect([wrong, shelf.open(wrong), await shelf.remove(wrong)]).toEqual([wrong, null, false]);
    }
    expect(await shelf.remove(id)).toBe(true);
    expect(shelf.open(id)).toBeNull();
    expect(shelf.list()).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['too large', bytes.length + 100_001, 'at most 400000 bytes are taken', undefined],
    ['empty', 0, 'the file is empty', undefined],
    ['for a disk that is nearly full', 10, 'too little space is left on the disk', 999],
  ])('leaves nothing of a file that is %s', async (_, size, text, free) => {
    const folder = scratch('firmware');
    const shelf = await openShelf(folder, free === undefined ? {} : { free });
    await expect(shelf.put(Readable.from([Buffer.alloc(size)]), 'a.bin')).rejects.toThrow(text);
    expect(readdirSync(folder)).toEqual([]);
    expect(shelf.list()).toEqual([]);
  });

  it('refuses an announced size before it reads', async () => {
    const shelf = await openShelf(scratch('firmware'));
    const source = Readable.from([bytes]);
    await expect(shelf.put(source, 'a.bin', 400_001)).rejects.toThrow('at most 400000 bytes');
    expect(source.readableDidRead).toBe(false);
  });

  it('leaves nothing of a file whose sender breaks off', async () => {
    const folder = scratch('firmware');
    const shelf = await openShelf(folder);
    const source = new Readable({ read: () => undefined });
    const put = shelf.put(source, 'a.bin');
    source.push(bytes);
    source.destroy(new Error('gone'));
    await expect(put).rejects.toThrow('gone');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('has room for a hundred', async () => {
    const shelf = await openShelf(scratch('firmware'));
    const puts = Array.from({ length: 101 }, () => shelf.put(Readable.from([Buffer.from('x')]), 'a.bin'));
    const outcomes = await Promise.allSettled(puts);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    await expect(puts.at(-1)).rejects.toThrow(ShelfFull);
    await shelf.remove(shelf.list()[0]?.id ?? '');
    expect(await shelf.put(Readable.from([bytes]), 'b.bin')).toMatchObject({ name: 'b.bin' });
  });

  it('clears away after a power cut what is not whole, and nothing that is not its own', async () => {
    const folder = scratch('firmware');
    const shelf = await openShelf(folder);
    const [whole, cut, garbled] = await Promise.all(
      ['whole', 'cut', 'garbled'].map((name) => shelf.put(Readable.from([bytes]), name)),
    );
    if (whole === undefined || cut === undefined || garbled === undefined) throw new Error('not put');
    writeFileSync(join(folder, `${cut.id}.bin`), bytes.subarray(1));
    writeFileSync(join(folder, `${garbled.id}.json`), '{"name":');
    const orphan = '00000000-0000-4000-8000-000000000000.bin';
    for (const name of [orphan, `${orphan}.part`, 'notes.txt', 'mine.bin']) writeFileSync(join(folder, name), 'x');
    const again = await openShelf(folder);
    expect(again.list()).toEqual([whole]);
    expect(readdirSync(folder)).not.toContain(orphan);
    expect(readdirSync(folder)).not.toContain(`${orphan}.part`);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['notes.txt', 'mine.bin', `${cut.id}.bin`]));
  });
});

it('a safe name is short, has no path, and stays as it is', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), (text) => {
      const name = safeFileName(text);
      if (name === null) return;
      expect([...name].length).toBeLessThanOrEqual(80);
      expect(name).toMatch(/^[\p{L}\p{M}\p{N}_()+-][\p{L}\p{M}\p{N} ._()+-]*$/u);
      expect(safeFileName(name)).toBe(name);
    }),
    { numRuns: 2_000 },
  );
});
