import { Type } from 'typebox';
import { type DialectKey, type DialectValues, defaultDialect } from '../domain/dialect.ts';
import { milliAmps } from '../domain/units.ts';
import type { App } from './app.ts';
import { carryOut } from './carry-out.ts';
import { Problem, problems } from './problem.ts';
import { Done, nullable, whole } from './schemas.ts';
import type { Site } from './site.ts';

const tags = ['dialects'];
const strict = { additionalProperties: false };

const Kind = Type.Enum(['Absolute', 'Relative']);
const Mode = Type.Enum(['A', 'B', 'C', 'D', 'E']);
const MilliAmpsField = Type.Integer({ minimum: 0, maximum: 1_000_000 });
const Level = Type.Integer({ minimum: 0, maximum: 1_000 });
const maybe = nullable(Type.Boolean());

const fields = {
  mode: Mode,
  kind: Kind,
  floorKind: Kind,
  relativeFrom: nullable(Type.Enum(['transaction', 'receipt'])),
  keepsTime: maybe,
  outlivesCut: maybe,
  refusedModes: Type.Array(Mode, { maxItems: 5 }),
  unit: Type.Enum(['A', 'W']),
  step: Type.Union(
    [Type.Integer({ minimum: 100, maximum: 100_000 }), Type.Array(MilliAmpsField, { minItems: 1, maxItems: 64 })],
    { description: 'mA: limits are multiples of it, or one of the list.' },
  ),
  floorLevel: Level,
  grantLevel: Level,
  maxPeriods: nullable(Type.Integer({ minimum: 1, maximum: 100_000 })),
  pause: Type.Enum(['zero', 'never']),
  settleMs: Type.Integer({ minimum: 0, maximum: 600_000 }),
  resumeMs: Type.Integer({ minimum: 0, maximum: 3_600_000 }),
  lagMs: Type.Integer({ minimum: 11_000, maximum: 600_000 }),
  showsIdleFloor: maybe,
  keepsFloor: maybe,
  showsComposite: maybe,
  losesProfiles: Type.Enum(['never', 'reboot', 'disconnect']),
  dropsWhileSuspended: Type.Boolean(),
  limitIsOutput: Type.Boolean(),
};
/** Trust is earned by what is proven, and is not given by hand. */
const Values = Type.Partial(Type.Object(fields, strict));
const Changes = Type.Object(
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, Type.Optional(nullable(field))])),
  { ...strict, description: 'Null: this value is no longer set.' },
);

const Shown = Type.Object({
  id: Type.String({ description: 'Of this resource, made of the three names.' }),
  vendor: Type.String(),
  model: Type.String(),
  firmwareVersion: Type.String(),
  dialect: Type.Object({ ...fields, proofs: Type.Integer() }),
  sources: Type.Record(Type.String(), Type.Enum(['default', 'known', 'configuration-keys', 'learned', 'set'])),
  notes: Type.Array(Type.String()),
  learned: Type.Partial(Type.Object({ ...fields, proofs: Type.Integer() })),
  set: Values,
  chargePointIds: Type.Array(Type.String()),
});

const Export = Type.Object({
  version: whole,
  dialects: Type.Array(Type.Pick(Shown, ['vendor', 'model', 'firmwareVersion', 'learned', 'set'])),
});

const ByDialect = Type.Object({ id: Type.String({ minLength: 1, maxLength: 1_000 }) });

