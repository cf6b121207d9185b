import { Malformed } from './messages.ts';

/** Readings of t1 come in columns, each value as the difference to the one before (docs/upstream.md). Here they become rows. */

export type ReadingRow = {
  readonly seq: number;
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly transactionId: number | null;
  readonly atMs: number;
  readonly values: Readonly<Record<(typeof columns)[number], number | null>>;
  readonly quality: string;
};

const columns = [
  'energyWh',
  'powerW',
  'l1MA',
  'l2MA',
  'l3MA',
  'l1MV',
  'l2MV',
  'l3MV',
  'offeredMA',
  'socPercent',
] as const;
/** These hold values as they are. */
const plain: ReadonlySet<string> = new Set(['socPercent']);
/** Rows of one series at most. */
const MAX_ROWS = 100_000;

/** The rows of one series, in its order; throws where it is none. */
export function rowsOf(series: Readonly<Record<string, unknown>>): ReadingRow[] {
  const { chargePointId, connectorId, transactionId, n, quality } = series;
  if (typeof chargePointId !== 'string' || !isCount(connectorId) || !isCount(n) || n > MAX_ROWS) {
    throw new Malformed('a series without charge point, connector or number of rows');
  }
  const seq = sums(series.seq, n);
  const at = sums(series.atMs, n);
  const found = columns.map((name) =>
    series[name] === undefined ? null : plain.has(name) ? list(series[name], n) : sums(series[name], n),
  );
  return Array.from({ length: n }, (_, index) => ({
    seq: whole(given(seq[index])),
    chargePointId,
    connectorId,
    transactionId: isCount(transactionId) ? transactionId : null,
    atMs: given(at[index]),
    values: Object.fromEntries(
      columns.map((name, column) => [name, found[column]?.[index] ?? null]),
    ) as ReadingRow['values'],
    quality: textIn(Array.isArray(quality) ? quality[index] : quality),
  }));
}

function sums(values: unknown, n: number): (number | null)[] {
  let last = 0;
  return list(values, n).map((step) => {
    if (step === null) return null;
    last += step;
    return last;
  });
}

function list(values: unknown, n: number): (number | null)[] {
  const fits =
    Array.isArray(values) && values.length === n && values.every((one) => one === null || Number.isFinite(one));
  if (!fits) throw new Malformed('a column that does not fit its series');
  return values as (number | null)[];
}

function given(value: number | null | undefined): number {
  if (typeof value !== 'number') throw new Malformed('a row without number or time');
  return value;
}

function whole(seq: number): number {
  if (!isCount(seq)) throw new Malformed('a row whose number is none');
  return seq;
}

function textIn(value: unknown): string {
  if (typeof value !== 'string') throw new Malformed('a row without quality');
  return value;
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
