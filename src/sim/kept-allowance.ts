import { allowedNow, allowedTogether, momentsAhead } from './allowance.ts';
import type { ChargePoint } from './charge-point.ts';
import type { InstalledProfile, Limit } from './composite-schedule.ts';
import type { Transaction } from './flash.ts';

/** What a charge point's profiles allow at this moment, reckoned anew only where it can have changed. */

type Allowance = {
  /** Of each connector that was asked for, in their order. */
  readonly limits: readonly Limit[];
  /** All of them together, amps per phase; null where nothing says. */
  readonly together: number | null;
};

/** Schedules are searched for changes so far ahead, ms. */
const AHEAD_MS = 3_600_000;
/** Moments are sums of fractions: by so much before one it is reckoned anew, ms. */
const CLOSE_MS = 1;

export function createKeptAllowance(point: ChargePoint, connectorIds: readonly number[]) {
  let kept: Allowance | null = null;
  let until = 0;
  let clockError = 0;
  let profiles: readonly InstalledProfile[] = [];
  const transactions: (Transaction | undefined)[] = [];

  const isKept = (now: number): boolean => {
    if (now >= until || point.flash.profiles !== profiles || point.time() - now !== clockError) return false;
    for (let at = 0; at < connectorIds.length; at += 1) {
      if (point.flash.transactions.get(connectorIds[at] ?? 0) !== transactions[at]) return false;
    }
    return true;
  };

  /** The same object for as long as nothing changes. */
  return (now: number): Allowance => {
    if (kept !== null && isKept(now)) return kept;
    clockError = point.time() - now;
    profiles = point.flash.profiles;
    for (const [at, id] of connectorIds.entries()) transactions[at] = point.flash.transactions.get(id);
    until = Math.min(now + AHEAD_MS, ...momentsAhead(point, now, now + AHEAD_MS)) - CLOSE_MS;
    kept = {
      limits: connectorIds.map((id) => allowedNow(point, id, now)),
      together: allowedTogether(point, now),
    };
    return kept;
  };
}
