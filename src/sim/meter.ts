import type { Payload } from './frames.ts';
import type { Quirks } from './quirks.ts';

/** Meter values as OCPP 1.6 §7.33 and §7.43 want them, from what the electronics of a connector measure. */

export type Measurement = {
  /** Drawn, in amps on L1, L2, L3. */
  readonly amps: readonly number[];
  /** Phase to neutral, in volts on L1, L2, L3; as many as are wired. */
  readonly volts: readonly number[];
  /** The import register, in Wh. */
  readonly registerWh: number;
  /** What the pilot signals, in amps per phase, and on how many phases. */
  readonly offeredAmps: number;
  readonly offeredPhases: number;
  /** Null: no car, or one that does not tell. */
  readonly socPercent: number | null;
  /** Of a DC charge point: what its meter sees at the car; null for AC. */
  readonly dc: { readonly volts: number; readonly amps: number } | null;
};

export type Context = 'Sample.Periodic' | 'Sample.Clock' | 'Transaction.Begin' | 'Transaction.End' | 'Trigger';

type Sample = {
  value: string;
  context: Context;
  measurand: string;
  unit?: string;
  phase?: string;
  location?: string;
};

type Habits = Pick<Quirks, 'metersWithoutUnit' | 'currentWithoutPhase' | 'energyInKwh' | 'noVoltageAtRest'>;

/** What can be asked for in MeterValuesSampledData and its likes. */
export const measurands = [
  'Current.Import',
  'Current.Offered',
  'Energy.Active.Import.Register',
  'Power.Active.Import',
  'Power.Offered',
  'SoC',
  'Voltage',
] as const;

/** One MeterValue with the wanted measurands, per phase where that means something; null when nothing is left to say. */
export function meterValue(
  at: number,
  wanted: readonly string[],
  context: Context,
  measured: Measurement,
  habits: Habits,
): Payload | null {
  const samples = wanted.flatMap((item) => samplesOf(item, context, measured, habits));
  if (habits.metersWithoutUnit) for (const sample of samples) delete sample.unit;
  return samples.length === 0 ? null : { timestamp: new Date(at).toISOString(), sampledValue: samples };
}

/** In watts, total over the phases; of a DC charge point at the car. */
export function powerW({ amps, volts, dc }: Measurement): number {
  if (dc !== null) return dc.volts * dc.amps;
  return volts.reduce((total, voltage, phase) => total + voltage * (amps[phase] ?? 0), 0);
}

type Wanted = { readonly measurand: string; readonly only: string | undefined };

/** By item of a list: there are few, and each is read again with every sample. */
const wanted = new Map<string, Wanted>();

/** What an item of such a list asks for: a measurand, of one phase where that stands behind it. */
function wantedBy(item: string): Wanted {
  let found = wanted.get(item);
  if (found === undefined) {
    const [, measurand = item, only] = /^(.*?)(?:\.(L[123])(?:-N)?)?$/.exec(item) ?? [];
    found = { measurand, only };
    wanted.set(item, found);
  }
  return found;
}

function samplesOf(item: string, context: Context, measured: Measurement, habits: Habits): Sample[] {
  const { measurand, only } = wantedBy(item);
  const whole = (value: number, unit: string, digits: number): Sample[] => [
    { value: value.toFixed(digits), context, measurand, unit },
  ];
  const perPhase = (value: (phase: number) => number, unit: string, digits: number, suffix = ''): Sample[] =>
    measured.volts
      .map((_, phase) => ({
        value: value(phase).toFixed(digits),
        context,
        measurand,
        unit,
        phase: `L${phase + 1}${suffix}`,
      }))
      .filter((sample) => only === undefined || sample.phase.startsWith(only));
  switch (measurand) {
    case 'Current.Import':
      if (measured.dc !== null) return whole(measured.dc.amps, 'A', 2);
      if (habits.currentWithoutPhase) return whole(Math.max(...measured.amps), 'A', 2);
      return perPhase((phase) => measured.amps[phase] ?? 0, 'A', 2);
    case 'Voltage':
      if (measured.dc !== null) return whole(measured.dc.volts, 'V', 1);
      if (habits.noVoltageAtRest && Math.max(...measured.amps) === 0) return perPhase(() => 0, 'V', 1, '-N');
      return perPhase((phase) => measured.volts[phase] ?? 0, 'V', 1, '-N');
    case 'Current.Offered':
      if (measured.dc !== null) return [];
      return whole(measured.offeredAmps, 'A', 1);
    case 'Power.Offered':
      return whole(measured.offeredAmps * 230 * measured.offeredPhases, 'W', 0);
    case 'Power.Active.Import':
      return only === undefined || measured.dc !== null
        ? whole(powerW(measured), 'W', 0)
        : perPhase((phase) => (measured.amps[phase] ?? 0) * (measured.volts[phase] ?? 0), 'W', 0);
    case 'Energy.Active.Import.Register':
      if (habits.energyInKwh) return whole(Math.floor(measured.registerWh) / 1000, 'kWh', 3);
      return whole(Math.floor(measured.registerWh), 'Wh', 0);
    case 'SoC':
      return measured.socPercent === null
        ? []
        : [{ value: measured.socPercent.toFixed(0), context, measurand, unit: 'Percent', location: 'EV' }];
    default:
      return [];
  }
}
