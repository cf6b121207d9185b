import { type Weekday, wallTime, weekdayBefore } from './site-time.ts';
import type { Instant, WattHours } from './units.ts';

/** What a token, or a whole group of them, is limited to. A rule that is not set limits nothing. */
export type TokenRules = {
  /** Where it may charge; empty: everywhere. */
  readonly chargePointIds: readonly string[];
  /** When it may begin, by the site's clock on the wall; empty: always. */
  readonly hours: readonly HoursWindow[];
  /** How much it may draw in a calendar month of the site before it may not begin again; null: any amount. */
  readonly energyPerMonthWh: WattHours | null;
};

/** A window that ends at or before its begin lasts past midnight, and belongs to the day on which it begins. */
export type HoursWindow = {
  readonly days: readonly Weekday[];
  /** Minutes since midnight: from, included; to, not included, 1440 for the end of the day. */
  readonly fromMinute: number;
  readonly toMinute: number;
};

export const noRules: TokenRules = { chargePointIds: [], hours: [], energyPerMonthWh: null };

/** Bounds of what is stored: charge points of a large site, windows of a week, the characters of an id. */
export const MAX_RULE_CHARGE_POINTS = 200;
export const MAX_RULE_HOURS = 21;
/** kWh a month: more than a fleet of lorries draws. */
export const MAX_ENERGY_KWH = 1_000_000;
const DAY_MINUTES = 1_440;

/** Which rule said no, whose it was, and why, in words for a person. */
export type RuleRefusal = {
  readonly rule: 'charge-points' | 'hours' | 'energy';
  readonly why: string;
};

export type RuleCircumstances = {
  readonly chargePointId: string;
  readonly at: Instant;
  readonly timeZone: string;
  /** What was drawn in the calendar month of `at`, Wh; asked for only where it matters. */
  readonly energyThisMonthWh: () => WattHours;
};

/** The first rule that says no; null where all of them allow. `whose` begins the sentence, such as "Token 04A1". */
export function refusalBy(rules: TokenRules, whose: string, circumstances: RuleCircumstances): RuleRefusal | null {
  const { chargePointId, at, timeZone, energyThisMonthWh } = circumstances;
  if (rules.chargePointIds.length > 0 && !rules.chargePointIds.includes(chargePointId)) {
    return { rule: 'charge-points', why: `${whose} may not charge at ${chargePointId}.` };
  }
  if (!isWithin(rules.hours, at, timeZone)) {
    const { weekday, minute } = wallTime(at, timeZone);
    return { rule: 'hours', why: `${whose} may not charge at this hour (${weekday} ${clockText(minute)}).` };
  }
  if (rules.energyPerMonthWh === null) return null;
  const used = energyThisMonthWh();
  if (used < rules.energyPerMonthWh) return null;
  const [have, limit] = [used, rules.energyPerMonthWh].map((wh) => String(Math.round(wh / 100) / 10));
  return { rule: 'energy', why: `${whose} has used ${have} of ${limit} kWh this month.` };
}

/** Whether the wall clock stands in one of the windows; an hour that a clock shows twice counts twice. */
export function isWithin(hours: readonly HoursWindow[], at: Instant, timeZone: string): boolean {
  if (hours.length === 0) return true;
  const { weekday, minute } = wallTime(at, timeZone);
  const dayBefore = weekdayBefore(weekday);
  return hours.some(({ days, fromMinute, toMinute }) => {
    if (toMinute > fromMinute) return days.includes(weekday) && minute >= fromMinute && minute < toMinute;
    return (days.includes(weekday) && minute >= fromMinute) || (days.includes(dayBefore) && minute < toMinute);
  });
}

/** Whether `after` lets through everything that `before` did: if not, what was allowed is now in doubt. */
export function isNarrower(after: TokenRules, before: TokenRules): boolean {
  if (after.energyPerMonthWh !== null) {
    if (before.energyPerMonthWh === null || after.energyPerMonthWh < before.energyPerMonthWh) return true;
  }
  if (after.chargePointIds.length > 0) {
    if (before.chargePointIds.length === 0) return true;
    if (before.chargePointIds.some((id) => !after.chargePointIds.includes(id))) return true;
  }
  return after.hours.length > 0 && JSON.stringify(after.hours) !== JSON.stringify(before.hours);
}

/** Minutes since midnight as a clock shows them: 08:30; 1440 is 24:00. */
export function clockText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** The reverse of `clockText`; null for what is no time of day. */
export function clockMinute(text: string): number | null {
  const match = /^([01]?\d|2[0-4]):([0-5]\d)$/.exec(text);
  if (match === null) return null;
  const minute = Number(match[1]) * 60 + Number(match[2]);
  return minute <= DAY_MINUTES ? minute : null;
}
