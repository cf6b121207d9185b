/** When a charging profile speaks and what it says then (OCPP 1.6 §3.13.2, §5.16.4, §7.8 to §7.14). */
import type { ChargingProfile, SchedulePeriod } from './charging-profile.ts';
import type { Instant } from './units.ts';

/** What a profile says at an instant, null where it is silent, and the next instant (ms) at which that may change. */
export type Said = { readonly period: SchedulePeriod | null; readonly untilMs: number };

/** One profile laid out in time. */
export type Timeline = (atMs: number) => Said;

const DAY_MS = 86_400_000;
const RECURRENCE_MS = { Daily: DAY_MS, Weekly: 7 * DAY_MS };

/**
 * Each look costs the logarithm of the number of periods. `startedAt` is where schedules without a start of their own
 * begin (OCPP 1.6 §7.9, §7.13). Periods out of order are put in order; of two with the same start the later one counts.
 */
export function timelineOf(profile: ChargingProfile, startedAt: Instant): Timeline {
  const { schedule, validFrom, validTo } = profile;
  const periods = schedule.periods.toSorted((a, b) => a.startS - b.startS);
  // Absolute and Recurring without startSchedule break §7.9, and a Relative one has none to heed.
  const anchor = profile.kind === 'Relative' ? startedAt : (schedule.startAt ?? startedAt);
  const recurrence =
    profile.kind === 'Recurring' && profile.recurrency !== null ? RECURRENCE_MS[profile.recurrency] : null;
  // What is longer than the duration, or than the recurrence, is not executed (§5.16.4, errata 3.43, 3.44).
  const span = Math.min(recurrence ?? Infinity, schedule.durationS === null ? Infinity : schedule.durationS * 1000);
  const end = validTo ?? Infinity;
  return (at) => {
    if (at >= end) return { period: null, untilMs: Infinity };
    if (validFrom !== null && at < validFrom) return { period: null, untilMs: Math.min(validFrom, end) };
    if (at < anchor) return { period: null, untilMs: Math.min(anchor, end) };
    const start = recurrence === null ? anchor : anchor + Math.floor((at - anchor) / recurrence) * recurrence;
    const elapsed = at - start;
    if (elapsed >= span) return { period: null, untilMs: Math.min(end, start + (recurrence ?? Infinity)) };
    const next = countBegun(periods, elapsed);
    const nextStart = (periods[next]?.startS ?? Infinity) * 1000;
    // The last period holds until the duration ends (§5.16.4); before the first one nothing is said.
    return { period: periods[next - 1] ?? null, untilMs: Math.min(end, start + Math.min(nextStart, span)) };
  };
}

/** How many of the ascending periods have begun, by halving. */
function countBegun(periods: readonly SchedulePeriod[], elapsedMs: number): number {
  let low = 0;
  let high = periods.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((periods[middle]?.startS ?? Infinity) * 1000 <= elapsedMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
