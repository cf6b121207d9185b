import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../src/config/load.ts';

/** A site file of these lines, through the loader like any other. */
export function configOf(lines: readonly string[]): Config {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-site-'));
  try {
    const file = join(folder, 'site.yaml');
    writeFileSync(file, `${lines.join('\n')}\n`);
    const result = loadConfig({ file, env: {} });
    if (result.ok) return result.config;
    throw new Error(result.problems.map(({ key, message }) => `${key} ${message}`).join('; '));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
