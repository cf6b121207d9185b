import type { Command } from '../../src/domain/commands.ts';
import { instant } from '../../src/domain/units.ts';
import type { ControlRoom } from './control-room.ts';
import { NOON } from './manual-clock.ts';

/** Reservations in a control room: what is asked, what the charge point says, and what is on record. */

export const HOUR = 3_600_000;
export const inOneHour = instant(NOON + HOUR);
export const restoring = { policy: { reservations: { restore: true } } };

export type Station = ReturnType<ControlRoom['boot']>;

export const reserve = (over: Partial<Extract<Command, { type: 'reserve' }>> = {}): Command => ({
  type: 'reserve',
  chargePointId: 'CP1',
  connectorId: 1,
  idTag: 'GUEST',
  expiresAt: inOneHour,
  ...over,
});
export const cancel = (id = 1): Command => ({ type: 'cancel-reservation', chargePointId: 'CP1', id });
export const extend = (expiresAt: number, id = 1): Command => ({
  type: 'extend-reservation',
  chargePointId: 'CP1',
  id,
  expiresAt: instant(expiresAt),
});
export const byHand = (action: string, payload: object): Command => ({
  type: 'operate',
  chargePointId: 'CP1',
  action,
  payload,
});

export const states = (room: ControlRoom) => room.values('SELECT state FROM reservations ORDER BY id');
export const row = (room: ControlRoom, id = 1) => room.controller.reader.reservation(id);
export const alerts = (room: ControlRoom) => room.values('SELECT text FROM alerts WHERE cleared_ms IS NULL');
export const callsOf = (station: Station, action: string) => station.calls().filter(([, name]) => name === action);
export const shows = (station: Station, status: string, connectorId = 1) =>
  station.call('StatusNotification', { connectorId, errorCode: 'NoError', status });
export const answerLast = (station: Station, status: string) => station.answer(station.calls().at(-1)?.[0], { status });

/** One whose reservation 1 is held for an hour, and shown as Reserved. */
export function holding(room: ControlRoom, over: Partial<Extract<Command, { type: 'reserve' }>> = {}): Station {
  const station = room.boot('CP1');
  shows(station, 'Available');
  room.execute(reserve(over));
  answerLast(station, 'Accepted');
  shows(station, 'Reserved');
  return station;
}
