import type { Database } from 'better-sqlite3';
import type { DataTransferEvent } from '../domain/data-transfer.ts';
import { type Page, type PageRequest, utc } from './view-values.ts';
import type { RefOf, Writers } from './writers.ts';

/** Messages of vendors' own on record: written and shown. */

/** The newest that are kept: what a charge point that talks for ever may fill. */
const MAX_KEPT = 10_000;

export function dataTransferWriters(database: Database, refOf: RefOf): Writers<DataTransferEvent> {
  const put = database.prepare(`
    INSERT INTO data_transfers (charge_point_ref, vendor_id, message_id, data, cut, received_ms) VALUES (?, ?, ?, ?, ?, ?)`);
  const drop = database.prepare(`DELETE FROM data_transfers WHERE id <= ? - ${MAX_KEPT}`);
  return {
    'data-transferred': ({ chargePointId, vendorId, messageId, data, cut, receivedAt }) => {
      const { lastInsertRowid } = put.run(refOf(chargePointId), vendorId, messageId, data, Number(cut), receivedAt);
      drop.run(lastInsertRowid);
    },
  };
}

export type DataTransferView = {
  id: number;
  chargePointId: string;
  vendorId: string;
  messageId: string | null;
  data: string | null;
  cut: boolean;
  receivedAt: string;
};

type Row = {
  id: number;
  charge_point_id: string;
  vendor_id: string;
  message_id: string | null;
  data: string | null;
  cut: number;
  received_ms: number;
};

export function createDataTransferViews(database: Database) {
  const page = database.prepare(`
    SELECT d.*, c.id AS charge_point_id FROM data_transfers d JOIN charge_points c ON c.ref = d.charge_point_ref
    WHERE (@before IS NULL OR d.id < @before) AND (@chargePointId IS NULL OR c.id = @chargePointId)
      AND (@vendorId IS NULL OR d.vendor_id = @vendorId)
    ORDER BY d.id DESC LIMIT @limit`);
  return {
    /** The latest first. Null for a cursor that is none of ours. */
    dataTransfers({
      limit,
      cursor,
      chargePointId,
      vendorId,
    }: PageRequest & { chargePointId: string | null; vendorId: string | null }): Page<DataTransferView> | null {
      if (cursor !== null && !/^\d{1,15}$/.test(cursor)) return null;
      const before = cursor === null ? null : Number(cursor);
      const rows = page.all({ before, limit: limit + 1, chargePointId, vendorId }) as Row[];
      const shown = rows.slice(0, limit);
      return { items: shown.map(view), next: rows.length > limit ? String(shown.at(-1)?.id) : null };
    },
  };
}

function view({ id, charge_point_id, vendor_id, message_id, data, cut, received_ms }: Row): DataTransferView {
  return {
    id,
    chargePointId: charge_point_id,
    vendorId: vendor_id,
    messageId: message_id,
    data,
    cut: cut === 1,
    receivedAt: utc(received_ms),
  };
}
