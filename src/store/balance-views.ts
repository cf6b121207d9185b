import type { Database } from 'better-sqlite3';
import type { Instant } from '../domain/units.ts';
import { IDS_PER_MS } from './balance-history.ts';
import { inUnits, type Page, type ThreePhases, utc } from './view-values.ts';

export type ConnectorMomentView = {
  at: string;
  planA: number | null;
  grantA: number | null;
  acknowledgedA: number | null;
  /** The charge point's own L1 to L3. */
  measuredA: ThreePhases;
  because: string;
};

export type CircuitMomentView = {
  at: string;
  limitA: ThreePhases;
  foreignA: ThreePhases;
  measuredA: ThreePhases;
  committedA: ThreePhases;
  plannedA: ThreePhases;
};

export type HistoryRequest = {
  /** From the first instant on, before the second. */
  readonly from: Instant;
  readonly to: Instant;
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor: string | null;
};

/** Rows looked at for one page: what a turn waits for it stays below some 50 ms, however many connectors there are. */
const MAX_LOOKED_AT = 50_000;

/** The history as it is shown, the oldest first. A page may be short or empty and still have a next one. */
export function createBalanceHistoryViews(database: Database) {
  const ofConnector = pages<ConnectorRow>(database, 'connector_history', 'charge_point_id = ? AND connector_id = ?');
  const ofCircuit = pages<CircuitRow>(database, 'circuit_history', 'circuit = ?');
  return {
    /** Null for a cursor that is none of ours; here and below. */
    connectorHistory: (chargePointId: string, connectorId: number, request: HistoryRequest) =>
      ofConnector(request, [chargePointId, connectorId], connectorView),
    circuitHistory: (circuit: string, request: HistoryRequest) => ofCircuit(request, [circuit], circuitView),
  };
}

function pages<Row extends { id: number }>(database: Database, table: string, isOf: string) {
  const edgeOf = database
    .prepare(`SELECT id FROM ${table} WHERE id > ? AND id < ? ORDER BY id LIMIT 1 OFFSET ${MAX_LOOKED_AT - 1}`)
    .pluck();
  const rowsOf = database.prepare(`SELECT * FROM ${table} WHERE id > ? AND id < ? AND ${isOf} ORDER BY id LIMIT ?`);
  return <View>(
    { from, to, limit, cursor }: HistoryRequest,
    of: readonly (string | number)[],
    view: (row: Row) => View,
  ): Page<View> | null => {
    if (cursor !== null && !/^\d{1,16}$/.test(cursor)) return null;
    const after = Math.max(from * IDS_PER_MS - 1, cursor === null ? -1 : Number(cursor));
    const end = to * IDS_PER_MS;
    const edge = (edgeOf.get(after, end) as number | undefined) ?? null;
    const rows = rowsOf.all(after, edge === null ? end : edge + 1, ...of, limit + 1) as Row[];
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1)?.id : edge;
    return { items: shown.map(view), next: last === null || last === undefined ? null : String(last) };
  };
}

type ConnectorRow = {
  id: number;
  at_ms: number;
  plan_ma: number | null;
  grant_ma: number | null;
  acknowledged_ma: number | null;
  l1_ma: number | null;
  l2_ma: number | null;
  l3_ma: number | null;
  because: string;
};

const connectorView = (row: ConnectorRow): ConnectorMomentView => ({
  at: utc(row.at_ms),
  planA: inUnits(row.plan_ma),
  grantA: inUnits(row.grant_ma),
  acknowledgedA: inUnits(row.acknowledged_ma),
  measuredA: [inUnits(row.l1_ma), inUnits(row.l2_ma), inUnits(row.l3_ma)],
  because: row.because,
});

type Column = 'limit' | 'foreign' | 'measured' | 'committed' | 'planned';
type CircuitRow = { id: number; at_ms: number } & { [K in `${Column}_l${1 | 2 | 3}_ma`]: number | null };

function circuitView(row: CircuitRow): CircuitMomentView {
  const phases = (of: Column): ThreePhases => [
    inUnits(row[`${of}_l1_ma`]),
    inUnits(row[`${of}_l2_ma`]),
    inUnits(row[`${of}_l3_ma`]),
  ];
  return {
    at: utc(row.at_ms),
    limitA: phases('limit'),
    foreignA: phases('foreign'),
    measuredA: phases('measured'),
    committedA: phases('committed'),
    plannedA: phases('planned'),
  };
}
