import type { ReservationTerms } from '../../domain/reservation.ts';
import type { Instant } from '../../domain/units.ts';
import type { Records } from '../records.ts';

/** What nobody can want of a reservation, whatever the charge point: not sent unless somebody insists. */
export function reservationMistakes(
  { connectorId, expiresAt }: Pick<ReservationTerms, 'connectorId' | 'expiresAt'>,
  now: Instant,
): string[] {
  const found: string[] = [];
  if (connectorId < 0) found.push(`There is no connector ${connectorId}.`);
  if (expiresAt <= now) found.push('It expires in the past.');
  return found;
}

/** What we see in a reservation that is about to be asked for. It is sent all the same: the charge point decides. */
export function reservationWarnings(
  chargePointId: string,
  terms: ReservationTerms,
  now: Instant,
  records: Records,
): string[] {
  const { connectorId, idTag } = terms;
  const found = reservationMistakes(terms, now);
  const status = records.connectorStatus(chargePointId, connectorId);
  const isReady = status === null || status === 'Available';
  if (!isReady) {
    found.push(connectorId === 0 ? `The charge point is ${status}.` : `Connector ${connectorId} is ${status}.`);
  }
  const taken = records.openReservations(chargePointId).filter((one) => one.connectorId === connectorId);
  if (connectorId !== 0 && taken.length > 0) found.push(`Connector ${connectorId} is reserved already.`);
  // OCPP 1.6 §9.3.1: a charge point that does not say so does not support it; one that we have not read may.
  const zero = records.reportedConfiguration(chargePointId, 'ReserveConnectorZeroSupported');
  if (connectorId === 0 && zero !== null && zero.trim().toLowerCase() !== 'true') {
    found.push('The charge point reserves single connectors only: ReserveConnectorZeroSupported is not true.');
  }
  if (records.tokenFor(idTag) === null) found.push(`There is no token ${JSON.stringify(idTag)}.`);
  return found;
}
