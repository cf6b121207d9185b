import { leastAmps } from './car.ts';
import { type ConnectorLoad, type InstalledProfile, type Limit, limitAt, maxLimitAt } from './composite-schedule.ts';

/** What the pilots of the connectors with a transaction may offer at this moment: 0 A or at least the least current. */
export function offersAt(
  profiles: readonly InstalledProfile[],
  charging: readonly ConnectorLoad[],
  at: number,
): Map<number, Limit> {
  const own = charging.map((load) => ({ id: load.connectorId, limit: limitAt(profiles, load, at) }));
  const offers = new Map(own.map(({ id, limit }) => [id, { ...limit, amps: 0 }]));
  let left = maxLimitAt(profiles, at)?.amps ?? Number.POSITIVE_INFINITY;
  const served: typeof own = [];
  for (const one of own) {
    if (one.limit.amps < leastAmps || (served.length + 1) * leastAmps > left) continue;
    served.push(one);
  }
  // The smallest first, so that what it can't use goes to the others.
  served.sort((a, b) => a.limit.amps - b.limit.amps);
  served.forEach(({ id, limit }, index) => {
    const amps = Math.min(limit.amps, left / (served.length - index));
    left -= amps;
    offers.set(id, { ...limit, amps });
  });
  return offers;
}
