import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { refusalOf, writeReport } from '../../src/study/report-folder.ts';
import { scratchPaths } from '../support/scratch-folder.ts';
import { studyReport } from '../support/study-report.ts';

const scratch = scratchPaths();
const report = studyReport({ days: 2, bays: 6, limitA: 40 });

it('writes a report as JSON, tables and a page, in place of one of ours and of nothing else', () => {
  const folder = scratch('simulation');
  expect(refusalOf(folder)).toBeNull();
  writeReport(folder, report, []);
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  expect(refusalOf(folder)).toBeNull();
  writeReport(folder, report, []);
  expect(readdirSync(folder).sort()).toEqual(['notes.txt', 'report.html', 'report.json', 'series.csv', 'sessions.csv']);
  expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).toEqual(report);

  const sessions = parse(readFileSync(join(folder, 'sessions.csv')), { columns: true }) as Record<string, string>[];
  expect(sessions).toHaveLength(report.sessions.length);
  expect(sessions[0]).toMatchObject({ id: report.sessions[0]?.id, demand_kwh: String(report.sessions[0]?.demandKWh) });
  const series = parse(readFileSync(join(folder, 'series.csv')), { columns: true }) as Record<string, string>[];
  expect(series).toHaveLength(report.series.present.length);
  expect(series[7]).toMatchObject({
    time: '2026-03-01T23:35:00.000Z',
    power_kw: String(report.series.powerKW[7]),
    'grid L2 A': String(report.series.circuits[0]?.currentA[1][7]),
  });
});

it('refuses a folder in which such files are not of a study', () => {
  const folder = scratch('other');
  mkdirSync(folder);
  writeFileSync(join(folder, 'report.json'), '{"format":"something else"}');
  expect(refusalOf(folder)).toMatch(/holds report.json, and no report of a study: nothing is overwritten there/);
  expect(refusalOf(join(folder, 'report.json'))).toMatch(/is a file, not a folder/);
});

it('keeps a cell text that a spreadsheet would run', () => {
  const folder = scratch('formula');
  const [first, ...rest] = report.sessions;
  if (first === undefined) throw new Error('no session');
  writeReport(folder, { ...report, sessions: [{ ...first, id: '=1+1' }, ...rest] }, []);
  expect(readFileSync(join(folder, 'sessions.csv'), 'utf8').split('\r\n')[1]).toMatch(/^'=1\+1,/);
});
