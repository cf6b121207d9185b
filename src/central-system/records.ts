import type { ConnectorStatus, Nameplate, Registration, StatusReport } from '../domain/charge-point.ts';
import type { ReportedKey } from '../domain/configuration.ts';
import type { TokenBook, TokenUse } from '../domain/desired-list.ts';
import type { RegisterAt } from '../domain/findings.ts';
import type { ListEntry, LocalList } from '../domain/local-list.ts';
import type { OpenOperation } from '../domain/operation.ts';
import type { Reservation } from '../domain/reservation.ts';
import type { Token } from '../domain/token.ts';
import type { Start, Stop, Transaction } from '../domain/transaction.ts';
import type { Instant } from '../domain/units.ts';

/**
 * What a handler may know of the record: reads only, answered from the store at once, and seeing everything that the
 * same turn has already recorded.
 */
export type Records = {
  /** The value that a charge point last reported for a configuration key; null where it reported none. */
  reportedConfiguration(chargePointId: string, key: string): string | null;
  /** All configuration keys that a charge point last reported, by name. */
  reportedKeys(chargePointId: string): readonly ReportedKey[];
  /** Operations that wait for their answer, or for what the charge point does later; the oldest first. */
  openOperations(chargePointId: string): readonly OpenOperation[];
  /** By our own id, not by the number that the charge point knows it by. */
  reservation(id: number): Reservation | null;
  /** Those that have not come to their end, in the order in which they were made. */
  openReservations(chargePointId: string): readonly Reservation[];
  /** All that ever bore this number on this charge point, the latest first. */
  reservationsNumbered(chargePointId: string, reservationId: number): readonly Reservation[];
  /** Those that were made by then, and had neither expired nor ended. */
  reservationsHeldAt(chargePointId: string, at: Instant): readonly Reservation[];
  /** For a new one, as our id and as its number: no charge point has ever heard of it. */
  nextReservationId(): number;
  lastBootAt(chargePointId: string): Instant | null;
  /** The last status of a connector; null where none was reported. */
  lastReport(chargePointId: string, connectorId: number): Pick<StatusReport, 'status' | 'receivedAt'> | null;
  /** As last reported; null where nothing was. Connector 0 is the charge point as a whole. */
  connectorStatus(chargePointId: string, connectorId: number): ConnectorStatus | null;
  registration(chargePointId: string): Registration | null;
  nameplate(chargePointId: string): Nameplate | null;
  countChargePoints(registration: Registration): number;
  token(idTag: string): Token | null;
  tokenBook(): TokenBook;
  /** How tokens were used in the weeks before a day, counted from 1970. */
  tokenUse(day: number): { useOf(chargePointId: string, idTagKey: string): TokenUse };
  /** What is known of its local list; null where nothing is. */
  localList(chargePointId: string): LocalList | null;
  /** What it has accepted, as far as it is known. */
  localListEntries(chargePointId: string): readonly ListEntry[];
  /** The same for one idTag. */
  localListEntry(chargePointId: string, idTagKey: string): ListEntry | null;
  /** An alert that nobody has cleared. */
  isAlertOpen(id: string): boolean;
  nextTransactionId(): number;
  transaction(chargePointId: string, transactionId: number): Transaction | null;
  /** The transaction that this very start made, if it was here before. */
  transactionByStart(chargePointId: string, start: Start): Transaction | null;
  /** The orphan that this very stop made, if it was here before. */
  orphanByStop(chargePointId: string, reportedTransactionId: number, stop: Stop): Transaction | null;
  /** Newest first. */
  runningOn(chargePointId: string): readonly Transaction[];
  /** Running transactions that were started with this idTag, anywhere on the site. */
  runningWith(idTag: string): readonly Transaction[];
  /** The last stopped transaction of the connector that had started before, by the charge point's clock. */
  previousOn(chargePointId: string, start: Start): Transaction | null;
  /** Transactions of the connector that started in a span of time, by the charge point's clock: the first 20. */
  startedDuring(chargePointId: string, connectorId: number, from: Instant, before: Instant): readonly Transaction[];
  /** The last register that was stored for a transaction. */
  lastRegister(transactionId: number): RegisterAt | null;
};
