import { offsetsOf } from '../input/local-time.ts';

/** Numbers and times as people read them. */

/** Thousands apart, so many digits after the point at most. */
export const number = (value: number, digits = 0): string =>
  value.toLocaleString('en-GB', { maximumFractionDigits: digits }).replaceAll(',', '\u202f');

export const percent = (value: number): string => {
  // 99.96 % is not all of it.
  const shown = value < 100 && value > 99.9 ? 99.9 : value;
  return `${number(shown, shown < 10 || (shown > 99 && shown < 100) ? 1 : 0)}\u202f%`;
};

/** `1 car`, `3 cars`. */
export const count = (value: number, one: string, many = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : many}`;

/** `45 min`, `3.2 h`. */
export const minutes = (value: number): string =>
  value < 90 ? `${number(value)}\u202fmin` : `${number(value / 60, 1)}\u202fh`;

export const kWh = (value: number): string =>
  value >= 10_000 ? `${number(value / 1_000, 1)}\u202fMWh` : `${number(value, value < 100 ? 1 : 0)}\u202fkWh`;

export const amps = (value: number): string => `${number(value, value < 10 ? 1 : 0)}\u202fA`;

/** Jain's index, cut: 1.00 is equal. */
export const fairness = (jain: number): string => (Math.floor(jain * 100 + 1e-9) / 100).toFixed(2);

const DAY_MS = 86_400_000;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The site's clock and calendar. */
export type Calendar = {
  /** The wall clock as if it were UTC, ms: its days and hours are those of the site. */
  readonly wall: (at: number) => number;
  /** `Mon 4 Mar`. */
  readonly day: (wall: number) => string;
  /** `Mon 4 Mar 17:35`, of an ISO 8601 time. */
  readonly time: (iso: string) => string;
  /** `4 Mar 2019`. */
  readonly date: (iso: string) => string;
};

export function calendarOf(timeZone: string): Calendar {
  const offsetAt = offsetsOf(timeZone);
  const wall = (at: number): number => at + offsetAt(at);
  const day = (at: number): string => {
    const date = new Date(at);
    return `${DAYS[date.getUTCDay()]} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
  };
  return {
    wall,
    day,
    time: (iso) => {
      const at = wall(Date.parse(iso));
      return `${day(at)} ${new Date(at).toISOString().slice(11, 16)}`;
    },
    date: (iso) => {
      const date = new Date(wall(Date.parse(iso)));
      return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
    },
  };
}

export const startOfDay = (wall: number): number => Math.floor(wall / DAY_MS) * DAY_MS;
