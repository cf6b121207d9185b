import type { TelemetryRow } from '../store/outbox.ts';

/** Readings of t1 in one message, column by column, each value as the difference to the one before: a tenth of the bytes. */
export type ReadingBatch = {
  readonly epoch: string;
  readonly stream: 't1';
  readonly from: number;
  readonly to: number;
  /** Each row stands for the readings of so many seconds; null: for one reading. */
  readonly everyS: number | null;
  readonly series: readonly Series[];
};

/** Of one connector and session. Columns are as long as `n`; one that would hold nothing is left out. */
export type Series = {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly transactionId: number | null;
  readonly n: number;
  readonly seq: readonly number[];
  readonly atMs: readonly number[];
  readonly quality: string | readonly string[];
} & { readonly [Name in ColumnName]?: readonly (number | null)[] };

export const columns = {
  energyWh: (row: TelemetryRow) => row.energyWh,
  powerW: (row: TelemetryRow) => row.powerW,
  l1MA: (row: TelemetryRow) => row.currentMA[0],
  l2MA: (row: TelemetryRow) => row.currentMA[1],
  l3MA: (row: TelemetryRow) => row.currentMA[2],
  l1MV: (row: TelemetryRow) => row.voltageMV[0],
  l2MV: (row: TelemetryRow) => row.voltageMV[1],
  l3MV: (row: TelemetryRow) => row.voltageMV[2],
  offeredMA: (row: TelemetryRow) => row.offeredMA,
  socPercent: (row: TelemetryRow) => row.socPercent,
} as const;
export type ColumnName = keyof typeof columns;
const columnNames = Object.keys(columns) as ColumnName[];

/** `rows` follow one another, from number `from` on to `to`; with `everyS` they are thinned. */
export function readingBatch(
  rows: readonly TelemetryRow[],
  { epoch, from, to, everyS }: { epoch: string; from: number; to: number; everyS: number | null },
): ReadingBatch {
  const kept = everyS === null ? rows : thinned(rows, everyS);
  const groups = new Map<string, TelemetryRow[]>();
  for (const row of kept) {
    const key = seriesKey(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return { epoch, stream: 't1', from, to, everyS, series: [...groups.values()].map(series) };
}

function series(rows: readonly TelemetryRow[]): Series {
  const [first] = rows as [TelemetryRow];
  const { chargePointId, connectorId, transactionId } = first;
  const found: { -readonly [Name in ColumnName]?: (number | null)[] } = {};
  for (const name of columnNames) {
    const values = rows.map(columns[name]);
    if (values.some((value) => value !== null)) found[name] = name === 'socPercent' ? values : differences(values);
  }
  const qualities = rows.map(({ quality }) => quality);
  return {
    chargePointId,
    connectorId,
    transactionId,
    n: rows.length,
    seq: differences(rows.map(({ seq }) => seq)) as number[],
    atMs: differences(rows.map(({ atMs }) => atMs)) as number[],
    quality: qualities.every((quality) => quality === first.quality) ? first.quality : qualities,
    ...found,
  };
}

/** The first value that is there as it is, each later one less the one before it; null where there is none. */
function differences(values: readonly (number | null)[]): (number | null)[] {
  let last = 0;
  return values.map((value) => {
    if (value === null) return null;
    const step = value - last;
    last = value;
    return step;
  });
}

/**
 * One row for each connector, session and stretch of time: means of power, current, voltage and offer, the last energy and
 * state of charge. Its number and time are those of the last reading that it stands for.
 */
function thinned(rows: readonly TelemetryRow[], everyS: number): TelemetryRow[] {
  const buckets = new Map<string, TelemetryRow[]>();
  for (const row of rows) {
    const key = `${seriesKey(row)}/${Math.floor(row.atMs / (everyS * 1_000))}`;
    const bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, [row]);
    else bucket.push(row);
  }
  return [...buckets.values()].map(merged).sort((a, b) => a.seq - b.seq);
}

function merged(rows: readonly TelemetryRow[]): TelemetryRow {
  const last = rows.at(-1) as TelemetryRow;
  const mean = (of: (row: TelemetryRow) => number | null): number | null => {
    const values = rows.map(of).filter((value) => value !== null);
    return values.length === 0 ? null : Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
  };
  const latest = (of: (row: TelemetryRow) => number | null): number | null =>
    rows.map(of).findLast((value) => value !== null) ?? null;
  return {
    ...last,
    energyWh: latest(columns.energyWh),
    powerW: mean(columns.powerW),
    currentMA: [mean(columns.l1MA), mean(columns.l2MA), mean(columns.l3MA)],
    voltageMV: [mean(columns.l1MV), mean(columns.l2MV), mean(columns.l3MV)],
    offeredMA: mean(columns.offeredMA),
    socPercent: latest(columns.socPercent),
    quality: rows.every(({ quality }) => quality === last.quality) ? last.quality : 'mixed',
  };
}

const seriesKey = ({ chargePointId, connectorId, transactionId }: TelemetryRow): string =>
  `${chargePointId}/${connectorId}/${transactionId ?? ''}`;
