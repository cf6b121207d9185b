import type { Nameplate } from '../../src/domain/charge-point.ts';
import type { Event } from '../../src/domain/events.ts';
import type { Reading } from '../../src/domain/metering.ts';
import type { Token } from '../../src/domain/token.ts';
import { blankToken } from '../../src/domain/token-import.ts';
import type { Start, Stop } from '../../src/domain/transaction.ts';
import { instant, wattHours } from '../../src/domain/units.ts';
import type { Connection } from '../../src/runtime/ports.ts';
import { NOON } from './manual-clock.ts';

/** Made-up things of the field, each with something plausible in every place that a test does not care about. */

export const token = (over: Partial<Token> = {}): Token => ({
  ...blankToken('CARD1', 'api'),
  ...over,
});

export const start = (over: Partial<Start> = {}): Start => ({
  connectorId: 1,
  idTag: 'CARD1',
  at: NOON,
  receivedAt: NOON,
  meterWh: wattHours(1_000),
  reservationId: null,
  ...over,
});

export const stop = (over: Partial<Stop> = {}): Stop => ({
  idTag: 'CARD1',
  at: instant(NOON + 3_600_000),
  receivedAt: instant(NOON + 3_600_000),
  meterWh: wattHours(8_000),
  reason: 'Local',
  ...over,
});

export const nameplate = (over: Partial<Nameplate> = {}): Nameplate => ({
  vendor: 'Vendor',
  model: 'Model',
  serialNumber: null,
  boxSerialNumber: null,
  firmwareVersion: null,
  iccid: null,
  imsi: null,
  meterType: null,
  meterSerialNumber: null,
  ...over,
});

export const reading = (over: Partial<Reading> = {}): Reading => ({
  at: NOON,
  context: 'Sample.Periodic',
  energyWh: wattHours(1_500),
  powerW: null,
  currentMA: [null, null, null],
  voltageMV: [null, null, null],
  offeredMA: null,
  socPercent: null,
  quality: 'measured',
  derived: [],
  ...over,
});

export const registered = (chargePointId = 'CP1'): Event => ({
  type: 'charge-point-registered',
  chargePointId,
  registration: 'accepted',
  at: NOON,
});

export const started = (transactionId: number, over: Partial<Start> = {}, chargePointId = 'CP1'): Event => ({
  type: 'transaction-started',
  chargePointId,
  transactionId,
  start: start(over),
  verdict: { status: 'Accepted', expiresAt: null, parentIdTag: null },
  evidence: { kind: 'start', message: '[2,"1","StartTransaction",{}]', receivedAt: NOON },
  findings: [],
});

export const stopped = (transactionId: number, over: Partial<Stop> = {}, chargePointId = 'CP1'): Event => ({
  type: 'transaction-stopped',
  chargePointId,
  transactionId,
  stop: stop(over),
  evidence: { kind: 'stop', message: '[2,"2","StopTransaction",{}]', receivedAt: NOON },
  findings: [],
});

/** A connection over which nothing goes. */
export const idleConnection: Connection = {
  remoteAddress: '10.0.0.1',
  reachedAt: 'http://gateway:9000',
  send: () => undefined,
  ping: () => undefined,
  close: () => undefined,
  terminate: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
};
