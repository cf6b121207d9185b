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
  return ahead(text, now, { mostMs: MAX_OVERRIDE_MS, words: 'overrideUntil must lie ahead, by a week at most.' });
}

/** A time to come; null where none is named. Throws the Problem, in these words, of one that has passed or is too far off. */
export function ahead(
  text: string | null | undefined,
  now: number,
  { mostMs, words }: { readonly mostMs: number; readonly words: string },
): Instant | null {
  if (text === undefined || text === null) return null;
  const at = parseTimestamp(text);
  if (at === null || at <= now || at - now > mostMs) throw new Problem('invalid-request', words);
  return at;
}
