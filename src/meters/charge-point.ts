/** Meters that a charge point reads for us: its MeterValues, of connector 0 unless the configuration says otherwise. */
import type { MeterSample } from '../domain/meter.ts';
import type { Reading } from '../domain/metering.ts';
import type { Monotonic } from '../domain/units.ts';
import { milliAmps, watts } from '../domain/units.ts';
import type { ChargePointMeter } from './meter-config.ts';

/** Of an event `readings-taken`, what matters here. */
export type ReadingsTaken = {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly readings: readonly Reading[];
};

/** The sample of the newest reading that has currents; null where the event is not of this meter or has none. */
export function sampleOfReadings(
  event: ReadingsTaken,
  meter: ChargePointMeter,
  receivedAt: Monotonic,
): MeterSample | null {
  if (event.chargePointId !== meter.chargePoint || event.connectorId !== meter.connector) return null;
  let newest: Reading | null = null;
  for (const reading of event.readings) {
    if (reading.currentMA.some((mA) => mA !== null) && (newest === null || reading.at >= newest.at)) newest = reading;
  }
  if (newest === null) return null;
  const turn = meter.invert === true ? -1 : 1;
  const [l1, l2, l3] = newest.currentMA.map((mA) => milliAmps((mA ?? 0) * turn));
  if (l1 === undefined || l2 === undefined || l3 === undefined) return null;
  return {
    meterId: meter.id,
    at: newest.at,
    stamped: true,
    receivedAt,
    currentMA: [l1, l2, l3],
    powerW: newest.powerW === null ? null : watts(newest.powerW * turn),
    energyWh: newest.energyWh,
    liveness: newest.voltageMV.filter((mV) => mV !== null),
  };
}
