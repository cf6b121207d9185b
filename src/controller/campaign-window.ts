import { createTask, type ScheduledTask, validate } from 'node-cron';
import type { CampaignPlan } from '../domain/firmware-campaign.ts';
import type { Instant } from '../domain/units.ts';

/** A window lasts a day at most: with a longer one there would be no hour outside of it. */
const MAX_WINDOW_S = 86_400;
const MINUTE_MS = 60_000;

/** Why this is no time pattern of a window; null where it is one. */
export function refuseCron(cron: string): string | null {
  if (cron.trim().split(/\s+/).length !== 5)
    return 'window.cron has five fields: minute, hour, day, month, day of the week';
  return validate(cron) ? null : 'window.cron is not a time pattern: 0 22 * * 1-5 is 22:00 on weekdays';
}

/**
 * Tells whether a window is open: whether its pattern was met, in the time zone of the site, less than its duration ago.
 * Minutes that were looked at are remembered; a clock that was set back begins anew.
 */
export function createCampaignWindows(timeZone: string) {
  const patterns = new Map<string, { task: ScheduledTask; from: number; to: number; openedAt: number | null }>();
  return {
    isOpen(window: CampaignPlan['window'], now: Instant): boolean {
      if (window === null) return true;
      const to = Math.floor(now / MINUTE_MS) * MINUTE_MS;
      const longAgo = to - MAX_WINDOW_S * 1_000;
      let known = patterns.get(window.cron);
      if (known === undefined || to < known.to || longAgo > known.to) {
        const task = known?.task ?? createTask(window.cron, () => undefined, { timezone: timeZone });
        known = { task, from: longAgo, to: longAgo, openedAt: null };
        patterns.set(window.cron, known);
      }
      for (let at = known.to + MINUTE_MS; at <= to; at += MINUTE_MS) {
        if (known.task.match(new Date(at))) known.openedAt = at;
      }
      known.to = to;
      return known.openedAt !== null && now - known.openedAt < window.durationS * 1_000;
    },
    stop(): void {
      for (const { task } of patterns.values()) void task.destroy();
      patterns.clear();
    },
  };
}
