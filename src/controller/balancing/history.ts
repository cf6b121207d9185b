import { type Instant, type MilliAmps, milliAmps, type PerPhase } from '../../domain/units.ts';
import { commandedMA } from './state.ts';
import { gridMeterOf, plannedSums } from './sums.ts';
import type { World } from './world.ts';

/**
 * What is kept for charts and disputes; the history leaves out what says nothing new. Of `parts`, each with as many
 * connectors and circuits, the one at `part`: all at once would keep limits waiting.
 */
export function writeHistory(
  world: World,
  { part, parts }: { readonly part: number; readonly parts: number },
  at: Instant,
): void {
  const { connectors, index, planned, site } = world;
  for (let place = part; place < connectors.length; place += parts) {
    const state = connectors[place];
    if (state === undefined) continue;
    const { model, commanded, draw, plannedMA, because } = state;
    const isKnown = commanded !== null && commanded.state === 'accepted';
    site.history.connector({
      chargePointId: model.chargePointId,
      connectorId: model.connectorId,
      at,
      planMA: milliAmps(plannedMA),
      grantMA: milliAmps(commandedMA(state)),
      acknowledgedMA: isKnown ? milliAmps(commanded.grantMA) : null,
      measuredMA: draw === null ? UNKNOWN : three(draw.mA, 0),
      because: because.kind,
    });
  }
  const plannedMA = plannedSums(world);
  for (let node = part; node < index.circuits.length; node += parts) {
    const circuit = index.circuits[node];
    if (circuit === undefined) continue;
    site.history.circuit({
      circuit: circuit.id,
      at,
      limitMA: planned === null ? circuit.limitMA : three(planned.limits, node * 3),
      foreignMA: planned?.loads[node]?.nowMA ?? circuit.reserveMA,
      measuredMA: gridMeterOf(world, circuit.id)?.last?.currentMA ?? UNKNOWN,
      committedMA: planned === null ? UNKNOWN : three(planned.sums, node * 3),
      plannedMA: three(plannedMA, node * 3),
    });
  }
}

const UNKNOWN: PerPhase<null> = [null, null, null];

function three(amounts: ArrayLike<number>, from: number): PerPhase<MilliAmps> {
  return [milliAmps(amounts[from] ?? 0), milliAmps(amounts[from + 1] ?? 0), milliAmps(amounts[from + 2] ?? 0)];
}
