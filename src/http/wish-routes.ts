import { type Static, type TSchema, Type } from 'typebox';
import { type Departure, MAX_ENERGY_WH, minuteOfDay, type WishSubject } from '../domain/charging-wish.ts';
import { MAX_TIER_NAME } from '../domain/sharing-policy.ts';
import { instant, wattHours } from '../domain/units.ts';
import { parseTimestamp } from '../ocpp/timestamp.ts';
import type { App } from './app.ts';
import { carryOut } from './carry-out.ts';
import { Problem, problems } from './problem.ts';
import { ByIdTag, ByNumber, Done, maybeTime, nullable, number, text, time } from './schemas.ts';
import type { Site } from './site.ts';

const tags = ['plans'];

const Plan = Type.Object({
  departAt: nullable(Type.String({ description: 'ISO 8601, or HH:MM of the site for every day.' })),
  energyKwh: number,
  boostUntil: maybeTime,
  tier: text,
  setAt: time,
});
const NewPlan = Type.Object(
  {
    departAt: Type.Optional(
      nullable(
        Type.String({
          maxLength: 40,
          description: 'ISO 8601, or HH:MM of the site: the next one of a session, every day for anything else.',
        }),
      ),
    ),
    energyKwh: Type.Optional(
      nullable(Type.Number({ exclusiveMinimum: 0, maximum: MAX_ENERGY_WH / 1_000, description: 'Of one session.' })),
    ),
    tier: Type.Optional(
      nullable(Type.String({ maxLength: MAX_TIER_NAME, description: 'Of the policy; last if not.' })),
    ),
  },
  { additionalProperties: false },
);
const Boost = Type.Object(
  { durationMin: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_440, default: 60 })) },
  { additionalProperties: false },
);
const DEFAULT_BOOST_MIN = 60;
const ByParent = Type.Object({ parentIdTag: Type.String() });

/** What drivers and operators want of sessions: until when, how much, how urgently. Taken up at once, without a restart. */
export function wishRoutes(app: App, site: Site): void {
  const { controller, views, now } = site;
  const ofToken = (idTag: string): WishSubject => ({
    kind: 'token',
    idTag: controller.reader.tokenFor(idTag)?.idTag ?? idTag,
  });
  const ofNumber = (kind: 'transaction' | 'reservation', id: number): WishSubject => ({ kind, id });

  planRoutes<Static<typeof ByIdTag>>(
    app,
    site,
    '/api/v1/tokens/:idTag/plan',
    ByIdTag,
    'every session of a token',
    ({ idTag }) => ofToken(idTag),
  );
  planRoutes<Static<typeof ByParent>>(
    app,
    site,
    '/api/v1/token-groups/:parentIdTag/plan',
    ByParent,
    'every session of a group',
    ({ parentIdTag }) => ({ kind: 'group', parentIdTag }),
  );
  planRoutes<Static<typeof ByNumber>>(
    app,
    site,
    '/api/v1/reservations/:id/plan',
    ByNumber,
    'the session of a reservation',
    ({ id }) => ofNumber('reservation', id),
  );
  planRoutes<Static<typeof ByNumber>>(
    app,
    site,
    '/api/v1/transactions/:id/plan',
    ByNumber,
    'one running session',
    ({ id }) => ofNumber('transaction', id),
  );

  app.post(
    '/api/v1/transactions/:id/boost',
    {
      schema: {
        tags,
        summary: 'Serves a running session before all others, for a while',
        params: ByNumber,
        body: Boost,
        response: { 200: Plan, ...problems(400, 404, 409, 413, 415, 503) },
      },
    },
    async ({ params: { id }, body: { durationMin = DEFAULT_BOOST_MIN } }) => {
      await carryOut(controller, { type: 'boost', transactionId: id, until: instant(now() + durationMin * 60_000) });
      return shownPlan(views, ofNumber('transaction', id));
    },
  );

  app.delete(
    '/api/v1/transactions/:id/boost',
    {
      schema: {
        tags,
        summary: 'Ends the boost of a running session',
        params: ByNumber,
        response: { 204: Done, ...problems(400, 404, 503) },
      },
    },
    async ({ params: { id } }, reply) => {
      shownPlan(views, ofNumber('transaction', id));
      await carryOut(controller, { type: 'boost', transactionId: id, until: null });
      return reply.code(204).send();
    },
  );
}

function planRoutes<Params>(
  app: App,
  { controller, views }: Site,
  path: string,
  /** Of the path, and proven to be `Params`. */
  params: TSchema,
  what: string,
  subjectOf: (params: Params) => WishSubject,
): void {
  app.get(
    path,
    { schema: { tags, summary: `The plan for ${what}`, params, response: { 200: Plan, ...problems(400, 404) } } },
    async (request) => shownPlan(views, subjectOf(request.params as Params)),
  );

  app.put(
    path,
    {
      schema: {
        tags,
        summary: `Sets the plan for ${what}`,
        description: 'What is left out is left to more general plans, and in the end to the policy. A boost goes on.',
        params,
        body: NewPlan,
        response: { 200: Plan, ...problems(400, 404, 409, 413, 415, 503) },
      },
    },
    async (request) => {
      const subject = subjectOf(request.params as Params);
      const { departAt = null, energyKwh = null, tier = null } = request.body;
      const terms = {
        departAt: departAt === null ? null : departureOf(departAt),
        energyWh: energyKwh === null ? null : wattHours(energyKwh * 1_000),
        boostUntil: controller.reader.chargingWish(subject)?.boostUntil ?? null,
        tier,
      };
      await carryOut(controller, { type: 'set-charging-wish', subject, terms });
      return shownPlan(views, subject);
    },
  );

  app.delete(
    path,
    {
      schema: {
        tags,
        summary: `Drops the plan for ${what}`,
        params,
        response: { 204: Done, ...problems(400, 404, 503) },
      },
    },
    async (request, reply) => {
      await carryOut(controller, { type: 'drop-charging-wish', subject: subjectOf(request.params as Params) });
      return reply.code(204).send();
    },
  );
}

function shownPlan(views: Site['views'], subject: WishSubject) {
  const plan = views.chargingWish(subject);
  if (plan === null) throw new Problem('not-found', 'There is no plan for it; set one with PUT.');
  return plan;
}

function departureOf(text: string): Departure {
  const minute = minuteOfDay(text);
  if (minute !== null) return { kind: 'daily', minute };
  const at = parseTimestamp(text);
  if (at === null) {
    throw new Problem('invalid-request', `${text} is no time: write 16:30, or 2026-01-31T16:30:00+01:00.`);
  }
  return { kind: 'at', at };
}
