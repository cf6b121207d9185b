import { type TSchema, Type } from 'typebox';
import type { ThreePhases } from '../store/view-values.ts';

/** What goes out, field by field: the description of the read-model's shapes. Units are in the names; times are UTC. */

export const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
export const text = nullable(Type.String());
export const time = Type.String({ format: 'date-time' });
export const maybeTime = nullable(time);
export const whole = nullable(Type.Integer());
export const number = nullable(Type.Number());
const phases = Type.Unsafe<ThreePhases>(Type.Array(number, { minItems: 3, maxItems: 3, description: 'L1, L2, L3' }));

/** A list, or one page of it; `next` is the cursor of the next page. */
export const listOf = <Item extends TSchema>(item: Item) => Type.Object({ items: Type.Array(item), next: text });

/** Of whatever sends something to a charge point. */
export const Override = Type.Object(
  {
    override: Type.Optional(
      Type.Enum(['true', 'false'], {
        description: 'true sends even what OCPP says must not be sent now, and what is surely a mistake.',
      }),
    ),
  },
  { additionalProperties: false },
);

const Connector = Type.Object({
  id: Type.Integer(),
  status: text,
  errorCode: text,
  info: text,
  vendorId: text,
  vendorErrorCode: text,
  statusAt: maybeTime,
  transactionId: whole,
  currentA: phases,
  voltageV: phases,
  powerW: number,
  energyWh: whole,
  socPercent: number,
  readingAt: maybeTime,
  readingQuality: text,
  limitA: number,
  grant: nullable(Type.Object({ limitA: Type.Number(), untilS: whole, state: Type.String() })),
  because: text,
});

export const ChargePoint = Type.Object({
  id: Type.String(),
  status: Type.Enum(['online', 'offline', 'pending', 'rejected']),
  connected: Type.Boolean(),
  registration: nullable(Type.Enum(['accepted', 'pending', 'rejected'])),
  vendor: text,
  model: text,
  serialNumber: text,
  boxSerialNumber: text,
  firmwareVersion: text,
  iccid: text,
  imsi: text,
  meterType: text,
  meterSerialNumber: text,
  securityProfile: Type.Integer(),
  leastSecurityProfile: Type.Integer(),
  agreedSecurityProfile: Type.Union([Type.Integer(), Type.Null()]),
  authenticated: Type.Boolean(),
  remoteAddress: text,
  connectedAt: maybeTime,
  firstSeenAt: maybeTime,
  lastSeenAt: maybeTime,
  lastBootAt: maybeTime,
  boots: Type.Integer(),
  clockOffsetS: whole,
  reported: nullable(
    Type.Object({
      status: Type.String(),
      errorCode: Type.String(),
      info: text,
      vendorId: text,
      vendorErrorCode: text,
      at: time,
      receivedAt: time,
    }),
  ),
  connectors: Type.Array(Connector),
  jobs: Type.Array(Type.Object({ job: Type.String(), status: Type.String(), requestId: whole, at: time })),
  callsWaiting: Type.Integer(),
  counters: Type.Object({
    connections: Type.Integer(),
    framesIn: Type.Integer(),
    framesOut: Type.Integer(),
    ignored: Type.Integer(),
    refused: Type.Integer(),
    replayed: Type.Integer(),
    lateAnswers: Type.Integer(),
    unknownAnswers: Type.Integer(),
    droppedSamples: Type.Integer(),
    tolerated: Type.Record(Type.String(), Type.Integer()),
  }),
});

const transaction = {
  id: Type.Integer(),
  chargePointId: Type.String(),
  connectorId: whole,
  idTag: text,
  parentIdTag: text,
  startedAt: maybeTime,
  startReceivedAt: maybeTime,
  meterStartWh: whole,
  stoppedAt: maybeTime,
  stopReceivedAt: maybeTime,
  meterStopWh: whole,
  energyWh: whole,
  energySoFarWh: whole,
  reason: text,
  stopIdTag: text,
  reservationId: whole,
  state: Type.Enum(['running', 'stopped', 'orphan']),
  authorization: text,
  reportedTransactionId: whole,
  proposedTransactionId: whole,
  findings: Type.Array(
    Type.Object({ kind: Type.String(), detail: Type.String(), foundAt: time, resolvedAt: maybeTime }),
  ),
};

