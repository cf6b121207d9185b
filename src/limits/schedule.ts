import { createTask, schedule, validate } from 'node-cron';
import type { LimitValue } from '../domain/site-limit.ts';
import { limitValue } from '../domain/site-limits.ts';
import { type Instant, instant } from '../domain/units.ts';
import type { Clock, Timer } from '../runtime/ports.ts';
import type { ScheduleOptions } from './options.ts';
import { createLimitSource, type LimitDesk } from './source.ts';

const MINUTE_MS = 60_000;
/** How often wall and monotonic clock are compared, and from what difference on the wall clock was set, ms. */
const LOOK_MS = 500;
const STEP_MS = 1_500;
const EARLY_MS = 1_000;

/** Wakes us when an expression of cron begins to match. Node-cron is the real one. */
export type Cron = (expression: string, timeZone: string, run: () => void) => { restart(): void; stop(): void };

const nodeCron: Cron = (expression, timezone, run) => {
  const task = schedule(expression, run, { timezone, suppressMissedWarning: true });
  return {
    restart: () => {
      void task.stop();
      void task.start();
    },
    stop: () => void task.destroy(),
  };
};

/**
 * Until when a schedule holds that is in force at `now`; null where it is not. It looks for the last beginning, minute by
 * minute: node-cron knows only the next one, and after a start or a set clock the present is what counts. A beginning that
 * the clock leaves out in spring is left out that day.
 */
export function activeUntil(options: ScheduleOptions, timeZone: string, now: Instant): Instant | null {
  const task = createTask(options.start, () => undefined, { timezone: timeZone });
  try {
    // Timers may fire a little early; a second too soon is on the safe side.
    const minute = Math.floor((now + EARLY_MS) / MINUTE_MS) * MINUTE_MS;
    for (let back = 0; back < options.durationMin; back++) {
      const begun = minute - back * MINUTE_MS;
      if (task.match(new Date(begun))) {
        const end = begun + options.durationMin * MINUTE_MS;
        return end > now ? instant(end) : null;
      }
    }
    return null;
  } finally {
    void task.destroy();
  }
}

/** Throws in plain words where a schedule is none; the pattern of the configuration lets some of them through. */
export function checkSchedules(schedules: readonly ScheduleOptions[]): void {
  for (const { id, start } of schedules) {
    if (validate(start)) continue;
    throw new Error(
      `limits.schedules ${id}: "${start}" is no time of cron. Write minute hour day month weekday: 0 17 * * 1-5.`,
    );
  }
}

/** Limits by the clock. All of them are decided anew when one begins, when the clock was set, and at the start. */
export function startSchedules(site: {
  schedules: readonly ScheduleOptions[];
  timeZone: string;
  desk: LimitDesk;
  clock: Clock;
  log: Parameters<typeof createLimitSource>[0]['log'];
  cron?: Cron;
}) {
  const { schedules, timeZone, desk, clock, log, cron = nodeCron } = site;
  const tasks = schedules.map((options) => cron(options.start, timeZone, () => decide(options)));
  let offset = clock.now() - clock.monotonic();
  let timer: Timer | null = schedules.length === 0 ? null : clock.after(LOOK_MS, look);
  for (const options of schedules) decide(options);

  function look(): void {
    timer = clock.after(LOOK_MS, look);
    const now = clock.now() - clock.monotonic();
    const step = now - offset;
    offset = now;
    if (Math.abs(step) < STEP_MS) return;
    log.warn({ stepMs: Math.round(step) }, 'the clock was set: limits by the clock are decided anew');
    // Node-cron would otherwise catch up on every run that it believes to have missed, and nothing else would run.
    for (const task of tasks) task.restart();
    for (const options of schedules) decide(options);
  }

  function decide(options: ScheduleOptions): void {
    const now = clock.now();
    const until = activeUntil(options, timeZone, now);
    const value: LimitValue | null = until === null ? null : limitValue(options);
    const source = createLimitSource({
      circuit: options.circuit,
      source: `schedule ${options.id}`,
      ttlMs: until === null ? 0 : until - now,
      // biome-ignore lint/suspicious/noThenProperty: the name of the contract; nobody awaits a source
      then: 'configured',
      desk,
      clock,
      log,
    });
    void source.say(value, `${options.start} for ${options.durationMin} min`);
  }

  return {
    stop(): void {
      timer?.cancel();
      for (const task of tasks) task.stop();
    },
  };
}
