import type { ChargePoint } from './charge-point.ts';
import {
  type ConnectorLoad,
  changesOf,
  type InstalledProfile,
  type Limit,
  limitAt,
  maxLimitAt,
} from './composite-schedule.ts';
import { fromGrid } from './dc.ts';

/**
 * What a charge point may draw by the profiles that it holds, whether or not a car wants it, and whatever its firmware
 * makes of it: amps per phase of the grid. Moments are true ones; the charge point goes by its own clock.
 */

/** One connector at one moment. Without a transaction, what a transaction would get that begins in this moment. */
export function allowedNow(point: ChargePoint, connectorId: number, at: number): Limit {
  const load = loadOf(point, connectorId);
  return fromGrid(point.model.dc, limitAt(point.flash.profiles, load, at + clockError(point)));
}

/** All connectors together, in amps per phase; null where no ChargePointMaxProfile speaks. */
export function allowedTogether(point: ChargePoint, at: number): number | null {
  const limit = maxLimitAt(point.flash.profiles, at + clockError(point));
  return limit === null ? null : fromGrid(point.model.dc, limit).amps;
}

/**
 * The most that a connector may draw at a later moment if nobody talks to it from `now` on: its transaction goes on, or
 * it ends and another begins at any time in between.
 */
export function allowedAhead(point: ChargePoint, connectorId: number, now: number, at: number): Limit {
  const error = clockError(point);
  const load = loadOf(point, connectorId);
  const { profiles } = point.flash;
  const candidates: ConnectorLoad[] = load.transactionStart === null ? [] : [load];
  for (const start of startsThatMatter(profiles, now + error, at + error)) {
    candidates.push({ ...load, transactionStart: start });
  }
  const left = profiles.filter((one) => one.purpose !== 'TxProfile');
  const limits = candidates.map((one) =>
    fromGrid(point.model.dc, limitAt(one === load ? profiles : left, one, at + error)),
  );
  return {
    amps: Math.max(...limits.map(({ amps }) => amps)),
    phases: Math.max(...limits.map(({ phases }) => phases)),
  };
}

/** Every moment in (now, until) at which what the charge point may draw can change. */
export function momentsAhead(point: ChargePoint, now: number, until: number): number[] {
  const error = clockError(point);
  const [from, to] = [now + error, until + error];
  const starts = point.connectors.map((one) => one.load.transactionStart ?? from);
  const moments = point.flash.profiles.flatMap((profile) =>
    [from, ...starts].flatMap((start) => changesOf(profile, start, from, to)),
  );
  return [...new Set(moments)].map((at) => at - error);
}

/** A new transaction begins now, or so that some period of a Relative default just begins. */
function startsThatMatter(profiles: readonly InstalledProfile[], from: number, at: number): number[] {
  const defaults = profiles.filter((one) => one.purpose === 'TxDefaultProfile');
  const offsets = defaults.flatMap((one) => [
    ...one.periods.map(({ startPeriod }) => startPeriod),
    ...(one.durationSeconds === null ? [] : [one.durationSeconds]),
  ]);
  return [...new Set([at, from, ...offsets.map((seconds) => Math.max(from, at - seconds * 1000))])];
}

function loadOf(point: ChargePoint, connectorId: number): ConnectorLoad {
  const connector = point.connectors.find(({ id }) => id === connectorId);
  if (connector === undefined) throw new RangeError(`${point.id} has no connector ${connectorId}`);
  return connector.load;
}

/** By how much its clock is ahead of the true time, in milliseconds. */
function clockError(point: ChargePoint): number {
  return point.time() - point.trueTime();
}
