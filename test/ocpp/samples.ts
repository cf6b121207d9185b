/** Messages made up from JSON schemas, whoever wrote them, and ways to spoil them. */
import fc from 'fast-check';

/** The part of JSON Schema that OCPP messages use. */
export type JsonSchema = {
  readonly type?: string | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: JsonSchema | undefined;
  readonly minItems?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly format?: string | undefined;
  readonly multipleOf?: number | undefined;
  readonly $ref?: string | undefined;
  readonly definitions?: Readonly<Record<string, JsonSchema>> | undefined;
};

/** Payloads that the schema allows. */
export function validFor(schema: JsonSchema, definitions = schema.definitions ?? {}): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) {
    const target = definitions[schema.$ref.replace('#/definitions/', '')];
    if (target === undefined) throw new Error(`no definition ${schema.$ref}`);
    return validFor(target, definitions);
  }
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object': {
      const entries = Object.entries(schema.properties ?? {});
      const fields: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(
        entries.map(([name, inner]) => [name, validFor(inner, definitions)]),
      );
      return fc.record(fields, { requiredKeys: [...(schema.required ?? [])], noNullPrototype: true });
    }
    case 'array':
      return fc.array(validFor(schema.items ?? {}, definitions), { minLength: schema.minItems ?? 0, maxLength: 3 });
    case 'string':
      return validString(schema);
    case 'integer':
      return fc.oneof(fc.integer(), fc.constantFrom(-1, 0, 1, 2 ** 31, 8_638_204_637_187));
    case 'number':
      return fc.oneof(fc.integer({ min: -10, max: 40_000 }).map(tenth), fc.constantFrom(0.3, 1.2, 2.3, 8.1, 16, -1));
    case 'boolean':
      return fc.boolean();
    default:
      throw new Error(`no samples for ${JSON.stringify(schema)}`);
  }
}

const tenth = (tenths: number): number => tenths / 10;

function validString({ format, maxLength }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'date-time') {
    const date = fc.date({ min: new Date(0), max: new Date(Date.UTC(2199, 11, 31)), noInvalidDate: true });
    const forms = [
      (each: Date) => each.toISOString(),
      (each: Date) => each.toISOString().replace(/\.\d+Z/, 'Z'),
      (each: Date) => each.toISOString().replace('Z', '456+00:00'),
      (each: Date) =>
        each
          .toISOString()
          .replace(/^19[78]\d/, '1999')
          .replace('Z', '-05:30'),
    ];
    return fc.tuple(date, fc.constantFrom(...forms)).map(([each, form]) => form(each));
  }
  if (format === 'uri') return fc.webUrl({ withQueryParameters: true });
  const limit = maxLength ?? 60;
  const full = fc.constantFrom('x', '\u00fc', '\u{1f50c}').map((unit) => unit.repeat(limit));
  return fc.oneof(fc.string({ unit: 'binary', maxLength: Math.min(limit, 20) }).map(wellFormed(limit)), full);
}

/** Text of at most `limit` code points. */
const wellFormed =
  (limit: number) =>
  (text: string): string =>
    Array.from(text).slice(0, limit).join('');

/** What takes the place of a value in a spoilt message. */
const replacements: readonly unknown[] = [
  null,
  true,
  'true',
  0,
  -1,
  12.3,
  8.15,
  8.100000381469727,
  0.30000000000000004,
  2 ** 53,
  1e300,
  '',
  '12',
  '12.5',
  'accepted',
  'ACCEPTED',
  'Celcius',
  'x'.repeat(21),
  'x'.repeat(51),
  '\u{1f50c}'.repeat(21),
  'x'.repeat(10_001),
  '2026-11-22T10:00:00',
  '2026-11-22 10:00:00Z',
  '2026-11-22T10:00:00+0100',
  '2026-02-29T10:00:00Z',
  '2026-11-22T23:59:60Z',
  '2026-11-22T10:00:60Z',
  '2300-01-01T00:00:00Z',
  '1969-12-31T00:00:00Z',
  '2026-11-22',
  'http://host/a b',
  'no uri',
  [],
  [{}],
  ['x'],
  {},
  { a: 1 },
];

/** One change to a message: where (picks among its places) and what. */
export type Spoiling = { readonly pick: number; readonly how: 'replace' | 'remove' | 'add'; readonly by: unknown };

export const spoiling: fc.Arbitrary<Spoiling> = fc.record({
  pick: fc.nat(),
  how: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'add'),
  by: fc.constantFrom(...replacements),
});

/** A copy with one place changed. */
export function spoil(payload: unknown, { pick, how, by }: Spoiling): unknown {
  const copy: unknown = structuredClone(payload);
  const places = placesOf(copy);
  const place = places[pick % (places.length + 1)];
  if (place === undefined)
    return how === 'add' && isObject(copy) ? { ...copy, vendorField: by } : how === 'remove' ? copy : by;
  const [parent, key] = place;
  if (how === 'add') Reflect.set(parent, `${key}Extra`, by);
  else if (how === 'remove' && !Array.isArray(parent)) Reflect.deleteProperty(parent, key);
  else Reflect.set(parent, key, by);
  return JSON.parse(JSON.stringify(copy));
}

function placesOf(value: unknown): [parent: object, key: string][] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[value, key] as [object, string], ...placesOf(inner)]);
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
