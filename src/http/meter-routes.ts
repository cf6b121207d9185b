import { Type } from 'typebox';
import type { MeterState } from '../domain/meter.ts';
import type { MeterModel } from '../domain/site-model.ts';
import type { App } from './app.ts';
import { Problem, problems } from './problem.ts';
import { Done, listOf, maybeTime, nullable, number, text, whole } from './schemas.ts';

/** What these routes need of the meters. */
export type MeterDesk = {
  readonly meters: () => readonly MeterEntry[];
  /** Takes a sample that was brought. Null when it was taken; else in words what is wrong. */
  readonly push: (meterId: string, body: MeterPush) => string | null;
};

export type MeterEntry = {
  readonly model: MeterModel;
  readonly type: string;
  readonly state: MeterState;
  /** What its adapter says, in words; null while it works. */
  readonly trouble: string | null;
};

export type MeterPush = {
  readonly at?: string | number | undefined;
  readonly currentA?: readonly number[] | undefined;
  readonly powerW?: number | undefined;
  readonly energyWh?: number | undefined;
};

const Amps = Type.Array(Type.Number(), { minItems: 3, maxItems: 3, description: 'L1, L2, L3' });

const Meter = Type.Object({
  id: Type.String(),
  type: Type.String(),
  circuit: Type.String(),
  side: Type.Enum(['grid', 'consumer', 'generation']),
  intervalS: Type.Number(),
  lostAfterS: Type.Number(),
  quality: Type.Enum(['fresh', 'stale', 'suspect', 'lost', 'never']),
  why: text,
  ageS: number,
  at: maybeTime,
  currentA: nullable(Amps),
  powerW: whole,
  energyWh: whole,
});

const Sample = Type.Object(
  {
    at: Type.Optional(
      Type.Union([Type.String({ maxLength: 40 }), Type.Number()], {
        description:
          'ISO 8601, or seconds since 1970, by the meter. Without it, a value that repeats itself looks frozen.',
      }),
    ),
    currentA: Type.Optional(Amps),
    powerW: Type.Optional(Type.Number({ description: 'Total; makes the currents where none are given.' })),
    energyWh: Type.Optional(Type.Number({ minimum: 0 })),
  },
  { additionalProperties: false },
);

const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 48 }) });

/** Meters of the building: what they say, how far it is believed, and values that are brought to us. */
export function meterRoutes(app: App, desk: MeterDesk): void {
  const find = (id: string): MeterEntry => {
    const found = desk.meters().find(({ model }) => model.id === id);
    if (found === undefined)
      throw new Problem('not-found', `There is no meter ${id}; the configuration names them all.`);
    return found;
  };

  app.get(
    '/api/v1/meters',
    { schema: { tags: ['meters'], summary: 'All meters', response: { 200: listOf(Meter) } } },
    async () => ({ items: desk.meters().map(shown), next: null }),
  );

  app.get(
    '/api/v1/meters/:id',
    {
      schema: {
        tags: ['meters'],
        summary: 'One meter: its last good sample and how far it is believed',
        params: ById,
        response: { 200: Meter, ...problems(404) },
      },
    },
    async ({ params: { id } }) => shown(find(id)),
  );

  app.post(
    '/api/v1/meters/:id/samples',
    {
      schema: {
        tags: ['meters'],
        summary: 'Brings a sample of a meter of type http',
        params: ById,
        body: Sample,
        response: { 204: Done, ...problems(400, 404, 409) },
      },
    },
    async ({ params: { id }, body }, reply) => {
      const { type } = find(id);
      if (type !== 'http') throw new Problem('conflict', `Meter ${id} is of type ${type}: it is read, not told.`);
      const wrong = desk.push(id, body);
      if (wrong !== null) throw new Problem('invalid-request', `The sample was not taken: ${wrong}.`);
      return reply.code(204).send();
    },
  );
}

function shown({ model, type, state, trouble }: MeterEntry) {
  const { last, ageMs } = state;
  const [l1, l2, l3] = last?.currentMA ?? [0, 0, 0];
  return {
    id: model.id,
    type,
    circuit: model.circuit,
    side: model.side,
    intervalS: model.intervalMs / 1_000,
    lostAfterS: model.lostAfterMs / 1_000,
    quality: state.quality,
    why: trouble ?? state.why,
    ageS: ageMs === null ? null : Math.round(ageMs / 100) / 10,
    at: last === null ? null : new Date(last.at).toISOString(),
    currentA: last === null ? null : [l1 / 1_000, l2 / 1_000, l3 / 1_000],
    powerW: last?.powerW ?? null,
    energyWh: last?.energyWh ?? null,
  };
}
