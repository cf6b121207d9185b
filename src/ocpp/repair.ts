/** Makes a copy of a payload along its shape, with the repairs of the written list, and notes which were needed. */
import { cutText } from './cut-text.ts';
import { isDeeperThan, MAX_JSON_DEPTH } from './json-depth.ts';
import type { Shape } from './shape.ts';
import { lacksTimeZone, parseTimestamp, repairTimestamp } from './timestamp.ts';
import {
  cutPlaces,
  jsonTextPlaces,
  optionalPlaces,
  registerPlaces,
  samplePlaces,
  type ToleratedKind,
} from './tolerances.ts';
import { findViolation, isRecord } from './violation.ts';

type Kinds = Set<ToleratedKind>;
type ShapeOf<Kind extends Shape['kind']> = Extract<Shape, { kind: Kind }>;

/**
 * The repaired copy of `value`; what is not on the list stays as it is, for the check that must follow. The input is
 * never changed, only names of the shape are copied, and the walk goes no deeper than the shape.
 *
 * @param place action and direction, as in `Authorize.request`; grows by the path on the way down.
 */
export function repair(shape: Shape, value: unknown, place: string, kinds: Kinds): unknown {
  switch (shape.kind) {
    case 'object':
      return isRecord(value) ? repairObject(shape, value, place, kinds) : value;
    case 'array':
      return Array.isArray(value) ? repairArray(shape, value, place, kinds) : value;
    case 'enum':
      return repairEnum(shape, value, kinds);
    case 'string':
      return repairString(shape, value, place, kinds);
    case 'integer':
    case 'number':
      return repairNumber(shape, value, place, kinds);
    case 'boolean':
      if (value !== 'true' && value !== 'false') return value;
      kinds.add('number-as-string');
      return value === 'true';
  }
}

function repairObject(
  shape: ShapeOf<'object'>,
  value: Readonly<Record<string, unknown>>,
  place: string,
  kinds: Kinds,
): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [name, { shape: inner, required }] of shape.fields) {
    const found = Object.hasOwn(value, name) ? value[name] : undefined;
    if (found === undefined) continue;
    if (found === null && !required) {
      kinds.add('null-field');
      continue;
    }
    const where = `${place}/${name}`;
    const repaired = repair(inner, found, where, kinds);
    if (optionalPlaces.has(where) && findViolation(inner, repaired) !== null) kinds.add('bad-optional');
    else copy[name] = repaired;
  }
  if (Object.getOwnPropertyNames(value).some((name) => !shape.fields.has(name))) kinds.add('extra-field');
  return copy;
}

function repairArray(shape: ShapeOf<'array'>, value: readonly unknown[], place: string, kinds: Kinds): unknown[] {
  const where = `${place}/*`;
  const items = value.map((item) => repair(shape.items, item, where, kinds));
  if (!samplePlaces.has(where)) return items;
  const readable = items.filter((item) => findViolation(shape.items, item) === null);
  if (readable.length < items.length) kinds.add('bad-sample');
  return readable;
}

function repairEnum(shape: ShapeOf<'enum'>, value: unknown, kinds: Kinds): unknown {
  if (typeof value !== 'string' || shape.values.includes(value)) return value;
  const wanted = value.toLowerCase();
  const match = shape.values.find((each) => each.toLowerCase() === wanted);
  if (match === undefined) return value;
  kinds.add('enum-case');
  return match;
}

function repairString(shape: ShapeOf<'string'>, value: unknown, place: string, kinds: Kinds): unknown {
  if (typeof value === 'number') return repairNumberForText(value, place, kinds);
  if (jsonTextPlaces.has(place) && typeof value === 'object' && value !== null) {
    if (isDeeperThan(MAX_JSON_DEPTH, value)) return value;
    kinds.add('object-as-string');
    return JSON.stringify(value);
  }
  if (typeof value !== 'string') return value;
  if (shape.format === 'date-time' && parseTimestamp(value) === null) {
    const strict = repairTimestamp(value);
    if (strict === null) return value;
    kinds.add(lacksTimeZone(value) ? 'missing-time-zone' : 'timestamp-form');
    return strict;
  }
  if (value.length > shape.maxLength && cutPlaces.has(place) && findViolation(shape, value) !== null) {
    kinds.add('long-text');
    return cutText(value, shape.maxLength);
  }
  return value;
}

/** A number beyond 2^53 has lost digits on its way: for an idTag that would be somebody else. */
function repairNumberForText(value: number, place: string, kinds: Kinds): unknown {
  const identifies = /idTag$/i.test(place);
  if (!Number.isFinite(value) || (identifies && !(Number.isSafeInteger(value) && value >= 0))) return value;
  kinds.add('string-as-number');
  return String(value);
}

/** Plain decimal numbers of a length that a device prints; no exponent, no blanks inside. */
const DECIMAL = /^[+-]?\d{1,16}(?:\.\d{1,16})?$/;

function repairNumber(shape: ShapeOf<'integer' | 'number'>, value: unknown, place: string, kinds: Kinds): unknown {
  let number = value;
  if (typeof value === 'string' && DECIMAL.test(value.trim())) {
    kinds.add('number-as-string');
    number = Number(value);
  }
  if (typeof number !== 'number' || !Number.isFinite(number)) return number;
  if (shape.kind === 'integer' && registerPlaces.has(place) && !Number.isInteger(number)) {
    kinds.add('fractional-register');
    return Math.round(number);
  }
  if (shape.kind === 'number' && shape.rule !== null && !shape.rule.holds(number)) {
    kinds.add('multiple-of');
    return oneDecimal(number);
  }
  return number;
}

/** A single-precision float is right to seven digits. */
const FLOAT_ERROR = 1e-6;

function oneDecimal(value: number): number {
  const nearest = Math.round(value * 10);
  const isFloatError = Math.abs(value * 10 - nearest) <= Math.max(1, Math.abs(value * 10)) * FLOAT_ERROR;
  return (isFloatError ? nearest : Math.ceil(value * 10)) / 10;
}
