import { isPayload, type Payload } from './frames.ts';

/** Reading the fields of a request; what is missing or wrong ends the operation with a CALLERROR (OCPP-J 1.6 §4.2.3). */

/** Thrown by an operation, answered as a CALLERROR with this code. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string, description: string) {
    super(description);
    this.code = code;
  }
}

export function optionalText(from: Payload, field: string, longest: number): string | null {
  const value = own(from, field);
  if (value === undefined) return null;
  if (typeof value !== 'string') throw new Refusal('TypeConstraintViolation', `${field} is not a string`);
  if (value.length > longest) throw new Refusal('PropertyConstraintViolation', `${field} is longer than ${longest}`);
  return value;
}

export function text(from: Payload, field: string, longest: number): string {
  return required(optionalText(from, field, longest), field);
}

function optionalNumber(from: Payload, field: string): number | null {
  const value = own(from, field);
  if (value === undefined) return null;
  if (typeof value !== 'number') throw new Refusal('TypeConstraintViolation', `${field} is not a number`);
  return value;
}

export function number(from: Payload, field: string): number {
  return required(optionalNumber(from, field), field);
}

export function optionalInteger(from: Payload, field: string): number | null {
  const value = optionalNumber(from, field);
  if (value !== null && !Number.isSafeInteger(value)) {
    throw new Refusal('TypeConstraintViolation', `${field} is not a whole number`);
  }
  return value;
}

export function integer(from: Payload, field: string): number {
  return required(optionalInteger(from, field), field);
}

/** Milliseconds since 1970; any ISO 8601 form that names a moment. */
export function optionalTime(from: Payload, field: string): number | null {
  const value = optionalText(from, field, 64);
  if (value === null) return null;
  const time = Date.parse(value);
  if (Number.isNaN(time)) throw new Refusal('PropertyConstraintViolation', `${field} is not a time`);
  return time;
}

export function time(from: Payload, field: string): number {
  return required(optionalTime(from, field), field);
}

export function optionalChoice<T extends string>(from: Payload, field: string, choices: readonly T[]): T | null {
  const value = optionalText(from, field, 500);
  if (value === null) return null;
  const choice = choices.find((one) => one === value);
  if (choice === undefined) throw new Refusal('PropertyConstraintViolation', `${field}: ${choices.join(', ')}`);
  return choice;
}

export function choice<T extends string>(from: Payload, field: string, choices: readonly T[]): T {
  return required(optionalChoice(from, field, choices), field);
}

export function optionalObject(from: Payload, field: string): Payload | null {
  const value = own(from, field);
  if (value === undefined) return null;
  if (!isPayload(value)) throw new Refusal('TypeConstraintViolation', `${field} is not an object`);
  return value;
}

export function object(from: Payload, field: string): Payload {
  return required(optionalObject(from, field), field);
}

export function optionalList(from: Payload, field: string): readonly unknown[] | null {
  const value = own(from, field);
  if (value === undefined) return null;
  if (!Array.isArray(value)) throw new Refusal('TypeConstraintViolation', `${field} is not a list`);
  return value;
}

/** A list of objects. */
export function objects(from: Payload, field: string): readonly Payload[] {
  return required(optionalList(from, field), field).map((entry) => {
    if (!isPayload(entry)) throw new Refusal('TypeConstraintViolation', `${field} holds something that is no object`);
    return entry;
  });
}

function own(from: Payload, field: string): unknown {
  const value = Object.hasOwn(from, field) ? from[field] : undefined;
  return value === null ? undefined : value;
}

function required<T>(value: T | null, field: string): T {
  if (value === null) throw new Refusal('ProtocolError', `${field} is missing`);
  return value;
}
