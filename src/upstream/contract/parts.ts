import { type TSchema, Type } from 'typebox';

/** What the schemas of the contract are made of. They are open: a field that a reader does not know is left alone. */

export const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
export const text = Type.String();
export const maybeText = nullable(text);
export const time = Type.String({ format: 'date-time', description: 'UTC' });
export const maybeTime = nullable(time);
export const whole = Type.Integer();
export const maybeWhole = nullable(whole);
export const maybeNumber = nullable(Type.Number());
export const id = Type.String({ minLength: 1, maxLength: 255 });
/** A number within a stream. */
export const seq = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const stream = Type.Enum(['t0', 't1']);

const inPhases = { minItems: 3, maxItems: 3, description: 'L1, L2, L3' };
export const phases = Type.Array(Type.Number(), inPhases);
export const maybePhases = Type.Array(maybeNumber, inPhases);

/** Of an event that has nothing to say but whom it is about. */
export const ofChargePoint = { chargePointId: id, at: time };
