import type { InstalledProfile, Limit } from './composite-schedule.ts';
import type { Quirks } from './quirks.ts';

/** What a connector really offers of what the profiles allow: the same at once, but for firmware with flaws. */
export type Pilot = {
  /** A transaction begins: what was is forgotten. */
  reset(): void;
  /** `now` in milliseconds; `hardware` is what the wiring carries. */
  offer(allowed: Limit, hardware: Limit, profiles: readonly InstalledProfile[], now: number): Limit;
};

export function createPilot(quirks: Quirks): Pilot {
  let applied: Limit | null = null;
  let coming: { readonly limit: Limit; readonly at: number }[] = [];
  let wasZero = false;
  /** The profiles as they were when a limit was ignored: the next one that is set counts again. */
  let ignoredWith: readonly InstalledProfile[] | null = null;

  const delayed = (allowed: Limit, now: number): Limit => {
    if (quirks.limitDelaySeconds === 0) return allowed;
    applied ??= allowed;
    if (!same(coming.at(-1)?.limit ?? applied, allowed)) {
      coming.push({ limit: allowed, at: now + quirks.limitDelaySeconds * 1000 });
    }
    applied = coming.findLast((one) => one.at <= now)?.limit ?? applied;
    coming = coming.filter((one) => one.at > now);
    return applied;
  };

  return {
    reset: () => {
      applied = null;
      coming = [];
      wasZero = false;
      ignoredWith = null;
    },
    offer: (allowed, hardware, profiles, now) => {
      const limit = delayed(allowed, now);
      if (!quirks.ignoresFirstLimitAfterZero) return limit;
      if (wasZero && limit.amps > 0) ignoredWith = profiles;
      else if (ignoredWith !== profiles) ignoredWith = null;
      wasZero = limit.amps === 0;
      return ignoredWith === null ? limit : hardware;
    },
  };
}

function same(one: Limit, other: Limit): boolean {
  return one.amps === other.amps && one.phases === other.phases;
}
