import { expect, it } from 'vitest';
import { readRecords, writeRecords } from '../../src/csv/records.ts';

it.each([
  '=cmd|x!A1',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  '\uff1d1+1',
  '\uff0b1',
  '\uff0d1',
  '\uff20A1',
  "'=1",
])('a cell that a spreadsheet would run (%j) is written as text, and read as it was', (cell) => {
  const table = writeRecords([['name'], [cell]]);
  const written = table.slice('name\r\n'.length).replace(/^"/, '');
  expect(written.startsWith("'")).toBe(true);
  const read = readRecords(table);
  expect('records' in read && read.records[1]?.cells).toEqual([cell]);
});
