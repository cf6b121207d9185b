import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTokenTable, parseTokenTable } from '../../src/csv/token-table.ts';
import { WEEKDAYS } from '../../src/domain/site-time.ts';
import type { Token } from '../../src/domain/token.ts';
import { repeatedName } from '../../src/domain/token-import.ts';
import { instant, wattHours } from '../../src/domain/units.ts';
import { token } from '../support/things.ts';

const errorsOf = (text: string) => {
  const table = parseTokenTable(text);
  return 'errors' in table ? table.errors.map(({ line, message }) => `${line}: ${message}`) : [];
};
const linesOf = (text: string) => {
  const table = parseTokenTable(text);
  if ('errors' in table) throw new Error(JSON.stringify(table.errors));
  return table.lines;
};

describe('a list of tokens', () => {
  it('is read with the columns that it has', () => {
    expect(linesOf('idTag\r\nA\r\n\r\nB\r\n')).toEqual([
      { line: 2, idTag: 'A', fields: {} },
      { line: 4, idTag: 'B', fields: {} },
    ]);
  });

  it('may come from a spreadsheet with semicolons, a byte order mark and line breaks in cells', () => {
    const text = '\uFEFFIDTAG;Note;hours;energyPerMonthKWh\r\nA;"one\ntwo";mon-fri 08:00-17:00;12,5\r\nB;;;\r\n';
    expect(linesOf(text)).toEqual([
      {
        line: 2,
        idTag: 'A',
        fields: {
          note: 'one\ntwo',
          rules: {
            hours: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], fromMinute: 480, toMinute: 1_020 }],
            energyPerMonthWh: 12_500,
          },
        },
      },
      { line: 4, idTag: 'B', fields: { note: null, rules: { hours: [], energyPerMonthWh: null } } },
    ]);
  });

  it('names every line that is wrong', () => {
    const text = [
      'idTag,status,expiresAt,aliases,hours,energyPerMonthKWh',
      'A,Accepted,,,,',
      ',,,,,',
      `${'x'.repeat(21)},,,,,`,
      'B,maybe,tomorrow,,mon 8-9,-1',
      'C,Blocked,2027-01-01T00:00:00Z,c,,',
      'D,Blocked',
    ].join('\n');
    expect(errorsOf(text)).toEqual([
      '4: idTag is "xxxxxxxxxxxxxxxxxxxxx"; allowed: 1 to 20 characters',
      '5: status is "maybe"; allowed: Accepted, Blocked or Expired',
      '5: expiresAt is "tomorrow"; allowed: a date and time such as 2027-12-31T23:00:00Z',
      '5: hours is "mon 8-9"; allowed: hours such as mon-fri 08:00-17:30; sat 10:00-12:00',
      '5: energyPerMonthKWh is "-1"; allowed: a number of kWh from 0 to 1000000',
      '6: c stands twice in this line',
      '7: has 2 cells where there are 6 columns',
    ]);
  });

  it.each([
    ['', /^1: the list is empty/],
    ['name,idTag\n', /^1: there is no column "name"/],
    ['note\nA', /^1: the column idTag is missing/],
    ['idTag,IDTAG\nA,B', /^1: a column is named twice/],
    ['idTag,note\nA,"x\nB,y\n', /^\d: a quotation mark .* is never closed/],
    ['idTag,note\nA,x\nB,y"z\n', /^3: a quotation mark stands inside a cell/],
    [`idTag\n${'x\n'.repeat(20_001)}`, /^0: has 20001 lines; at most 20000 can be/],
  ])('%#: one that can not be read says why', (text, expected) => {
    expect(errorsOf(text)).toEqual([expect.stringMatching(expected)]);
  });

  it('keeps spreadsheets from running what a card or a person wrote', () => {
    const hostile = token({ idTag: '=1+1', note: "+cmd|' /C calc'!A0", costCentre: '@x', parentIdTag: '-2' });
    const text = formatTokenTable([hostile]);
    const cells = text.split('\r\n')[1]?.split(',') ?? [];
    expect(cells.slice(0, 6)).toEqual(["'=1+1", 'Accepted', '', "'-2", "'+cmd|' /C calc'!A0", "'@x"]);
  });

  it('comes back as it went out', () => {
    const word = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...`aB1'"=+-@,. \t\n`) });
    const trimmed = word.filter((text) => text === text.trim());
    const name = trimmed.filter((text) => !text.includes(';'));
    const made: fc.Arbitrary<Token> = fc
      .record({
        idTag: name,
        aliases: fc.array(name, { maxLength: 3 }),
        status: fc.constantFrom('Accepted', 'Blocked', 'Expired'),
        expiresAt: fc.option(fc.integer({ min: 0, max: Date.UTC(2199, 0, 1) }).map(instant)),
        parentIdTag: fc.option(trimmed),
        note: fc.option(trimmed),
        costCentre: fc.option(trimmed),
        rules: fc.record({
          chargePointIds: fc.array(name, { maxLength: 3 }),
          hours: fc.array(
            fc.record({
              days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
              fromMinute: fc.integer({ min: 0, max: 700 }),
              toMinute: fc.integer({ min: 701, max: 1_440 }),
            }),
            { maxLength: 3 },
          ),
          energyPerMonthWh: fc.option(fc.integer({ min: 0, max: 1_000_000_000 }).map(wattHours)),
        }),
        source: fc.constant('api' as const),
      })
      .filter((each) => repeatedName(each) === null);
    fc.assert(
      fc.property(fc.array(made, { maxLength: 5 }), (tokens) => {
        const back = linesOf(formatTokenTable(tokens));
        expect(back.map(({ idTag, fields }) => ({ ...fields, idTag, source: 'api' }))).toEqual(tokens);
      }),
    );
  });
});
