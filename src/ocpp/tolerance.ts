/**
 * Reads what charge points send: strictly first, which is all that a well-formed message costs, and only when that fails
 * with the repairs of the written list (tolerances.ts).
 */
import type { Action, RequestOf, ResponseOf } from './messages/actions.ts';
import { repair } from './repair.ts';
import type { Shape } from './shape.ts';
import { longIdTagPlaces, MAX_LONG_ID_TAG, type ToleratedKind } from './tolerances.ts';
import { isRequest, isResponse, requestShape, responseShape } from './validate.ts';
import { findViolation, isRecord, type Violation } from './violation.ts';

/** `tolerated` names each kind of deviation once; on refusal the violation is one that no repair covers. */
export type Reading<Payload> =
  | { readonly ok: true; readonly payload: Payload; readonly tolerated: readonly ToleratedKind[] }
  | { readonly ok: false; readonly violation: Violation; readonly tolerated: readonly ToleratedKind[] };

const none: readonly ToleratedKind[] = [];

/**
 * A request from a charge point. Never throws for a JSON value, never changes it. A tolerated `long-id-tag` is the one
 * case in which a string is longer than its schema says.
 */
export function readRequest<A extends Action>(action: A, payload: unknown): Reading<RequestOf<A>> {
  if (isRequest(action, payload)) return { ok: true, payload, tolerated: none };
  const place = `${action}.request`;
  const accepts = (value: unknown): value is RequestOf<A> => isRequest(action, withShortIdTag(value, place));
  return readRepaired(requestShape(action), payload, place, accepts);
}

/** A response of a charge point; see readRequest. */
export function readResponse<A extends Action>(action: A, payload: unknown): Reading<ResponseOf<A>> {
  if (isResponse(action, payload)) return { ok: true, payload, tolerated: none };
  const accepts = (value: unknown): value is ResponseOf<A> => isResponse(action, value);
  return readRepaired(responseShape(action), payload, `${action}.response`, accepts);
}

function readRepaired<Payload>(
  shape: Shape,
  payload: unknown,
  place: string,
  accepts: (value: unknown) => value is Payload,
): Reading<Payload> {
  const kinds = new Set<ToleratedKind>();
  const repaired = repair(shape, payload, place, kinds);
  if (!accepts(repaired)) {
    const unknownFault: Violation = {
      code: 'FormationViolation',
      path: '',
      message: 'the payload is not as specified',
    };
    const violation = findViolation(shape, withShortIdTag(repaired, place)) ?? unknownFault;
    return { ok: false, violation, tolerated: [...kinds] };
  }
  if (withShortIdTag(repaired, place) !== repaired) kinds.add('long-id-tag');
  return { ok: true, payload: repaired, tolerated: [...kinds] };
}

/** The payload as it would be with an idTag of legal length, where a longer one is kept; for checking only. */
function withShortIdTag(payload: unknown, place: string): unknown {
  if (!longIdTagPlaces.has(`${place}/idTag`) || !isRecord(payload)) return payload;
  const { idTag } = payload;
  if (typeof idTag !== 'string' || idTag.length <= 20 || idTag.length > MAX_LONG_ID_TAG) return payload;
  return { ...payload, idTag: '' };
}
