import type { Told } from './findings.ts';
import type { Losses } from './life.ts';
import type { Session, Sessions } from './sessions.ts';
import type { Stage } from './stage.ts';

/**
 * Every session that a charge point has told stands once in the ledger, with its card, times and registers, and nothing else
 * does. Where the database was taken from an older copy, what was answered after that copy may be missing: no charge point
 * holds it any more.
 */

type Row = {
  readonly id: number;
  readonly chargePointId: string;
  readonly state: 'running' | 'stopped' | 'orphan';
  readonly connectorId: number | null;
  readonly idTag: string | null;
  readonly startedAt: number | null;
  readonly meterStartWh: number | null;
  readonly stoppedAt: number | null;
  readonly meterStopWh: number | null;
  readonly reason: string | null;
  readonly reportedId: number | null;
};

export function judgeLedger(
  { world }: Stage,
  { told, sessions, losses }: { told: Told; sessions: Sessions; losses: Losses },
): void {
  const rows = world.database
    .prepare(
      `SELECT t.id, c.id AS chargePointId, t.state, t.connector_id AS connectorId, t.id_tag AS idTag, t.started_ms AS startedAt,
         t.meter_start_wh AS meterStartWh, t.stopped_ms AS stoppedAt, t.meter_stop_wh AS meterStopWh, t.stop_reason AS reason,
         t.reported_transaction_id AS reportedId
       FROM transactions t JOIN charge_points c ON c.ref = t.charge_point_ref ORDER BY t.id`,
    )
    .all() as Row[];
  const started = by(rows, (row) => (row.state === 'orphan' ? null : startKey(row)));
  const orphans = by(rows, (row) => (row.state === 'orphan' ? stopKey(row.chargePointId, row) : null));
  const known = by(sessions.all(), startKey);
  const ended = by(sessions.all(), ({ chargePointId, stop }) =>
    stop === null ? null : stopKey(chargePointId, { stoppedAt: stop.at, meterStopWh: stop.meterWh }),
  );
  for (const row of rows) {
    const key = row.state === 'orphan' ? stopKey(row.chargePointId, row) : startKey(row);
    if (!(row.state === 'orphan' ? ended : known).has(key)) told.find(`no charge point did ${inWords(row)}`);
  }
  for (const session of sessions.all()) {
    const own = started.get(startKey(session)) ?? [];
    const { stop } = session;
    const lone =
      stop === null
        ? []
        : (orphans.get(stopKey(session.chargePointId, { stoppedAt: stop.at, meterStopWh: stop.meterWh })) ?? []);
    judgeSession(session, own, lone);
  }
  told.count('sessions', sessions.all().length);
  told.count('rows in the ledger', rows.length);

  function judgeSession(session: Session, own: readonly Row[], orphaned: readonly Row[]): void {
    const name = `${session.chargePointId}/${session.connectorId} of ${new Date(session.startedAt).toISOString()}`;
    const { stop, startAnsweredAt, stopAnsweredAt, transactionId } = session;
    if (own.length > 1) told.find(`session ${name} stands ${own.length} times in the ledger`);
    const [row] = own;
    const mayMissStart = startAnsweredAt === null || losses.mayMiss(startAnsweredAt);
    if (row === undefined && !mayMissStart) told.find(`session ${name} was answered and is not in the ledger`);
    if (row !== undefined && !mayMissStart && row.id !== transactionId) {
      told.find(`session ${name} was answered with ${transactionId} and stands under ${row.id}`);
    }
    if (row?.state === 'stopped') {
      const right =
        stop !== null && row.stoppedAt === stop.at && row.meterStopWh === stop.meterWh && row.reason === stop.reason;
      if (!right) told.find(`session ${name} has a stop that it did not say: ${JSON.stringify({ row, stop })}`);
    }
    if (stop === null || stopAnsweredAt === null || losses.mayMiss(stopAnsweredAt)) return;
    const places = orphaned.length + (row?.state === 'stopped' ? 1 : 0);
    if (places !== 1) {
      told.find(
        `the stop of ${name} (transaction ${stop.transactionId}) stands ${places} times in the ledger: ${JSON.stringify(own)}`,
      );
    }
    if (row?.state === 'running' && stop.transactionId === row.id)
      told.find(`session ${name} was ended and still runs`);
  }
}

function by<T>(all: readonly T[], keyOf: (one: T) => string | null): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}

type Start = Pick<Row, 'chargePointId' | 'connectorId' | 'idTag' | 'startedAt' | 'meterStartWh'>;

const startKey = ({ chargePointId, connectorId, idTag, startedAt, meterStartWh }: Start): string =>
  [chargePointId, connectorId, idTag, startedAt, meterStartWh].join(' ');

const stopKey = (chargePointId: string, { stoppedAt, meterStopWh }: Pick<Row, 'stoppedAt' | 'meterStopWh'>): string =>
  [chargePointId, stoppedAt, meterStopWh].join(' ');

const inWords = ({ id, chargePointId, state, ...rest }: Row): string =>
  `transaction ${id} of ${chargePointId} (${state}, ${JSON.stringify(rest)})`;
