import { integer, optionalText, text, time } from '../fields.ts';
import type { Reservation } from '../flash.ts';
import type { Station } from '../station.ts';
import { connectorAt, type Operation } from './operation.ts';

/** ReserveNow and CancelReservation (OCPP 1.6 §5.13, §5.1). */

export const reserveNow: Operation = (request, station) => {
  const reservation: Reservation = {
    reservationId: integer(request, 'reservationId'),
    connectorId: integer(request, 'connectorId'),
    idTag: text(request, 'idTag', 20),
    parentIdTag: optionalText(request, 'parentIdTag', 20),
    expiryDate: time(request, 'expiryDate'),
  };
  connectorAt(station, reservation.connectorId);
  const { flash } = station;
  const others = flash.reservations.filter((one) => one.reservationId !== reservation.reservationId);
  const status = reservation.expiryDate <= station.time() ? 'Rejected' : standing(station, reservation, others);
  if (status === 'Accepted') flash.reservations = [...others, reservation];
  return { payload: { status }, after: () => station.refreshStatus() };
};

export const cancelReservation: Operation = (request, station) => {
  const reservationId = integer(request, 'reservationId');
  const { flash } = station;
  const known = flash.reservations.some((one) => one.reservationId === reservationId);
  flash.reservations = flash.reservations.filter((one) => one.reservationId !== reservationId);
  return { payload: { status: known ? 'Accepted' : 'Rejected' }, after: () => station.refreshStatus() };
};

/** Connector 0 means: one of them stays free, whichever (§5.13). */
function standing(station: Station, wanted: Reservation, others: readonly Reservation[]): string {
  const taken = new Set(others.map((one) => one.connectorId));
  if (wanted.connectorId !== 0) {
    const connector = station.connectors.find((one) => one.id === wanted.connectorId);
    const held = taken.has(wanted.connectorId);
    return held ? 'Occupied' : obstacle(connector?.status ?? 'Unavailable');
  }
  const states = station.connectors.map((one) => (taken.has(one.id) ? 'Occupied' : obstacle(one.status)));
  const anywhere = others.filter((one) => one.connectorId === 0).length;
  if (states.filter((state) => state === 'Accepted').length > anywhere) return 'Accepted';
  return states.find((state) => state === 'Occupied') ?? states.find((state) => state !== 'Accepted') ?? 'Occupied';
}

function obstacle(status: string): string {
  if (status === 'Faulted' || status === 'Unavailable') return status;
  // Reserved: by the reservation that this one replaces.
  return status === 'Available' || status === 'Reserved' ? 'Accepted' : 'Occupied';
}
