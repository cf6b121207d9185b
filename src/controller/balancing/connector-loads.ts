import type { ConnectorLoad } from '../../balancer/car-load.ts';
import { gridPhases } from '../../domain/site-model.ts';
import { type MilliAmps, milliAmps, type PerPhase } from '../../domain/units.ts';
import { NOTHING_MA } from './samples.ts';
import { type ConnectorState, commandedMA, type Draw } from './state.ts';
import { chargePointOf, isReachable, type World } from './world.ts';

/** What connectors draw, as the meters above them see it. */

const NONE = milliAmps(0);
/** What was last seen so long ago no longer keeps the building's peaks from being learned, ms. */
const FORGOTTEN_MS = 3_600_000;

/** A connector as the sums of meters see it: filled anew in each cycle, and not made anew, for there are many. */
export type LoadSheet = { -readonly [K in keyof ConnectorLoad]: ConnectorLoad[K] };

export function blankLoad({ key, model, intervalMs }: ConnectorState): LoadSheet {
  return {
    key,
    circuit: model.circuit,
    phases: gridPhases(model.rotation, model.wiredPhases),
    measuredMA: null,
    sampledAt: null,
    sampleIntervalMs: intervalMs,
    changedAt: null,
    lagMs: 0,
    toldMA: NONE,
    limitMA: NONE,
    counted: 'worst',
    provenMA: null,
  };
}

/** `amountMA`: the most that it may draw now. */
export function fillLoad(
  load: LoadSheet,
  world: World,
  state: ConnectorState,
  amountMA: number,
  isPlannedNow: boolean,
): void {
  const { draw, commanded, floor, intervalMs, changedAt } = state;
  // A renewal changes nothing: what was measured before it holds.
  const grantAt = commanded === null ? null : changedAt;
  const floorAt = floor.seq === null ? null : floor.at;
  load.measuredMA = draw === null ? null : onGrid(state, draw);
  load.sampledAt = draw?.at ?? null;
  load.sampleIntervalMs = intervalMs;
  load.changedAt = grantAt === null || (floorAt !== null && floorAt > grantAt) ? floorAt : grantAt;
  load.lagMs = chargePointOf(world, state).dialect.lagMs;
  load.toldMA = milliAmps(commandedMA(state));
  load.limitMA = milliAmps(amountMA);
  const isSure = flowsForSure(world, state);
  load.counted = isPlannedNow ? 'planned' : !isSure && mayStillFlow(world, state) ? 'leaving' : 'worst';
  load.provenMA = isSure ? load.measuredMA : null;
}

/** From the charge point's phases to the grid's. */
function onGrid({ model }: ConnectorState, draw: Draw): PerPhase<MilliAmps> {
  const amounts: [MilliAmps, MilliAmps, MilliAmps] = [NONE, NONE, NONE];
  const phases = gridPhases(model.rotation, model.wiredPhases);
  for (let own = 0; own < phases.length; own += 1) amounts[phases[own] ?? 0] = milliAmps(draw.mA[own] ?? 0);
  return amounts;
}

/** What these connectors draw by their newest samples: what a meter above them must follow when it changes. */
export function drawnBy({ connectors }: World, places: readonly number[]): PerPhase<MilliAmps> {
  const sums: [number, number, number] = [0, 0, 0];
  for (const at of places) {
    const state = connectors[at];
    if (state?.draw == null) continue;
    const phases = gridPhases(state.model.rotation, state.model.wiredPhases);
    for (let own = 0; own < phases.length; own += 1) {
      sums[phases[own] ?? 0] += Math.max(0, state.draw.mA[own] ?? 0);
    }
  }
  return [milliAmps(sums[0]), milliAmps(sums[1]), milliAmps(sums[2])];
}

/**
 * What its last sample shows may have ended with its transaction, or since; taken off a meter all the same, it would make
 * the building's load look smaller than it is.
 */
function flowsForSure(world: World, state: ConnectorState): boolean {
  const { draw, running, obedience, intervalMs } = state;
  if (draw === null || (running === null && obedience !== 'drawing-unasked')) return false;
  return isReachable(world, chargePointOf(world, state)) && world.site.clock.monotonic() - draw.at <= 3 * intervalMs;
}

/**
 * It drew when its session ended, or when it was last seen, or nobody has seen it since the start; and its book counts what it
 * was given. Were that in a meter's reading taken for the building's load, the others would have to give way to it twice.
 */
function mayStillFlow({ site }: World, { draw, running, ending }: ConnectorState): boolean {
  if ((running === null && ending.size === 0) || (draw !== null && draw.most < NOTHING_MA)) return false;
  const seenAt = draw?.at ?? running?.since ?? Math.max(...ending.values());
  return site.clock.monotonic() - seenAt <= FORGOTTEN_MS;
}
