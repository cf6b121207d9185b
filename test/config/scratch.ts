import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { type Config, type LoadRequest, type LoadResult, loadConfig } from '../../src/config/load.ts';
import { formatProblem } from '../../src/config/problem.ts';

/** A folder of its own for the tests of one file, removed after them. */
export const folder = mkdtempSync(join(tmpdir(), 'busbar-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The configuration file that `load` writes. */
export const file = join(folder, 'site.yaml');

/** Writes a file below the folder and returns its path. */
export function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

export function load(text: string | Uint8Array, request: Partial<LoadRequest> = {}): LoadResult {
  write('site.yaml', text);
  return loadConfig({ file, env: {}, ...request });
}

/** The configuration that the text means; fails with the problems where it is not valid. */
export function valid(text: string, request: Partial<LoadRequest> = {}): Config {
  const result = load(text, request);
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.config;
}

/** Problems as lines, with `.` for the folder of the test. */
export function problemLines(text: string | Uint8Array, request: Partial<LoadRequest> = {}): string[] {
  const result = load(text, request);
  return result.ok ? [] : result.problems.map((problem) => formatProblem(problem).replaceAll(folder, '.'));
}

/** Warnings as lines, with `.` for the folder of the test. */
export function warningLines(text: string, request: Partial<LoadRequest> = {}): string[] {
  return load(text, request).warnings.map((problem) => formatProblem(problem).replaceAll(folder, '.'));
}
