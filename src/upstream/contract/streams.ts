import { Type } from 'typebox';
import { MAX_EVENTS } from '../event-batch.ts';
import { id, maybeWhole, nullable, seq, stream, text, time, whole } from './parts.ts';

/** What happens and what is measured, in numbered messages; and how the backend says what it has of them. */

const range = { from: seq, to: seq };

/** CloudEvents 1.0 in its JSON format, with the extension `sequence`. */
const cloudEvent = Type.Object({
  specversion: Type.Literal('1.0'),
  id: Type.String({ description: '{epoch}:t0:{number}: the same event has the same id, however often it comes.' }),
  source: Type.String({ description: '/{tenant}/{site}' }),
  type: Type.String({ pattern: '^busbar[.][a-z][a-z0-9-]*$' }),
  time,
  subject: Type.Optional(
    Type.String({ description: 'What it is about, such as charge-points/CP1; without it the site.' }),
  ),
  dataschema: Type.String({ pattern: '^busbar:v1:[a-z][a-z0-9-]*$' }),
  sequence: Type.String({
    pattern: '^[0-9]{16}$',
    description: 'The number within t0; as text it sorts as it counts.',
  }),
  boot: Type.String({ description: 'The life of the process in which it was written.' }),
  monoms: Type.Integer({
    description: 'The monotonic clock of that life, ms: right however wrong the time of day is.',
  }),
  data: Type.Object({}, { description: 'By type, see the schemas data-…' }),
});

export const eventBatch = Type.Object({
  epoch: id,
  stream: Type.Literal('t0'),
  ...range,
  events: Type.Array(cloudEvent, { minItems: 1, maxItems: MAX_EVENTS }),
});

/** `data` of an event that no packet of this broker can hold. */
export const tooLarge = Type.Object({ tooLargeForBroker: Type.Literal(true) });

const differences = {
  description: 'The first value that is there as it is, each later one less the one before; null: not measured.',
};
const column = Type.Optional(Type.Array(maybeWhole, differences));
const steps = Type.Array(whole, differences);

const series = Type.Object({
  chargePointId: id,
  connectorId: whole,
  transactionId: maybeWhole,
  n: Type.Integer({ minimum: 1, description: 'Rows; each column has as many.' }),
  seq: steps,
  atMs: steps,
  quality: Type.Union([text, Type.Array(text)], { description: 'One for all rows, or one for each.' }),
  energyWh: column,
  powerW: column,
  l1MA: column,
  l2MA: column,
  l3MA: column,
  l1MV: column,
  l2MV: column,
  l3MV: column,
  offeredMA: column,
  socPercent: Type.Optional(Type.Array(nullable(Type.Number()), { description: 'Values as they are.' })),
});

export const readingBatch = Type.Object({
  epoch: id,
  stream: Type.Literal('t1'),
  ...range,
  everyS: nullable(Type.Integer({ minimum: 1, description: 'Each row stands for the readings of so many seconds.' })),
  series: Type.Array(series),
});

export const ack = Type.Object({
  epoch: id,
  stream,
  upTo: Type.Integer({ minimum: 0, description: 'Everything up to and including this number is stored.' }),
  want: Type.Optional(Type.Object(range, { description: 'Send this range again.' })),
  serverTime: Type.Optional(time),
});
