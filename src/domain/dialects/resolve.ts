/** One dialect out of all that is known, told, learned and set about a make. */
import type { ChargingCapabilities } from '../charging-capabilities.ts';
import {
  type Dialect,
  type DialectKey,
  type DialectRecord,
  type DialectSource,
  type DialectValues,
  defaultDialect,
  LEAST_LAG_MS,
} from '../dialect.ts';
import { type KnownMake, knownMakes } from './known.ts';

/** Later sources go before earlier ones, value by value (see DialectSource). */
export function dialectFor(
  key: DialectKey,
  capabilities: ChargingCapabilities | null,
  learned: DialectValues,
  set: DialectValues,
): DialectRecord {
  const makes = knownMakes.filter((make) => isOf(make, key));
  const known: DialectValues = Object.assign({}, ...makes.map(({ values }) => values));
  const below: Dialect = { ...defaultDialect, ...known };
  const told = capabilities === null ? {} : toldBy(capabilities, below);
  const layers: readonly (readonly [DialectSource, DialectValues])[] = [
    ['default', defaultDialect],
    ['known', known],
    ['configuration-keys', told],
    ['learned', learned],
    ['set', set],
  ];
  const sources: Partial<Record<keyof Dialect, DialectSource>> = {};
  for (const [source, values] of layers) {
    for (const name of Object.keys(values) as (keyof Dialect)[]) sources[name] = source;
  }
  const dialect: Dialect = { ...below, ...told, ...learned, ...set };
  return {
    key,
    dialect: { ...dialect, lagMs: Math.max(LEAST_LAG_MS, dialect.lagMs) },
    sources,
    notes: makes.map(({ note }) => note),
  };
}

const isOf = ({ vendor, model }: KnownMake, key: DialectKey): boolean =>
  vendor.test(key.vendor) && (model === null || model.test(key.model));

/** What the keys of OCPP 1.6 §9.4 change; a charge point that claims more than is known of it is not believed. */
function toldBy({ units, maxPeriods, maxStackLevel }: ChargingCapabilities, below: Dialect): DialectValues {
  const [first] = units ?? [];
  return {
    ...(units === null || first === undefined || units.includes(below.unit) ? {} : { unit: first }),
    ...(maxPeriods === null || (below.maxPeriods !== null && below.maxPeriods <= maxPeriods) ? {} : { maxPeriods }),
    ...(maxPeriods === 1 && below.mode === 'B' ? { mode: 'E' as const } : {}),
    ...(maxStackLevel !== null && maxStackLevel < below.grantLevel ? { grantLevel: maxStackLevel } : {}),
    ...(maxStackLevel !== null && maxStackLevel < below.floorLevel ? { floorLevel: maxStackLevel } : {}),
  };
}
