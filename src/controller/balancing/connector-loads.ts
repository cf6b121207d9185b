import type { ConnectorLoad } from '../../balancer/car-load.ts';
import { gridPhases } from '../../domain/site-model.ts';
import { type MilliAmps, type Monotonic, milliAmps, type PerPhase } from '../../domain/units.ts';
import { type ConnectorState, commandedMA, type Draw } from './state.ts';
import { chargePointOf, isReachable, type World } from './world.ts';

/** What connectors draw, as the meters above them see it. */

const NONE = milliAmps(0);

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
  const endsAt = endingSince(state);
  load.measuredMA = draw === null ? null : onGrid(state, draw);
  load.sampledAt = draw?.at ?? null;
  load.sampleIntervalMs = intervalMs;
  load.changedAt = endsAt ?? (grantAt === null || (floorAt !== null && floorAt > grantAt) ? floorAt : grantAt);
  load.lagMs = chargePointOf(world, state).dialect.lagMs;
  load.toldMA = milliAmps(endsAt === null ? commandedMA(state) : 0);
  load.limitMA = milliAmps(amountMA);
  load.counted = isPlannedNow || endsAt !== null ? 'planned' : 'worst';
  load.provenMA = flowsForSure(world, state) ? load.measuredMA : null;
}

/**
 * Since when its last transaction is over, while what that was given is still in the book. Its current is in the meter's
 * word until the next one and then gone: as after any change nobody knows which, and the building has not begun to draw it.
 */
function endingSince({ running, ending, obedience }: ConnectorState): Monotonic | null {
  if (running !== null || ending.size === 0 || obedience === 'drawing-unasked') return null;
  return Math.max(...ending.values()) as Monotonic;
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
