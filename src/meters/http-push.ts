/** Meters whose values are brought to us: POST /api/v1/meters/{id}/samples. */
import type { MeterSample } from '../domain/meter.ts';
import type { Instant, Monotonic } from '../domain/units.ts';
import type { HttpMeter } from './meter-config.ts';
import { emptyReading, instantFrom, sampleFrom } from './raw-reading.ts';

/** A body of the request, its shape proven; what it says is not. */
export type PushedSample = {
  readonly at?: string | number | undefined;
  readonly currentA?: readonly number[] | undefined;
  readonly powerW?: number | undefined;
  readonly energyWh?: number | undefined;
};

/** Older than this it tells nothing of now; newer than our clock by more, its clock is wrong. Both ms. */
const OLDEST_MS = 60_000;
const AHEAD_MS = 300_000;

/** The sample, or in words what is wrong with it. */
export function pushedSample(
  body: PushedSample,
  meter: HttpMeter,
  time: { readonly now: Instant; readonly monotonic: Monotonic; readonly nominalVoltageV: number },
): MeterSample | string {
  const { currentA, powerW, energyWh } = body;
  const at = body.at === undefined ? null : instantFrom(body.at);
  if (body.at !== undefined && at === null) return 'at is no time: give ISO 8601 or seconds since 1970';
  if (at !== null && time.now - at > OLDEST_MS) return 'at is more than a minute ago: old values tell nothing of now';
  if (at !== null && at - time.now > AHEAD_MS) return 'at is in the future: set the clock of what sends it';
  if (currentA !== undefined && currentA.length !== 3) return 'currentA needs three values: L1, L2, L3';
  const [l1 = 0, l2 = 0, l3 = 0] = currentA ?? [];
  const sample = sampleFrom(
    {
      ...emptyReading,
      currentA: currentA === undefined ? null : [l1, l2, l3],
      powerW: powerW ?? null,
      energyWh: energyWh ?? null,
      at,
    },
    {
      meterId: meter.id,
      now: time.now,
      receivedAt: time.monotonic,
      nominalVoltageV: time.nominalVoltageV,
      invert: meter.invert === true,
    },
  );
  return sample;
}
