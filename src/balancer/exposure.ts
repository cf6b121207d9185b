/**
 * What may legally flow through each circuit: the sum of what the book says of every connector below it. And the last
 * gate: no increase leaves that does not fit on every circuit and phase above it (design: invariants I1 and I3).
 */
import type { GridPhase } from '../domain/site-model.ts';
import type { SiteIndex } from './site-index.ts';

/** Three numbers for each circuit, in the order of the index: milliamps on L1, L2, L3. */
export type PhaseSums = Float64Array;

/** What a circuit may carry now besides the foreign load, which is subtracted already; `watts` NaN where only amps count. */
export type Room = { readonly mA: PhaseSums; readonly watts: Float64Array };

/** The voltage at which amps count against a limit in watts, V: the highest that is likely (230 V + 10 %). */
export const HIGH_VOLTAGE_V = 253;

const NO_TWINS: ReadonlySet<string> = new Set();

/**
 * The exposure of every circuit. `amounts`: milliamps per phase for each connector. `masks`: the phases that each loads.
 * A charge point whose sockets share a supply limits itself: its own limit counts towards the circuits above, if less; twice
 * where two charge points go by its id (`twins`).
 * `others`: what each circuit carries besides, mA; nothing where it is left out.
 */
export function exposureOf(
  index: SiteIndex,
  amounts: ArrayLike<number>,
  masks: ArrayLike<number>,
  twins: ReadonlySet<string> = NO_TWINS,
  others?: PhaseSums,
): PhaseSums {
  const sums = others === undefined ? new Float64Array(index.circuits.length * 3) : others.slice();
  for (let at = 0; at < index.nodes.length; at += 1) {
    const node = (index.nodes[at] ?? 0) * 3;
    const amount = amounts[at] ?? 0;
    const mask = masks[at] ?? 7;
    for (let phase = 0; phase < 3; phase += 1) {
      if ((mask & (1 << phase)) !== 0) sums[node + phase] = (sums[node + phase] ?? 0) + amount;
    }
  }
  const unknown = index.model.unknownReserveMA;
  for (let at = index.circuits.length - 1; at >= 0; at -= 1) {
    const parent = index.parents[at] ?? -1;
    for (let phase = 0; phase < 3; phase += 1) {
      const own = at * 3 + phase;
      if (parent < 0) sums[own] = (sums[own] ?? 0) + unknown;
      else
        sums[parent * 3 + phase] = (sums[parent * 3 + phase] ?? 0) + passedUp(index, at, phase, sums[own] ?? 0, twins);
    }
  }
  return sums;
}

/** The same in every cycle as `deadBoxWith` spells out: with reserves, and what limits itself at no more than its limit. */
export function heldSums(index: SiteIndex, amounts: ArrayLike<number>, twins: ReadonlySet<string>): PhaseSums {
  const sums = exposureOf(index, amounts, index.wired, twins, index.reserves);
  for (let node = 0; node < index.circuits.length; node += 1) {
    for (let phase = 0; phase < 3; phase += 1) {
      sums[node * 3 + phase] = passedUp(index, node, phase, sums[node * 3 + phase] ?? 0, twins);
    }
  }
  return sums;
}

/** Where an increase does not fit. */
export type Obstacle = { readonly circuit: string; readonly phase: GridPhase | null };

/**
 * Whether a connector may count with `toMA` instead of `fromMA`; null if it fits. `sums` is changed to the new exposure
 * only then. A decrease always fits. `fromMA` may be another one on each phase, and `toMA` then is no decrease anywhere.
 */
export function raise(
  index: SiteIndex,
  sums: PhaseSums,
  room: Room,
  {
    connector,
    mask,
    fromMA,
    toMA,
  }: { connector: number; mask: number; fromMA: number | readonly number[]; toMA: number },
): Obstacle | null {
  const riseOn = (phase: number): number =>
    typeof fromMA === 'number' ? toMA - fromMA : Math.max(0, toMA - (fromMA[phase] ?? 0));
  const delta = [0, 1, 2].map((phase) => ((mask & (1 << phase)) === 0 ? 0 : riseOn(phase)));
  const changes: [at: number, by: number][] = [];
  for (let node = index.nodes[connector] ?? -1; node >= 0; node = index.parents[node] ?? -1) {
    const risen = delta.slice();
    for (let phase = 0; phase < 3; phase += 1) {
      const rise = delta[phase] ?? 0;
      if (rise === 0) continue;
      const own = node * 3 + phase;
      const was = sums[own] ?? 0;
      // Written so that what is no number does not fit.
      if (!(rise < 0) && !(was + rise <= (room.mA[own] ?? 0))) {
        return { circuit: index.circuits[node]?.id ?? '', phase: phase as GridPhase };
      }
      changes.push([own, rise]);
      delta[phase] = passedUp(index, node, phase, was + rise) - passedUp(index, node, phase, was);
    }
    if (risen.some((rise) => !(rise <= 0)) && !fitsWatts(sums, risen, room, node)) {
      return { circuit: index.circuits[node]?.id ?? '', phase: null };
    }
  }
  for (const [at, by] of changes) sums[at] = (sums[at] ?? 0) + by;
  return null;
}

function fitsWatts(sums: PhaseSums, risen: readonly number[], room: Room, node: number): boolean {
  const watts = room.watts[node] ?? Number.NaN;
  if (Number.isNaN(watts)) return true;
  let total = 0;
  for (let phase = 0; phase < 3; phase += 1) total += (sums[node * 3 + phase] ?? 0) + (risen[phase] ?? 0);
  return (total * HIGH_VOLTAGE_V) / 1000 <= watts;
}

/** What a circuit's sum is for the one above it. */
function passedUp(index: SiteIndex, node: number, phase: number, sum: number, twins = NO_TWINS): number {
  const circuit = index.circuits[node];
  if (circuit === undefined || circuit.chargePointId === null) return sum;
  const devices = twins.has(circuit.chargePointId) ? 2 : 1;
  return Math.min(sum, devices * (circuit.limitMA[phase] ?? sum));
}
