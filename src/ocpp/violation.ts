/** Finds what is wrong with a payload, in the words of OCPP-J §4.2.3 and in plain ones. */
import { IsUri } from 'typebox/format';
import { cutText } from './cut-text.ts';
import type { RpcErrorCode } from './error-codes.ts';
import type { Shape } from './shape.ts';
import { parseTimestamp } from './timestamp.ts';

/** `path` is a JSON pointer into the payload, empty for the payload itself; `message` has at most 255 characters. */
export type Violation = { readonly code: RpcErrorCode; readonly path: string; readonly message: string };

/** Of several faults the earliest of this list is reported, and of equal ones the first in the order of the schema. */
const order = [
  'ProtocolError',
  'FormationViolation',
  'TypeConstraintViolation',
  'PropertyConstraintViolation',
  'OccurenceConstraintViolation',
] as const satisfies readonly RpcErrorCode[];

/** errorDescription is a string of at most 255 characters (OCPP-J §4.2.3, as OCPP 2.0.1 bounds it). */
const MAX_MESSAGE_LENGTH = 255;
/** A name that a stranger made up is shown up to here. */
const MAX_NAME_LENGTH = 40;

/** Null when the payload conforms to the shape. Never recurses deeper than the shape does. */
export function findViolation(shape: Shape, payload: unknown): Violation | null {
  const search: Search = { worst: null };
  visit(shape, payload, '', search);
  return search.worst;
}

type Code = (typeof order)[number];
type Fault = { readonly code: Code; readonly words: string };
type Search = { worst: (Violation & { readonly code: Code }) | null };
type ObjectShape = Extract<Shape, { kind: 'object' }>;
type ArrayShape = Extract<Shape, { kind: 'array' }>;
type StringShape = Extract<Shape, { kind: 'string' }>;
type NumberShape = Extract<Shape, { kind: 'integer' | 'number' }>;

function visit(shape: Shape, value: unknown, path: string, search: Search): void {
  if (shape.kind === 'object') visitObject(shape, value, path, search);
  else if (shape.kind === 'array') visitArray(shape, value, path, search);
  else note(search, path, scalarFault(shape, value));
}

function visitObject(shape: ObjectShape, value: unknown, path: string, search: Search): void {
  if (!isRecord(value)) {
    note(search, path, { code: 'FormationViolation', words: 'must be an object' });
    return;
  }
  for (const [name, field] of shape.fields) {
    const inside = Object.hasOwn(value, name) ? value[name] : undefined;
    if (inside !== undefined) visit(field.shape, inside, `${path}/${name}`, search);
    else if (field.required) note(search, `${path}/${name}`, { code: 'ProtocolError', words: 'is missing' });
  }
  const stranger = Object.getOwnPropertyNames(value).find((name) => !shape.fields.has(name));
  if (stranger === undefined) return;
  const shown = JSON.stringify(cutText(stranger, MAX_NAME_LENGTH));
  note(search, path, { code: 'FormationViolation', words: `must not have the field ${shown}` });
}

function visitArray(shape: ArrayShape, value: unknown, path: string, search: Search): void {
  if (!Array.isArray(value)) {
    note(search, path, { code: 'FormationViolation', words: 'must be a list' });
    return;
  }
  if (value.length < shape.minItems) {
    note(search, path, { code: 'OccurenceConstraintViolation', words: `must hold at least ${shape.minItems} item` });
  }
  for (const [index, item] of value.entries()) visit(shape.items, item, `${path}/${index}`, search);
}

function scalarFault(shape: Exclude<Shape, ObjectShape | ArrayShape>, value: unknown): Fault | null {
  switch (shape.kind) {
    case 'enum':
      if (typeof value !== 'string') return wrongType('a string');
      return shape.values.includes(value) ? null : outOfBounds(`must be one of ${shape.values.join(', ')}`);
    case 'string':
      return typeof value === 'string' ? stringFault(shape, value) : wrongType('a string');
    case 'integer':
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? numberFault(shape, value) : wrongType('a number');
    case 'boolean':
      return typeof value === 'boolean' ? null : wrongType('true or false');
  }
}

function stringFault(shape: StringShape, value: string): Fault | null {
  if (value.length > shape.maxLength && codePoints(value) > shape.maxLength) {
    return outOfBounds(`must have at most ${shape.maxLength} characters`);
  }
  if (shape.format === 'date-time' && parseTimestamp(value) === null) {
    return outOfBounds('must be a date and time with zone as in 2026-11-22T10:00:00Z, between 1970 and 2199');
  }
  return shape.format === 'uri' && !IsUri(value) ? outOfBounds('must be a URI with a scheme') : null;
}

function numberFault(shape: NumberShape, value: number): Fault | null {
  if (shape.kind === 'integer' && !Number.isInteger(value)) return wrongType('a whole number');
  return shape.rule === null || shape.rule.holds(value) ? null : outOfBounds(shape.rule.asks);
}

const wrongType = (wanted: string): Fault => ({ code: 'TypeConstraintViolation', words: `must be ${wanted}` });
const outOfBounds = (words: string): Fault => ({ code: 'PropertyConstraintViolation', words });

function note(search: Search, path: string, fault: Fault | null): void {
  if (fault === null) return;
  const { code, words } = fault;
  if (search.worst !== null && rank(search.worst.code) <= rank(code)) return;
  const subject = path === '' ? 'the payload' : path.slice(1);
  search.worst = { code, path, message: cutText(`${subject} ${words}`, MAX_MESSAGE_LENGTH) };
}

function rank(code: Code): number {
  return order.indexOf(code);
}

function codePoints(text: string): number {
  return Array.from(text).length;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
