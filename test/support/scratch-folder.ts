import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Returns a maker of paths, each in a folder of its own; all are removed after the tests of the file. */
export function scratchPaths(): (name: string) => string {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  return (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'busbar-store-'));
    folders.push(folder);
    return join(folder, name);
  };
}