/** How makes of charge points take limits: what is known, learned and set. */
export function dialectRoutes(app: App, { controller, views }: Site): void {
  app.get(
    '/api/v1/dialects',
    {
      schema: {
        tags,
        summary: 'How each make of charge point takes limits, and where that is known from',
        response: { 200: Type.Object({ items: Type.Array(Shown) }) },
      },
    },
    async () => ({ items: views.dialects().map(({ key }) => shown(key)) }),
  );

  app.get(
    '/api/v1/dialects/export',
    {
      schema: { tags, summary: 'All that was learned and set, for others to use', response: { 200: Export } },
    },
    async () => ({
      version: 1,
      dialects: views
        .dialects()
        .map(({ key }) => shown(key))
        .filter(({ learned, set }) => Object.keys({ ...learned, ...set }).length > 0)
        .map(({ vendor, model, firmwareVersion, learned, set }) => ({ vendor, model, firmwareVersion, learned, set })),
    }),
  );

  app.get(
    '/api/v1/dialects/:id',
    { schema: { tags, summary: 'One make', params: ByDialect, response: { 200: Shown, ...problems(404) } } },
    async ({ params: { id } }) => shown(keyOf(id)),
  );

  app.patch(
    '/api/v1/dialects/:id',
    {
      schema: {
        tags,
        summary: 'Sets values of a make; they go before what is known and learned',
        params: ByDialect,
        body: Changes,
        response: { 200: Shown, ...problems(400, 404, 413, 415, 503) },
      },
    },
    async ({ params: { id }, body }) => {
      const key = keyOf(id);
      await carryOut(controller, { type: 'set-dialect', key, values: valuesOf(body) });
      return shown(key);
    },
  );

  app.delete(
    '/api/v1/dialects/:id',
    {
      schema: {
        tags,
        summary: 'Forgets what was learned and set of a make; it is learned anew',
        params: ByDialect,
        response: { 204: Done, ...problems(404, 503) },
      },
    },
    async ({ params: { id } }, reply) => {
      await carryOut(controller, { type: 'reset-dialect', key: keyOf(id) });
      return reply.code(204).send();
    },
  );

  function shown(key: DialectKey) {
    const { dialect, sources, notes, learned, set, chargePointIds } = views.dialect(key);
    if (chargePointIds.length === 0 && Object.keys({ ...learned, ...set }).length === 0) {
      throw new Problem('not-found', 'There is no such make: take the id from /api/v1/dialects.');
    }
    const all = { ...dialect, refusedModes: [...dialect.refusedModes], step: stepOf(dialect.step) };
    return {
      id: idOf(key),
      ...key,
      dialect: all,
      sources,
      notes: [...notes],
      learned: written(learned),
      set: written(set),
      chargePointIds: [...chargePointIds],
    };
  }
}

const stepOf = (step: DialectValues['step'] & {}): number | number[] => (typeof step === 'number' ? step : [...step]);

function written({ step, refusedModes, ...rest }: DialectValues) {
  return {
    ...rest,
    ...(step === undefined ? {} : { step: stepOf(step) }),
    ...(refusedModes === undefined ? {} : { refusedModes: [...refusedModes] }),
  };
}

/** Null takes a value back. */
function valuesOf(body: Readonly<Record<string, unknown>>): { [Name in keyof DialectValues]: DialectValues[Name] } {
  const entries = Object.entries(body).map(([name, value]): [string, unknown] => {
    if (name === 'step' && Array.isArray(value))
      return [
        name,
        value
          .map(Number)
          .sort((a, b) => a - b)
          .map(milliAmps),
      ];
    return [name, value === null ? undefined : value];
  });
  // The schema of the body has proven names and values.
  return Object.fromEntries(entries.filter(([name]) => Object.hasOwn(defaultDialect, name))) as DialectValues;
}

/** The names may hold any character, a slash too. */
const idOf = ({ vendor, model, firmwareVersion }: DialectKey): string =>
  Buffer.from(JSON.stringify([vendor, model, firmwareVersion])).toString('base64url');

function keyOf(id: string): DialectKey {
  try {
    const names: unknown = JSON.parse(Buffer.from(id, 'base64url').toString());
    if (Array.isArray(names) && names.length === 3 && names.every((name) => typeof name === 'string')) {
      const [vendor = '', model = '', firmwareVersion = ''] = names;
      return { vendor, model, firmwareVersion };
    }
  } catch {
    // Answered below, as for any other id that is none.
  }
  throw new Problem('not-found', 'There is no such make: take the id from /api/v1/dialects.');
}
