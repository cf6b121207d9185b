import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seriesCsv, sessionsCsv } from './csv-report.ts';
import { htmlReport } from './html-report.ts';
import type { StudyReport } from './report.ts';

/** The folder that a report is written into. */

const FILES = ['report.json', 'sessions.csv', 'series.csv', 'report.html'] as const;

/** How a report of ours begins; enough of the file is looked at to see it. */
const BEGINS = '{"format":"busbar-study/1"';

/** Why this folder can't take a report, in words, or null: files of somebody else are never overwritten. */
export function refusalOf(folder: string): string | null {
  if (!existsSync(folder)) return null;
  if (!statSync(folder).isDirectory()) return `${folder} is a file, not a folder`;
  const there = FILES.filter((name) => existsSync(join(folder, name)));
  if (there.length === 0 || isOurs(join(folder, 'report.json'))) return null;
  return `${folder} holds ${there.join(', ')}, and no report of a study: nothing is overwritten there. Give another folder with --out`;
}

/** Writes all files of a report, in place of those of an earlier one, and returns where they are. */
export function writeReport(folder: string, report: StudyReport, warnings: readonly string[]): string[] {
  mkdirSync(folder, { recursive: true });
  const texts: Record<(typeof FILES)[number], string> = {
    'report.json': `${JSON.stringify(report)}\n`,
    'sessions.csv': sessionsCsv(report),
    'series.csv': seriesCsv(report),
    'report.html': htmlReport(report, warnings),
  };
  return FILES.map((name) => {
    const path = join(folder, name);
    // A page that is looked at meanwhile is never half of one.
    writeFileSync(`${path}.partial`, texts[name]);
    renameSync(`${path}.partial`, path);
    return path;
  });
}

function isOurs(path: string): boolean {
  if (!existsSync(path) || !statSync(path).isFile()) return false;
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(BEGINS.length);
    readSync(descriptor, bytes);
    return bytes.toString('latin1') === BEGINS;
  } finally {
    closeSync(descriptor);
  }
}
