/** Points in time as they stand on the wire: strict RFC 3339, and the written repairs of what devices send instead. */
import type { Instant } from '../domain/units.ts';
import { instant } from '../domain/units.ts';

const STRICT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/i;

/** What comes after 2199 is a clock gone wrong, and so is what lies before 1970. */
const END = Date.UTC(2200, 0, 1);
const DAY_MS = 86_400_000;
const LAST_SECOND_OF_DAY_MS = 86_399_000;

/**
 * An RFC 3339 date and time with any offset, cut (not rounded) to milliseconds; null for anything else, for a date that
 * the calendar does not hold, and outside 1970 to 2199. A leap second counts as the last millisecond before it.
 */
export function parseTimestamp(text: string): Instant | null {
  const match = STRICT.exec(text);
  if (match === null) return null;
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  const hour = Number(match[4]);
  const minute = Number(match[5]);
  const second = Number(match[6]);
  const leap = second === 60;
  if (hour > 23 || minute > 59 || second > 60) return null;
  const offsetHours = Number(match[9] ?? 0);
  const offsetMinutes = Number(match[10] ?? 0);
  if (offsetHours > 23 || offsetMinutes > 59) return null;
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return null;
  const offsetMs = (offsetHours * 60 + offsetMinutes) * 60_000 * (match[8] === '-' ? -1 : 1);
  const ms = Date.UTC(year, month - 1, day, hour, minute, leap ? 59 : second) - offsetMs;
  if (ms < 0 || ms >= END) return null;
  if (leap) return ms % DAY_MS === LAST_SECOND_OF_DAY_MS ? instant(ms + 999) : null;
  return instant(ms + milliseconds(match[7]));
}

function milliseconds(fraction: string | undefined): number {
  return fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'));
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

const LOOSE =
  /^(\d{4}-\d\d-\d\d)(?:T| {1,2})(\d\d:\d\d)(:\d\d)?(?:[.,](\d+))? ?(Z|UTC|GMT|[+-]00:?00Z|[+-]\d\d(?::?\d\d)?)?$/i;

/**
 * The strict form of a timestamp in one of these known forms, null for any other: no zone (taken as UTC, OCPP 1.6 §3.14
 * recommends it); a space instead of T or before the zone; an offset without colon or minutes; no seconds; a comma before
 * the fraction; `UTC` or `GMT` for Z; both a zero offset and Z (Python's isoformat() with a Z appended); blanks around.
 */
export function repairTimestamp(text: string): string | null {
  const match = LOOSE.exec(text.trim());
  if (match === null) return null;
  const [, date, time, seconds = ':00', fraction, zone] = match;
  const strict = `${date}T${time}${seconds}${fraction === undefined ? '' : `.${fraction}`}${offset(zone)}`;
  return parseTimestamp(strict) === null ? null : strict;
}

function offset(zone: string | undefined): string {
  if (zone === undefined || !/^[+-]/.test(zone) || /Z$/i.test(zone)) return 'Z';
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return `${zone.slice(0, 1)}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/** Whether a timestamp that repairTimestamp can read says nothing of its zone. */
export function lacksTimeZone(text: string): boolean {
  const match = LOOSE.exec(text.trim());
  return match !== null && match[5] === undefined;
}

/** UTC with milliseconds and Z, the form that every charge point can read (OCPP 1.6 §3.14). */
export function formatTimestamp(at: Instant): string {
  return new Date(at).toISOString();
}
