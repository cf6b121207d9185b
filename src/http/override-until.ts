import { Type } from 'typebox';
import { MAX_OVERRIDE_MS } from '../domain/token.ts';
import type { Instant } from '../domain/units.ts';
import { Timestamp } from '../ocpp/messages/common.ts';
import { parseTimestamp } from '../ocpp/timestamp.ts';
import { Problem } from './problem.ts';

/** In a query: what belongs to the backend is changed only for a while. */
export const OverrideUntil = { overrideUntil: Type.Optional(Timestamp) };

/** Until when a change of what belongs to the backend holds; null where it was not asked for. */
export function untilOf(text: string | undefined, now: number): Instant | null {
  if (text === undefined) return null;
  const until = parseTimestamp(text);
  if (until === null || until <= now || until - now > MAX_OVERRIDE_MS) {
    throw new Problem('invalid-request', 'overrideUntil must lie ahead, by a week at most.');
  }
  return until;
}
