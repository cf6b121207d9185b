import { type ConnectorBook, settled } from '../../balancer/book.ts';
import { heldSums, type PhaseSums } from '../../balancer/exposure.ts';
import type { MeterState } from '../../domain/meter.ts';
import { gridPhases } from '../../domain/site-model.ts';
import { twinsOf } from './twins.ts';
import type { World } from './world.ts';

/** What comes together on each circuit, in the order of the index: mA on L1, L2, L3. */

/** With reserves, what each connector is held to by what its book says. */
export function heldBy(world: World, held: (book: ConnectorBook) => number): PhaseSums {
  const amounts = world.connectors.map(({ book }) => held(book));
  return heldSums(world.index, amounts, twinsOf(world));
}

/** What may remain if this gateway dies now and nobody touches anything (safety invariant I2). */
export const deadBoxSums = (world: World): PhaseSums => heldBy(world, settled);

/** What the plan puts on each, by the phases that cars are known to use. */
export function plannedSums({ index, connectors }: World): PhaseSums {
  const sums = new Float64Array(index.circuits.length * 3);
  for (const { at, model, learning, plannedMA } of connectors) {
    const behind = gridPhases(model.rotation, model.wiredPhases);
    for (let node = index.nodes[at] ?? -1; node >= 0; node = index.parents[node] ?? -1) {
      for (const own of learning.used) {
        const phase = node * 3 + (behind[own] ?? 0);
        sums[phase] = (sums[phase] ?? 0) + plannedMA;
      }
    }
  }
  return sums;
}

/** Of the circuit's own meter that sees all below; undefined where it has none, or that has yet to be looked at. */
export function gridMeterOf({ index, meters }: World, circuit: string): MeterState | undefined {
  const meter = index.model.meters.find((one) => one.circuit === circuit && one.side === 'grid');
  return meter === undefined ? undefined : meters.get(meter.id);
}
