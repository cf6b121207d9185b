import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Made by tools or by running: not ours to judge. */
const SKIPPED: ReadonlySet<string> = new Set(['node_modules', 'dist', 'coverage', 'data', 'simulation', '.git']);
const READABLE = /\.(?:ts|tsx|js|mjs|json|md|yaml|yml|sh|service|html|css|sql)$|(?:^|\/)(?:run|Dockerfile|LICENSE)$/;

/** Every text file of the repository, as paths relative to its root, with slashes, sorted. */
export function textFiles(folder = ''): string[] {
  const files: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (SKIPPED.has(entry.name) || entry.name === 'package-lock.json') continue;
    if (entry.isDirectory()) files.push(...textFiles(path));
    else if (entry.isFile() && READABLE.test(path)) files.push(path);
  }
  return files.sort();
}
