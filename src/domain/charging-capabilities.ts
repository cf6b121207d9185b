/** What a charge point says it can do with charging profiles, from its configuration keys (OCPP 1.6 §9.4). */
import type { RateUnit } from './charging-profile.ts';

/** Null where the charge point says nothing, or nothing that can be read: several have none of these keys. */
export type ChargingCapabilities = {
  readonly maxStackLevel: number | null;
  /** Periods of one schedule. */
  readonly maxPeriods: number | null;
  /** Profiles installed at a time, of all connectors and purposes. */
  readonly maxInstalled: number | null;
  readonly units: readonly RateUnit[] | null;
};

const UNIT_NAMES: ReadonlyMap<string, RateUnit> = new Map([
  ['current', 'A'],
  ['power', 'W'],
  // Not in OCPP 1.6 §9.4.2, but seen: the values of ChargingRateUnit in the place of their names.
  ['a', 'A'],
  ['w', 'W'],
]);

/** From a charge point's keys and values as it reported them; keys are compared without regard to case (OCPP 1.6 §7.29). */
export function chargingCapabilities(
  configuration: Iterable<readonly [key: string, value: string]>,
): ChargingCapabilities {
  const values = new Map([...configuration].map(([key, value]) => [key.toLowerCase(), value.trim()]));
  return {
    maxStackLevel: wholeNumber(values.get('chargeprofilemaxstacklevel')),
    maxPeriods: wholeNumber(values.get('chargingschedulemaxperiods')),
    maxInstalled: wholeNumber(values.get('maxchargingprofilesinstalled')),
    units: unitsOf(values.get('chargingscheduleallowedchargingrateunit')),
  };
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function unitsOf(text: string | undefined): RateUnit[] | null {
  const words = text?.split(',').map((word) => UNIT_NAMES.get(word.trim().toLowerCase())) ?? [];
  const units = [...new Set(words.filter((unit) => unit !== undefined))];
  return units.length === 0 ? null : units;
}
