import type { InstalledProfile, Limit } from './composite-schedule.ts';
import type { Quirks } from './quirks.ts';

/** What a connector really offers of what the profiles allow: the same at once, but for firmware with flaws. */
export type Pilot = {
  /** It offers what is allowed, at once and always. */
  readonly isFlawless: boolean;
  /** A transaction begins: what was is forgotten. */
  reset(): void;
  /** `now` in milliseconds; `hardware` is what the wiring carries. */
  offer(allowed: Limit, hardware: Limit, profiles: readonly InstalledProfile[], now: number): Limit;
};

/** Between what is allowed and what is offered; each flaw is one, and they stand in a row. */
type Stage = Pilot['offer'];

export function createPilot(quirks: Quirks): Pilot {
  const make = (): Stage[] => [
    ...(quirks.limitDelaySeconds > 0 ? [late(quirks.limitDelaySeconds)] : []),
    ...(quirks.ignoresFirstLimitAfterZero ? [ignorantAfterZero()] : []),
    ...(quirks.resumeSeconds > 0 ? [slowToResume(quirks.resumeSeconds)] : []),
    ...(quirks.spikeSeconds > 0 ? [spiking(quirks.spikeSeconds)] : []),
    ...(quirks.disobeysAfterSeconds > 0 ? [disobedient(quirks.disobeysAfterSeconds)] : []),
  ];
  let stages = make();
  return {
    isFlawless: stages.length === 0,
    reset: () => {
      stages = make();
    },
    offer: (allowed, hardware, profiles, now) =>
      stages.reduce((limit, stage) => stage(limit, hardware, profiles, now), allowed),
  };
}

function late(seconds: number): Stage {
  let applied: Limit | null = null;
  let coming: { readonly limit: Limit; readonly at: number }[] = [];
  return (allowed, _hardware, _profiles, now) => {
    applied ??= allowed;
    if (!same(coming.at(-1)?.limit ?? applied, allowed)) coming.push({ limit: allowed, at: now + seconds * 1000 });
    applied = coming.findLast((one) => one.at <= now)?.limit ?? applied;
    coming = coming.filter((one) => one.at > now);
    return applied;
  };
}

function ignorantAfterZero(): Stage {
  let wasZero = false;
  /** The profiles as they were when a limit was ignored: the next one that is set counts again. */
  let ignoredWith: readonly InstalledProfile[] | null = null;
  return (limit, hardware, profiles) => {
    if (wasZero && limit.amps > 0) ignoredWith = profiles;
    else if (ignoredWith !== profiles) ignoredWith = null;
    wasZero = limit.amps === 0;
    return ignoredWith === null ? limit : hardware;
  };
}

function slowToResume(seconds: number): Stage {
  let paused = false;
  let resumesAt: number | null = null;
  return (limit, _hardware, _profiles, now) => {
    if (limit.amps === 0) {
      paused = true;
      resumesAt = null;
      return limit;
    }
    if (!paused) return limit;
    resumesAt ??= now + seconds * 1000;
    paused = now < resumesAt;
    return paused ? { ...limit, amps: 0 } : limit;
  };
}

function spiking(seconds: number): Stage {
  let known: readonly InstalledProfile[] | null = null;
  let offered = 0;
  let until = 0;
  return (limit, hardware, profiles, now) => {
    if (known !== null && known !== profiles && offered > 0) until = now + seconds * 1000;
    known = profiles;
    offered = limit.amps;
    return now < until ? hardware : limit;
  };
}

function disobedient(seconds: number): Stage {
  let since: number | null = null;
  return (limit, hardware, _profiles, now) => {
    since ??= now;
    return now - since >= seconds * 1000 ? hardware : limit;
  };
}

function same(one: Limit, other: Limit): boolean {
  return one.amps === other.amps && one.phases === other.phases;
}
