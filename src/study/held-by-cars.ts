import { gridPhases } from '../domain/site-model.ts';
import { allowedNow } from '../sim/allowance.ts';
import type { SimulatedSite } from './simulated-site.ts';
import type { Guest } from './visits.ts';

/**
 * What the profiles of the charge points allow the cars that are there, A for each circuit and phase, on the phases that these
 * cars have: where the site file says that phases of cars may be trusted, that is what is promised. Sockets without a car hold
 * their floors, on all their phases.
 */
export function heldByCars({ model, connectors, world }: SimulatedSite, guests: Iterable<Guest>): Float64Array {
  const places = new Map(model.circuits.map(({ id }, node) => [id, node]));
  const parents = model.circuits.map(({ parent }) => places.get(parent ?? '') ?? -1);
  const sums = new Float64Array(model.circuits.length * 3);
  const now = world.clock.sim.now();
  const taken = new Map([...guests].map((guest) => [guest.connector, guest]));
  for (const connector of connectors) {
    const { point, model: own } = connector;
    const guest = taken.get(connector);
    const allowed = guest === undefined ? null : allowedNow(point, own.connectorId, now);
    const amps = allowed?.amps ?? own.floorMA / 1_000;
    if (amps === 0) continue;
    const count = Math.min(own.wiredPhases, guest?.car.type.phases ?? 3, allowed?.phases ?? 3) as 1 | 2 | 3;
    const phases = gridPhases(own.rotation, own.dc === null ? count : own.wiredPhases);
    for (let node = places.get(own.circuit) ?? -1; node >= 0; node = parents[node] ?? -1) {
      for (const phase of phases) sums[node * 3 + phase] = (sums[node * 3 + phase] ?? 0) + amps;
    }
  }
  return sums;
}
