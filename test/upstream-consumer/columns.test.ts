import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReadingRow, rowsOf } from '../../src/upstream-consumer/columns.ts';
import { Malformed } from '../../src/upstream-consumer/messages.ts';

const columns = ['energyWh', 'powerW', 'l1MA', 'l2MA', 'l3MA', 'l1MV', 'l2MV', 'l3MV', 'offeredMA'] as const;

/** As docs/upstream.md says it, apart from the gateway's own code. */
function encode(rows: readonly ReadingRow[]): Record<string, unknown> {
  const steps = (values: (number | null)[]): (number | null)[] => {
    const measured = values.flatMap((value, index) => (value === null ? [] : [index]));
    return values.map((value, index) => {
      const before = measured[measured.indexOf(index) - 1];
      return value === null ? null : value - (before === undefined ? 0 : (values[before] as number));
    });
  };
  const [first] = rows as [ReadingRow];
  const found = columns.flatMap((name) => {
    const values = rows.map((row) => row.values[name]);
    return values.every((value) => value === null) ? [] : [[name, steps(values)] as const];
  });
  return {
    chargePointId: first.chargePointId,
    connectorId: first.connectorId,
    transactionId: first.transactionId,
    n: rows.length,
    seq: steps(rows.map(({ seq }) => seq)),
    atMs: steps(rows.map(({ atMs }) => atMs)),
    quality: rows.map(({ quality }) => quality),
    socPercent: rows.map(({ values }) => values.socPercent),
    ...Object.fromEntries(found),
  };
}

const measured = fc.option(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), { nil: null });
const row = fc.record({
  seq: fc.nat(),
  chargePointId: fc.constant('CP 1/ä'),
  connectorId: fc.constant(2),
  transactionId: fc.constant(7),
  atMs: fc.nat({ max: 4_000_000_000_000 }),
  values: fc.record({
    ...(Object.fromEntries(columns.map((name) => [name, measured])) as Record<
      (typeof columns)[number],
      typeof measured
    >),
    socPercent: fc.option(fc.integer({ min: 0, max: 100 }), { nil: null }),
  }),
  quality: fc.constantFrom('measured', 'mixed'),
});

describe('readings in columns', () => {
  it('become the rows that they were made of, whatever was not measured', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (rows) => {
        expect(rowsOf(JSON.parse(JSON.stringify(encode(rows))))).toEqual(rows);
      }),
    );
  });

  it('count from where they last stood over a reading that is missing', () => {
    const series = { chargePointId: 'A', connectorId: 1, transactionId: null, n: 3, quality: 'measured' };
    const rows = rowsOf({ ...series, seq: [5, 1, 1], atMs: [1_000, 10, 10], energyWh: [100, null, 7] });
    expect(rows.map(({ seq, atMs, values }) => [seq, atMs, values.energyWh])).toEqual([
      [5, 1_000, 100],
      [6, 1_010, null],
      [7, 1_020, 107],
    ]);
  });

  it('are refused where a column does not fit, whatever stands in it', () => {
    const sound = { chargePointId: 'A', connectorId: 1, transactionId: null, n: 1, seq: [1], atMs: [1], quality: 'x' };
    expect(rowsOf(sound)).toHaveLength(1);
    const broken = [
      { n: 2 },
      { n: -1 },
      { n: 1e9 },
      { seq: [null] },
      { seq: [0.5] },
      { seq: ['1'] },
      { atMs: 'soon' },
      { quality: [] },
      { quality: null },
      { energyWh: [1, 2] },
      { powerW: [{}] },
      { chargePointId: 7 },
    ];
    for (const one of broken) expect(() => rowsOf({ ...sound, ...one }), JSON.stringify(one)).toThrow(Malformed);
  });
});
