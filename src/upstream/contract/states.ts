import { Type } from 'typebox';
import {
  id,
  maybeNumber,
  maybePhases,
  maybeText,
  maybeTime,
  maybeWhole,
  nullable,
  phases,
  seq,
  text,
  time,
  whole,
} from './parts.ts';

/** What the broker keeps of a site: who it is and how everything stands. */

const ofEachStream = Type.Object({ t0: seq, t1: seq });
const boot = Type.String({ description: 'The life of the process.' });

export const status = Type.Union([
  Type.Object({
    state: Type.Literal('online'),
    boot,
    epoch: id,
    since: time,
    software: text,
    proto: Type.Literal(1),
    ackMode: Type.Enum(['app', 'puback']),
    heads: ofEachStream,
    first: ofEachStream,
  }),
  Type.Object({ state: Type.Literal('offline'), boot, at: time }),
  Type.Object({ state: Type.Literal('lost'), boot }),
]);

export const info = Type.Object({
  version: Type.String({ description: 'Another one for another content.' }),
  software: text,
  site: Type.Object({ id, name: text, timeZone: text }),
  chargePoints: Type.Array(
    Type.Object({
      id,
      vendor: maybeText,
      model: maybeText,
      firmwareVersion: maybeText,
      connectors: Type.Array(whole),
    }),
  ),
  circuits: Type.Array(Type.Object({ id, parent: maybeText, limitA: phases })),
  meters: Type.Array(id),
  commands: Type.Array(text),
});

export const alert = Type.Object({
  id,
  kind: text,
  chargePointId: maybeText,
  text,
  fix: text,
  since: time,
  lastAt: time,
  times: whole,
});

export const site = Type.Object({
  id,
  name: text,
  powerW: maybeNumber,
  limitState: Type.Enum(['balancing', 'degraded', 'off']),
  chargePoints: Type.Object({ online: whole, offline: whole, pending: whole, rejected: whole }),
  transactionsRunning: whole,
  alerts: Type.Array(alert),
});

const measured = {
  transactionId: maybeWhole,
  currentA: maybePhases,
  powerW: maybeNumber,
  energyWh: maybeWhole,
  socPercent: maybeNumber,
  limitA: maybeNumber,
  because: maybeText,
};

const connector = Type.Object({
  ...measured,
  id: whole,
  status: maybeText,
  errorCode: maybeText,
  info: maybeText,
  vendorId: maybeText,
  vendorErrorCode: maybeText,
  statusAt: maybeTime,
  voltageV: maybePhases,
  readingAt: maybeTime,
  readingQuality: maybeText,
  grant: nullable(Type.Object({ limitA: Type.Number(), untilS: maybeNumber, state: text })),
});

export const chargePoint = Type.Object({
  id,
  status: Type.Enum(['online', 'offline', 'pending', 'rejected']),
  connected: Type.Boolean(),
  registration: nullable(Type.Enum(['accepted', 'pending', 'rejected'])),
  vendor: maybeText,
  model: maybeText,
  serialNumber: maybeText,
  boxSerialNumber: maybeText,
  firmwareVersion: maybeText,
  iccid: maybeText,
  imsi: maybeText,
  meterType: maybeText,
  meterSerialNumber: maybeText,
  securityProfile: whole,
  leastSecurityProfile: Type.Optional(whole),
  agreedSecurityProfile: Type.Optional(maybeWhole),
  authenticated: Type.Boolean(),
  remoteAddress: maybeText,
  connectedAt: maybeTime,
  firstSeenAt: maybeTime,
  lastBootAt: maybeTime,
  boots: whole,
  clockOffsetS: maybeWhole,
  reported: nullable(
    Type.Object({
      status: text,
      errorCode: text,
      info: maybeText,
      vendorId: maybeText,
      vendorErrorCode: maybeText,
      at: time,
      receivedAt: time,
    }),
  ),
  connectors: Type.Array(connector),
  jobs: Type.Array(Type.Object({ job: text, status: text, requestId: maybeWhole, at: time })),
});

/** One sample of a connector, while somebody looks. */
export const live = Type.Object({ at: maybeTime, ...measured });
