import { Type } from 'typebox';
import type { Instant } from '../domain/units.ts';
import { IdToken, Integer, Timestamp } from '../ocpp/messages/common.ts';
import { parseTimestamp } from '../ocpp/timestamp.ts';
import type { App } from './app.ts';
import { carryOut } from './carry-out.ts';
import { Problem, problems } from './problem.ts';
import {
  ByNumber,
  DEFAULT_LIMIT,
  listOf,
  maybeTime,
  nullable,
  Override,
  PageQuery,
  text,
  time,
  whole,
} from './schemas.ts';
import type { Site } from './site.ts';

const tags = ['reservations'];

const State = Type.Enum(
  ['requested', 'active', 'unconfirmed', 'cancelling', 'refused', 'used', 'expired', 'cancelled', 'lost'],
  {
    description:
      'unconfirmed: no answer came, the charge point may hold it. cancelling: the charge point has yet to agree. ' +
      'lost: the charge point does not hold it any more, before its time.',
  },
);
const reservation = {
  id: Type.Integer(),
  chargePointId: Type.String(),
  reservationId: Type.Integer({ description: 'What the charge point knows it by.' }),
  connectorId: Type.Integer({ description: '0: any connector of the charge point.' }),
  idTag: Type.String(),
  parentIdTag: text,
  expiresAt: time,
  state: State,
  verdict: nullable(Type.Enum(['Accepted', 'Faulted', 'Occupied', 'Rejected', 'Unavailable'])),
  outcome: Type.String(),
  transactionId: whole,
  reservedAt: maybeTime,
  createdAt: time,
  changedAt: time,
  endedAt: maybeTime,
};
const Reservation = Type.Object(reservation);
const NewReservation = Type.Object({
  ...reservation,
  warnings: Type.Array(Type.String(), {
    description: 'What looked doubtful beforehand. It was sent all the same: the charge point decides.',
  }),
});

/** Kept connectors, from the wish to their end (OCPP 1.6 §5.13, §5.1). */
export function reservationRoutes(app: App, { controller, views }: Site): void {
  app.get(
    '/api/v1/reservations',
    {
      schema: {
        tags,
        summary: 'Reservations, the latest first',
        querystring: Type.Object(
          { ...PageQuery.properties, chargePointId: Type.Optional(Type.String()), state: Type.Optional(State) },
          { additionalProperties: false },
        ),
        response: { 200: listOf(Reservation), ...problems(400) },
      },
    },
    async ({ query: { limit = DEFAULT_LIMIT, cursor = null, chargePointId = null, state = null } }) => {
      const page = views.reservations({ limit, cursor, chargePointId, state });
      if (page === null) throw new Problem('invalid-request', 'The cursor is none: take `next` of a page as it is.');
      return page;
    },
  );

  app.get(
    '/api/v1/reservations/:id',
    {
      schema: {
        tags,
        summary: 'One reservation',
        params: ByNumber,
        response: { 200: Reservation, ...problems(400, 404) },
      },
    },
    async ({ params: { id } }) => shown(id),
  );

  app.post(
    '/api/v1/reservations',
    {
      schema: {
        tags,
        summary: 'Reserves a connector, or with connector 0 any of them',
        description:
          'It is on record before it is sent; whether the charge point took it stands in `state`. An end in the past or a ' +
          'connector that can not be is a conflict and not sent, unless override is true.',
        querystring: Override,
        body: Type.Object(
          {
            chargePointId: Type.String({ minLength: 1, maxLength: 48 }),
            connectorId: Integer,
            idTag: IdToken,
            parentIdTag: Type.Optional(
              Type.Union([IdToken, Type.Null()], {
                description: 'The group that may use it as well; that of the token unless it is sent, null for none.',
              }),
            ),
            expiresAt: Timestamp,
          },
          { additionalProperties: false },
        ),
        response: { 201: NewReservation, ...problems(400, 404, 409, 413, 415, 503) },
      },
    },
    async ({ query: { override }, body: { expiresAt, ...body } }, reply) => {
      const result = await carryOut(controller, {
        type: 'reserve',
        ...body,
        expiresAt: instantOf(expiresAt),
        override: override === 'true',
      });
      if (result.kind !== 'created') throw new Problem('internal-error', 'The reservation was not made.');
      reply.code(201).header('location', `/api/v1/reservations/${result.id}`);
      return { ...shown(Number(result.id)), warnings: [...(result.warnings ?? [])] };
    },
  );

  app.patch(
    '/api/v1/reservations/:id',
    {
      schema: {
        tags,
        summary: 'Moves the end of a reservation; refused, the old one stands',
        params: ByNumber,
        querystring: Override,
        body: Type.Object({ expiresAt: Timestamp }, { additionalProperties: false }),
        response: { 200: Reservation, ...problems(400, 404, 409, 413, 415, 422, 503, 504) },
      },
    },
    async ({ params: { id }, query, body }) => {
      const { chargePointId } = shown(id);
      const override = query.override === 'true';
      const expiresAt = instantOf(body.expiresAt);
      await carryOut(controller, { type: 'extend-reservation', chargePointId, id, expiresAt, override });
      return shown(id);
    },
  );

  app.delete(
    '/api/v1/reservations/:id',
    {
      schema: {
        tags,
        summary: 'Cancels a reservation',
        description:
          'Where the charge point is away it stays `cancelling`, and is cancelled once the charge point is back.',
        params: ByNumber,
        response: { 200: Reservation, ...problems(400, 404, 409, 422, 503) },
      },
    },
    async ({ params: { id } }) => {
      const { chargePointId } = shown(id);
      await carryOut(controller, { type: 'cancel-reservation', chargePointId, id });
      return shown(id);
    },
  );

  function shown(id: number) {
    const found = views.reservation(id);
    if (found === null) throw new Problem('not-found', `There is no reservation ${id}.`);
    return found;
  }
}

function instantOf(text: string): Instant {
  const at = parseTimestamp(text);
  if (at === null) throw new Problem('invalid-request', `${text.slice(0, 50)} is no date and time that can be.`);
  return at;
}
