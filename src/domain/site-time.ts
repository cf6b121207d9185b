import type { Instant } from './units.ts';

/** The site's calendar and clock on the wall. Only Intl knows how zones change between summer and winter. */

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** What a clock on the wall of the site shows. */
export type WallTime = {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly weekday: Weekday;
  /** Since midnight as the clock shows it, 0 to 1439. */
  readonly minute: number;
};

/** The wall clock of an IANA time zone at an instant. Throws a RangeError for a zone that does not exist. */
export function wallTime(at: Instant, timeZone: string): WallTime {
  const minute = Math.floor(at / MINUTE_MS);
  if (latest?.minute !== minute || latest.timeZone !== timeZone) {
    latest = { minute, timeZone, wall: wallTimeOf(at, timeZone) };
  }
  return latest.wall;
}

/** Asked for many times a second, and the same for a minute: no zone is off by a part of one. */
let latest: { readonly minute: number; readonly timeZone: string; readonly wall: WallTime } | null = null;

function wallTimeOf(at: Instant, timeZone: string): WallTime {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const weekday = (parts.get('weekday') ?? '').toLowerCase().slice(0, 3);
  return {
    year: number('year'),
    month: number('month'),
    weekday: WEEKDAYS.find((day) => day === weekday) ?? 'mon',
    minute: number('hour') * 60 + number('minute'),
  };
}

export const weekdayBefore = (day: Weekday): Weekday => WEEKDAYS[(WEEKDAYS.indexOf(day) + 6) % 7] ?? day;

/** The calendar month of the site around an instant: its first instant, and the first after it. */
export function monthAround(at: Instant, timeZone: string): { readonly from: Instant; readonly before: Instant } {
  const { year, month } = wallTime(at, timeZone);
  return { from: beginningOf(year, month, timeZone), before: beginningOf(year, month + 1, timeZone) };
}

/** No zone is farther from UTC than this, ms. */
const FARTHEST_MS = 15 * 3_600_000;
const MINUTE_MS = 60_000;

/** The first minute of a month; found by halving, for a change of the clock may fall on that very midnight. */
function beginningOf(year: number, month: number, timeZone: string): Instant {
  const middle = Date.UTC(year, month - 1, 1);
  const [wantedYear, wantedMonth] = month > 12 ? [year + 1, month - 12] : [year, month];
  const reached = (minutes: number): boolean => {
    const wall = wallTime((minutes * MINUTE_MS) as Instant, timeZone);
    return wall.year > wantedYear || (wall.year === wantedYear && wall.month >= wantedMonth);
  };
  let low = (middle - FARTHEST_MS) / MINUTE_MS;
  let high = (middle + FARTHEST_MS) / MINUTE_MS;
  while (high - low > 1) {
    const half = Math.floor((low + high) / 2);
    if (reached(half)) high = half;
    else low = half;
  }
  return (high * MINUTE_MS) as Instant;
}

/** Formats are dear to make; there are as many as zones were asked for, which is the site's. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      weekday: 'short',
      hour: 'numeric',
      minute: 'numeric',
    });
    formats.set(timeZone, format);
  }
  return format;
}
