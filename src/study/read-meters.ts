import type { MeterModel } from '../domain/site-model.ts';
import { type MilliAmps, milliAmps, type PerPhase } from '../domain/units.ts';
import type { Electricity } from '../sim/electricity.ts';
import type { ForeignLoad } from '../sim/foreign-load.ts';
import type { World } from '../virtual-site/world.ts';

/** Meters that tell the truth, each as often as the file says: a grid meter all that flows through its circuit. */
export function readMeters(
  { clock, controller }: World,
  meters: readonly MeterModel[],
  electricity: Electricity,
  foreign: readonly ForeignLoad[],
): void {
  const { sim, server } = clock;
  for (const { id, circuit, side, intervalMs } of meters) {
    const read = (): void => {
      sim.setTimeout(read, intervalMs);
      controller().balancing?.meterSampled({
        meterId: id,
        at: server.now(),
        stamped: true,
        receivedAt: server.monotonic(),
        currentMA: milliAmpsOf(
          side === 'grid' ? (electricity.currents().get(circuit) ?? []) : side === 'consumer' ? drawnOn(circuit) : [],
        ),
        powerW: null,
        energyWh: null,
        liveness: [],
      });
    };
    sim.setTimeout(read, intervalMs);
  }

  /** What a consumer's meter sees is all that the circuit's own profile says; nothing is generated. */
  function drawnOn(circuit: string): readonly number[] {
    const sum = [0, 0, 0];
    for (const load of foreign) {
      if (load.circuit !== circuit) continue;
      for (const [phase, amps] of load.amps(sim.now()).entries()) sum[phase] = (sum[phase] ?? 0) + amps;
    }
    return sum;
  }
}

function milliAmpsOf(amps: readonly number[]): PerPhase<MilliAmps> {
  const of = (phase: number): MilliAmps => milliAmps((amps[phase] ?? 0) * 1_000);
  return [of(0), of(1), of(2)];
}
