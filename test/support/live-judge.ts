import { expect } from 'vitest';
import { type Overload, overloadSeconds } from '../../src/sim/overloads.ts';
import type { LiveSite } from './live-site.ts';

/** What is said of a live site by what flows and by what its charge points hold, and waiting for it in real time. */

/** Above its limit a circuit may be for so long while a step of the building is shed, s (design: safety, I1). */
export const SHED_WITHIN_S = 10;
/** What one car draws at least when it charges, A. */
const MINIMUM_A = 6;
/** Of the limit that is used when nothing holds cars back: what the margin leaves, less remainders. */
const USED = 0.85;

export const isCharging = (site: LiveSite, at: number): boolean => site.drawn(at) >= MINIMUM_A * 0.95;

/** How many cars charge. */
export const charging = (site: LiveSite): number => site.points().filter((_, at) => isCharging(site, at)).length;

/** Whether cars and building together make good use of the connection. */
export const isUsed = (site: LiveSite): boolean => Math.min(...site.flow()) > site.limitA * USED;

/** What the building and the profiles of all charge points together allow on L1, A. */
function committedA({ electricity }: LiveSite): number {
  const sum = (amps: ReadonlyMap<string, readonly number[]>): number => amps.get('grid')?.[0] ?? 0;
  return sum(electricity.allowedSums()) + sum(electricity.foreignNow());
}

/** Before floors are laid a charge point allows all that its hardware gives. Resolves once they are, with the time. */
export async function floorsLaid(site: LiveSite): Promise<number> {
  await until(site, 'all floors are laid', 60, () => committedA(site) <= site.limitA);
  site.electricity.look();
  return site.clock.now();
}

/** More current than the limit at any moment since then. */
export const overloads = (site: LiveSite, since = 0): Overload[] =>
  site.electricity.overloads.kept().filter(({ to }) => to > since);

/** More allowed than the limit at any moment since then, even if nobody made use of it. */
export const overcommitments = (site: LiveSite, since: number): Overload[] =>
  site.electricity.overcommitments.kept().filter(({ to }) => to > since);

/** No current above the limit at any time, and no permission for one since floors were laid. */
export function expectNeverOver(site: LiveSite, since: number): void {
  expect(overloads(site), 'more flows than the limit').toEqual([]);
  expect(overcommitments(site, since), 'more is allowed than the limit').toEqual([]);
}

/** Above the limit only for as long as shedding takes, in what flows and in what is allowed. */
export function expectShedInTime(site: LiveSite, since: number): void {
  const tooLong = (one: Overload): boolean => overloadSeconds(one) > SHED_WITHIN_S;
  expect(overloads(site).filter(tooLong), 'more flows than the limit, for too long').toEqual([]);
  expect(overcommitments(site, since).filter(tooLong), 'more is allowed than the limit, for too long').toEqual([]);
}

/** Looks whenever the simulated world moves, until it is so; resolves with the seconds that it took. */
export function until(site: LiveSite, what: string, seconds: number, isSo: () => boolean): Promise<number> {
  const from = site.clock.now();
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const tookS = (site.clock.now() - from) / 1_000;
      if (isSo()) resolve(tookS);
      else if (tookS > seconds) {
        const cars = site.points().map((_, at) => Math.round(site.drawn(at)));
        reject(new Error(`not in ${seconds} s: ${what}; ${site.flow().join(', ')} A, cars ${cars.join(', ')} A`));
      } else site.clock.setTimeout(look, 100);
    };
    look();
  });
}

/** Lets so many seconds pass. */
export const pass = (site: LiveSite, seconds: number): Promise<void> =>
  new Promise((resolve) => {
    site.clock.setTimeout(resolve, seconds * 1_000);
  });
