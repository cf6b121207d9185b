import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutant } from './mutants.ts';

/** Makes a copy of the compiled tree with one line of it changed; gives its folder, and what takes it away again. */
export function sabotaged(
  { file, from, to }: Mutant,
  compiled: string,
): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-mutant-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    for (const part of ['src', 'test']) cpSync(join(compiled, part), join(folder, part), { recursive: true });
    symlinkSync(join(compiled, '..', 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    const path = join(folder, 'src', `${file}.js`);
    const text = readFileSync(path, 'utf8');
    const places = text.split(from).length - 1;
    if (places !== 1) throw new Error(`stands ${places} times in what is compiled of src/${file}.ts: ${from}`);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
    return { folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
