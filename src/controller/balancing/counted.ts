import { worstOnPhase } from '../../balancer/book.ts';
import type { PhaseSums } from '../../balancer/exposure.ts';
import { usedGridPhases } from '../../balancer/learned-phases.ts';
import { maskOf } from '../../balancer/site-index.ts';
import { type GridPhase, gridPhases } from '../../domain/site-model.ts';
import type { Monotonic } from '../../domain/units.ts';
import { dialectFor } from './learn.ts';
import type { ConnectorState } from './state.ts';
import { chargePointOf, type World } from './world.ts';

/**
 * On which phases a connector counts where the site trusts those that cars were seen to use: what a car was given counts on
 * its phases for as long as that may flow. What the next car could take at once (the floor, and every limit that outlives its
 * transaction) counts on all that are wired at all times, so that no start and no end finds a circuit fuller than it was.
 */

/** The grid's phases on which a grant to the running transaction counts, in the plan as in the book. */
export function grantPhases(world: World, state: ConnectorState): readonly GridPhase[] {
  const { learning, model, running } = state;
  return world.index.model.trustLearnedPhases && running !== null && !outlivesIt(world, state)
    ? usedGridPhases(learning, model.rotation)
    : gridPhases(model.rotation, model.wiredPhases);
}

/** In modes A and C a grant is for whoever charges. */
function outlivesIt(world: World, state: ConnectorState): boolean {
  const { mode } = dialectFor(world, chargePointOf(world, state), 'grant');
  return mode === 'A' || mode === 'C';
}

/** What each connector counts with on L1, L2, L3, mA: three numbers for each. */
export function countedMA(world: World, now: Monotonic): Float64Array {
  const counted = new Float64Array(world.connectors.length * 3);
  for (const state of world.connectors) {
    const { at, book, running } = state;
    for (const phase of gridPhases(state.model.rotation, state.model.wiredPhases)) {
      const isHere = (transactionId: number | null): boolean => isOn(state, transactionId, phase);
      counted[at * 3 + phase] = worstOnPhase(book, now, running?.id ?? null, isHere);
    }
  }
  return counted;
}

/** Whether what this transaction was given can flow on the phase; null: whoever charges. */
function isOn({ running, learning, model, endedOn }: ConnectorState, id: number | null, phase: GridPhase): boolean {
  if (id === null) return true;
  const phases = id === running?.id ? usedGridPhases(learning, model.rotation) : endedOn.get(id);
  return phases === undefined || phases.includes(phase);
}

/** Of each circuit alone what counts there, mA on L1, L2, L3; nothing where nothing is counted phase by phase. */
export function ownSums({ index, connectors }: World, counted: Float64Array | null): PhaseSums | undefined {
  if (counted === null) return undefined;
  const sums = new Float64Array(index.circuits.length * 3);
  for (const { at } of connectors) {
    const node = (index.nodes[at] ?? 0) * 3;
    for (let phase = 0; phase < 3; phase += 1) {
      sums[node + phase] = (sums[node + phase] ?? 0) + (counted[at * 3 + phase] ?? 0);
    }
  }
  return sums;
}

/**
 * The same for what is given to no car: connectors that are not planned, with `unplanned` at most, and the floors of planned
 * ones on the phases that their cars don't use.
 */
export function besideGrants(
  world: World,
  counted: Float64Array,
  unplanned: Float64Array,
  cars: readonly ConnectorState[],
): PhaseSums | undefined {
  const beside = counted.map((mA, at) => Math.min(mA, unplanned[Math.floor(at / 3)] ?? 0));
  for (const state of cars) {
    const { rotation, wiredPhases, floorMA } = state.model;
    const own = grantPhases(world, state);
    for (const phase of gridPhases(rotation, wiredPhases)) {
      if (!own.includes(phase)) beside[state.at * 3 + phase] = floorMA;
    }
  }
  return ownSums(world, beside);
}

/** From what a raise starts on each phase: `fromMA`, and no more than is counted there. */
export function countedFrom(
  counted: Float64Array | null,
  { at }: ConnectorState,
  fromMA: number,
): number | readonly number[] {
  return counted === null ? fromMA : [0, 1, 2].map((phase) => Math.min(fromMA, counted[at * 3 + phase] ?? 0));
}

export const grantMask = (world: World, state: ConnectorState): number => maskOf(grantPhases(world, state));