export const Transaction = Type.Object(transaction);

export const TransactionDetail = Type.Object({
  ...transaction,
  registers: Type.Object({
    meterStartWh: whole,
    lastReadingWh: whole,
    lastReadingAt: maybeTime,
    meterStopWh: whole,
  }),
  evidence: Type.Array(Type.Object({ kind: Type.String(), message: Type.String(), receivedAt: time })),
  readingsTotal: Type.Integer(),
  readings: Type.Array(
    Type.Object({
      at: time,
      receivedAt: time,
      context: Type.String(),
      energyWh: whole,
      powerW: number,
      currentA: phases,
      voltageV: phases,
      offeredA: number,
      socPercent: number,
      quality: Type.String(),
      derived: text,
    }),
  ),
});

export const Alert = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  chargePointId: text,
  text: Type.String(),
  fix: Type.String(),
  since: time,
  lastAt: time,
  times: Type.Integer(),
});

const three = Type.Unsafe<[number, number, number]>(
  Type.Array(Type.Number(), { minItems: 3, maxItems: 3, description: 'L1, L2, L3' }),
);
export const Circuit = Type.Object({
  id: Type.String(),
  parent: text,
  limitA: three,
  carriesA: three,
  foreignA: three,
  measuredA: phases,
  committedA: three,
  plannedA: three,
  deadBoxA: three,
  afterPowerCutA: three,
  bindingPhase: nullable(Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3)])),
  held: Type.Boolean(),
  meter: nullable(Type.Object({ id: Type.String(), ageS: number, quality: Type.String(), why: text })),
});

export const Site = Type.Object({
  id: Type.String(),
  name: Type.String(),
  powerW: number,
  limitState: Type.Enum(['balancing', 'degraded', 'off']),
  circuits: Type.Optional(Type.Array(Circuit)),
  chargePoints: Type.Object({
    online: Type.Integer(),
    offline: Type.Integer(),
    pending: Type.Integer(),
    rejected: Type.Integer(),
  }),
  transactionsRunning: Type.Integer(),
  alerts: Type.Array(Alert),
});

export const Message = Type.Object({
  seq: Type.Integer(),
  at: time,
  chargePointId: Type.String(),
  direction: Type.Enum(['in', 'out']),
  type: nullable(Type.Enum(['call', 'result', 'error'])),
  action: text,
  messageId: text,
  outcome: Type.String(),
  text: Type.String({ description: 'As on the wire, secrets masked.' }),
  cut: Type.Boolean({ description: 'Only the beginning of a long frame is kept.' }),
});

/** Items of one page: as many as asked for, up to 500. */
const pageFields = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  cursor: Type.Optional(Type.String({ maxLength: 200, description: '`next` of the page before.' })),
};
export const DEFAULT_LIMIT = 100;

export const PageQuery = Type.Object(pageFields, { additionalProperties: false });

export const TransactionQuery = Type.Object(
  {
    ...pageFields,
    chargePointId: Type.Optional(Type.String()),
    idTag: Type.Optional(Type.String({ description: 'Compared without regard to case.' })),
    state: Type.Optional(Type.Enum(['running', 'stopped', 'orphan'])),
    from: Type.Optional(Type.String({ format: 'date-time', description: 'Started at this time or later.' })),
    to: Type.Optional(Type.String({ format: 'date-time', description: 'Started before this time.' })),
  },
  { additionalProperties: false },
);

export const MessageQuery = Type.Object(
  {
    limit: pageFields.limit,
    chargePointId: Type.Optional(Type.String()),
    direction: Type.Optional(Type.Enum(['in', 'out'])),
  },
  { additionalProperties: false },
);

export const ById = Type.Object({ id: Type.String() });
export const ByNumber = Type.Object({ id: Type.Integer({ minimum: 0 }) });
export const ByIdTag = Type.Object({ idTag: Type.String() });

/** The answer without a body. */
export const Done = Type.Unsafe<undefined>(Type.Null({ description: 'Done' }));
