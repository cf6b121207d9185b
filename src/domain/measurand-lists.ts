import { configurationKey } from './configuration.ts';

/**
 * Lists of measurands. A charge point that lacks one of them refuses the whole list (OCPP 1.6 §3.16.4), so a list that is
 * refused is tried again without the one that is missed least.
 */

const LIST_KEYS = new Set(
  ['MeterValuesAlignedData', 'MeterValuesSampledData', 'StopTxnAlignedData', 'StopTxnSampledData'].map(
    configurationKey,
  ),
);

/** The most useful first; what is not named here comes after all of them. */
const USEFUL = [
  'Energy.Active.Import.Register',
  'Current.Import',
  'Power.Active.Import',
  'Voltage',
  'SoC',
  'Current.Offered',
  'Power.Offered',
  'Temperature',
  'Frequency',
  'Energy.Active.Import.Interval',
  'Energy.Active.Export.Register',
  'Power.Active.Export',
  'Current.Export',
  'Power.Factor',
].map((measurand) => measurand.toLowerCase());

export const isMeasurandList = (key: string): boolean => LIST_KEYS.has(configurationKey(key));

/** The list with at most `length` entries; the most useful ones stay, in their order. */
export function cutToLength(list: string, length: number): string {
  let items = entriesOf(list);
  while (items.length > length && items.length > 1) items = withoutLeastUseful(items);
  return items.join(',');
}

/** The list without the entry that is missed least; null where only one is left. */
export function shorterList(list: string): string | null {
  const items = entriesOf(list);
  return items.length < 2 ? null : withoutLeastUseful(items).join(',');
}

/** Whether `part` is the list or what is left of it. */
export function isPartOf(part: string, list: string): boolean {
  const whole = new Set(entriesOf(list).map((item) => item.toLowerCase()));
  const items = entriesOf(part);
  return items.length > 0 && items.every((item) => whole.has(item.toLowerCase()));
}

const entriesOf = (list: string): string[] =>
  list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

function withoutLeastUseful(items: readonly string[]): string[] {
  let least = 0;
  for (const [at, item] of items.entries()) if (rankOf(item) >= rankOf(items[least] ?? '')) least = at;
  return items.filter((_, at) => at !== least);
}

/** A phase may stand behind the name (OCPP 1.6 §9.1.17): of two alike the one without it is worth more. */
function rankOf(item: string): number {
  const name = item.toLowerCase();
  const phase = /\.(?:l[123](?:-(?:n|l[123]))?|n)$/.exec(name);
  const rank = USEFUL.indexOf(phase === null ? name : name.slice(0, phase.index));
  return (rank < 0 ? USEFUL.length : rank) + (phase === null ? 0 : 0.5);
}
