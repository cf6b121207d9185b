import type { Reservation } from '../../domain/reservation.ts';
import { formatTimestamp } from '../../ocpp/timestamp.ts';
import type { ChoreCall } from '../chore.ts';

/** Asks for a reservation under its number: a charge point that holds it already replaces it by itself (OCPP 1.6 §5.13). */
export function reserveNow({
  reservationId,
  connectorId,
  idTag,
  parentIdTag,
  expiresAt,
}: Pick<Reservation, 'reservationId' | 'connectorId' | 'idTag' | 'parentIdTag' | 'expiresAt'>): ChoreCall {
  const expiryDate = formatTimestamp(expiresAt);
  const payload = { reservationId, connectorId, idTag, expiryDate, ...(parentIdTag === null ? {} : { parentIdTag }) };
  return { action: 'ReserveNow', payload };
}
