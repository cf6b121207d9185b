import type { Database } from 'better-sqlite3';
import type { BalancingEvent, Commitment, FloorEvidence } from '../domain/balancing.ts';
import { instant } from '../domain/units.ts';
import type { Writers } from './writers.ts';

/** The journal of the commitment book: one row for each connector, replaced before anything is sent that raises it. */

const EPOCH_OF_STORE = "SELECT value FROM meta WHERE key = 'epoch'";
const noEvidence = { serialNumber: null, firmwareVersion: null, provenAt: null, by: null };

export function commitmentWriters(database: Database): Writers<BalancingEvent> {
  const epochOf = database.prepare(EPOCH_OF_STORE).pluck();
  const put = database.prepare(`
    INSERT INTO commitments
      (charge_point_id, connector_id, epoch, book, serial_number, firmware_version, proven_at_ms, proven_by, at_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (charge_point_id, connector_id) DO UPDATE SET
      epoch = excluded.epoch, book = excluded.book, serial_number = excluded.serial_number,
      firmware_version = excluded.firmware_version, proven_at_ms = excluded.proven_at_ms,
      proven_by = excluded.proven_by, at_ms = excluded.at_ms`);
  return {
    'commitments-written': ({ commitments, at }) => {
      const epoch = epochOf.get();
      for (const { chargePointId, connectorId, book, evidence } of commitments) {
        const { serialNumber, firmwareVersion, provenAt, by } = evidence ?? noEvidence;
        put.run(chargePointId, connectorId, epoch, book, serialNumber, firmwareVersion, provenAt, by, at);
      }
    },
    // Shown while it is so, and in the log; what a connector was given stands in the history.
    'obedience-changed': () => undefined,
    'grant-changed': () => undefined,
  };
}

export function commitmentReads(database: Database) {
  const all = database.prepare(`
    SELECT charge_point_id AS chargePointId, connector_id AS connectorId, book, serial_number AS serialNumber,
      firmware_version AS firmwareVersion, proven_at_ms AS provenAt, proven_by AS provenBy
    FROM commitments WHERE epoch = (${EPOCH_OF_STORE})`);
  type Row = {
    chargePointId: string;
    connectorId: number;
    book: string;
    serialNumber: string | null;
    firmwareVersion: string | null;
    provenAt: number | null;
    provenBy: FloorEvidence['by'] | null;
  };
  return {
    /** Those of this life of the store; of a restored backup there are none. */
    commitments: (): Commitment[] =>
      (all.all() as Row[]).map(({ chargePointId, connectorId, book, ...proof }) => ({
        chargePointId,
        connectorId,
        book,
        evidence:
          proof.provenAt === null || proof.provenBy === null
            ? null
            : {
                serialNumber: proof.serialNumber,
                firmwareVersion: proof.firmwareVersion,
                provenAt: instant(proof.provenAt),
                by: proof.provenBy,
              },
      })),
  };
}
