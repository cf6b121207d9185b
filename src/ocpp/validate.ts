/**
 * Strict checks of payloads, for what we send and as the first look at what we receive. Compiled on first use: all
 * 78 together take 30 ms of a desktop's start, and a site meets a few of them only.
 */
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { Format } from 'typebox/format';
import { withKeyChecks } from './key-check.ts';
import { type Action, actions, type RequestOf, type ResponseOf } from './messages/actions.ts';
import { type Shape, shapeOf } from './shape.ts';
import { parseTimestamp } from './timestamp.ts';
import { findViolation, type Violation } from './violation.ts';

/** One meaning of date-time in the whole process: ours, which knows the calendar and the years that make sense. */
Format.Set('date-time', (text) => parseTimestamp(text) !== null);

type Compiled = { readonly validator: Validator; readonly shape: Shape };

const requests = new Map<Action, Compiled>();
const responses = new Map<Action, Compiled>();

/** Null when the payload is a request of this action, exactly as OCPP 1.6 describes it. */
export function checkRequest(action: Action, payload: unknown): Violation | null {
  return isRequest(action, payload) ? null : explain(requestShape(action), payload);
}

/** Null when the payload is a response to this action, exactly as OCPP 1.6 describes it. */
export function checkResponse(action: Action, payload: unknown): Violation | null {
  return isResponse(action, payload) ? null : explain(responseShape(action), payload);
}

export function isRequest<A extends Action>(action: A, payload: unknown): payload is RequestOf<A> {
  return compiled(requests, action, actions[action].request).validator.Check(payload);
}

export function isResponse<A extends Action>(action: A, payload: unknown): payload is ResponseOf<A> {
  return compiled(responses, action, actions[action].response).validator.Check(payload);
}

export function requestShape(action: Action): Shape {
  return compiled(requests, action, actions[action].request).shape;
}

export function responseShape(action: Action): Shape {
  return compiled(responses, action, actions[action].response).shape;
}

function compiled(cache: Map<Action, Compiled>, action: Action, schema: TSchema): Compiled {
  const known = cache.get(action);
  if (known !== undefined) return known;
  const made = { validator: Compile(withKeyChecks(schema)), shape: shapeOf(schema) };
  cache.set(action, made);
  return made;
}

/** The walk and the compiled check are held together by tests; should they differ, the check has the last word. */
function explain(shape: Shape, payload: unknown): Violation {
  return (
    findViolation(shape, payload) ?? {
      code: 'FormationViolation',
      path: '',
      message: 'the payload is not as specified',
    }
  );
}
