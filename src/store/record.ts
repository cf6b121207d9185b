import type { Database } from 'better-sqlite3';
import type { Event } from '../domain/events.ts';
import { auditWriters } from './audit.ts';
import { certificateWriters } from './certificates.ts';
import { chargingProfileWriters } from './charging-profiles.ts';
import { chargingWishWriters } from './charging-wishes.ts';
import { commitmentWriters } from './commitments.ts';
import { configurationWriters } from './configuration.ts';
import { credentialWriters } from './credentials.ts';
import { dataTransferWriters } from './data-transfers.ts';
import { dialectWriters } from './dialects.ts';
import { fileJobWriters } from './file-jobs.ts';
import { campaignWriters } from './firmware-campaigns.ts';
import { ledgerWriters } from './ledger-writers.ts';
import { localListWriters } from './local-lists.ts';
import { operationWriters } from './operations.ts';
import type { Outbox } from './outbox.ts';
import { reservationWriters } from './reservations.ts';
import { securityProfileWriters } from './security-profiles.ts';
import { siteLimitWriters } from './site-limits.ts';
import { tokenWriters } from './tokens.ts';
import { upstreamWriters } from './upstream-commands.ts';
import type { Writers } from './writers.ts';

/**
 * The only writer of business rows: each event goes to the part of the store that keeps it. Call it inside the turn's
 * transaction; it throws where a row can't be written, and the turn then undoes that input alone. With an outbox the
 * backend's row is written along with it.
 */
export function createRecorder(database: Database, outbox?: Outbox): (event: Event) => void {
  const ref = database.prepare('SELECT ref FROM charge_points WHERE id = ?').pluck();
  const refOf = (chargePointId: string): number => {
    const found = ref.get(chargePointId) as number | undefined;
    if (found === undefined) throw new Error(`charge point ${chargePointId} is not registered`);
    return found;
  };
  const writers: Writers = {
    ...ledgerWriters(database, refOf),
    ...operationWriters(database, refOf),
    ...localListWriters(database, refOf),
    ...tokenWriters(database, refOf),
    ...configurationWriters(database, refOf),
    ...credentialWriters(database),
    ...securityProfileWriters(database),
    ...certificateWriters(database),
    ...chargingProfileWriters(database, refOf),
    ...reservationWriters(database, refOf),
    ...dataTransferWriters(database, refOf),
    ...dialectWriters(database),
    ...fileJobWriters(database, refOf),
    ...campaignWriters(database, refOf),
    ...commitmentWriters(database),
    ...siteLimitWriters(database),
    ...chargingWishWriters(database),
    ...upstreamWriters(database),
    ...auditWriters(database),
  };
  // The one place where the table's type is opened: each writer gets the event of its own type.
  const table = writers as { readonly [type: string]: (event: never) => void };
  return (event) => {
    table[event.type]?.(event as never);
    outbox?.append(event);
  };
}
