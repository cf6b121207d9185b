import { type Instant, type MilliAmps, milliAmps, type PerPhase } from '../../domain/units.ts';
import type { BalanceHistory } from '../../store/balance-history.ts';
import type { CircuitShown } from './shown.ts';
import { commandedMA } from './state.ts';
import type { World } from './world.ts';

/** What is kept of every cycle for charts and disputes; the history leaves out what says nothing new. */
export function writeHistory(
  { connectors }: World,
  circuits: readonly CircuitShown[],
  to: BalanceHistory,
  at: Instant,
): void {
  for (const state of connectors) {
    const { model, commanded, draw, plannedMA, because } = state;
    const isKnown = commanded !== null && commanded.state === 'accepted';
    to.connector({
      chargePointId: model.chargePointId,
      connectorId: model.connectorId,
      at,
      planMA: milliAmps(plannedMA),
      grantMA: milliAmps(commandedMA(state)),
      acknowledgedMA: isKnown ? milliAmps(commanded.grantMA) : null,
      measuredMA: draw === null ? [null, null, null] : inMilliAmps(draw.mA.map((mA) => mA / 1_000)),
      because: because.kind,
    });
  }
  for (const { id, carriesA, foreignA, measuredA, committedA, plannedA } of circuits) {
    to.circuit({
      circuit: id,
      at,
      limitMA: inMilliAmps(carriesA),
      foreignMA: inMilliAmps(foreignA),
      measuredMA: inMilliAmps(measuredA),
      committedMA: inMilliAmps(committedA),
      plannedMA: inMilliAmps(plannedA),
    });
  }
}

function inMilliAmps(amps: readonly (number | null)[]): PerPhase<MilliAmps | null> {
  const of = (phase: number): MilliAmps | null => {
    const value = amps[phase] ?? null;
    return value === null ? null : milliAmps(value * 1_000);
  };
  return [of(0), of(1), of(2)];
}
