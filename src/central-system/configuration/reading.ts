import { configurationKey, wishesFor } from '../../domain/configuration.ts';
import { standardKeys } from '../../domain/configuration-keys.ts';
import type { Chore, ChoreCall, ChoreContext } from '../chore.ts';

const MAX_KEYS = 'GetConfigurationMaxKeys';
/** Keys in one question to a charge point that does not say how many it takes; 4 has been seen as the limit. */
const KEYS_AT_ONCE = 4;
/** Keys in one question at most, whatever a charge point says it takes. */
const MOST_AT_ONCE = 50;

/**
 * Reads the configuration of each charge point after its boot: all at once, and where that fails, the keys that it may
 * have, a few at a time. It never holds anything up: what can't be read is left.
 */
export const readConfiguration: Chore = {
  name: 'read configuration',
  wakes: new Set(['charge-point-booted', 'configuration-refresh-wanted']),
  look(context) {
    const { chargePointId, now, records, policy, reachable } = context;
    if (!reachable) return {};
    const reading = records.configurationReading(chargePointId);
    const wanted = reading.due && (policy.chargePointConfiguration === 'keep' || reading.wanted);
    if (wanted) {
      return { events: [{ type: 'configuration-reading-begun', chargePointId, at: now }], call: ask() };
    }
    if (reading.step === 'done') return {};
    if (reading.step === 'whole') return { call: ask() };
    const left = keysOf(context).filter((key) => !reading.heardOf.has(configurationKey(key)));
    const [first] = left;
    if (first === undefined) return { events: [{ type: 'configuration-read-through', chargePointId, at: now }] };
    if (first === MAX_KEYS || reading.oneByOne) return { call: ask(first) };
    return { call: ask(...left.slice(0, keysAtOnce(context))) };
  },
};

/** No key at all asks for everything (OCPP 1.6 §5.8). */
const ask = (...key: string[]): ChoreCall => ({
  action: 'GetConfiguration',
  payload: key.length === 0 ? {} : { key },
});

/** How many keys it takes comes first, and alone; then what is wished, what it told before, and what OCPP defines. */
function keysOf({ chargePointId, records, policy }: ChoreContext): string[] {
  const wishes = wishesFor(chargePointId, policy.wishedConfiguration, records.configurationWishes(chargePointId));
  const keys = new Map<string, string>();
  for (const key of [
    MAX_KEYS,
    ...wishes.map((wish) => wish.key),
    ...records.reportedKeys(chargePointId).map((reported) => reported.key),
    ...standardKeys.flatMap(({ key: standard, access }) => (access === 'W' ? [] : [standard])),
  ]) {
    if (!keys.has(configurationKey(key))) keys.set(configurationKey(key), key);
  }
  return [...keys.values()];
}

function keysAtOnce({ chargePointId, records }: ChoreContext): number {
  const told = Number(records.reportedConfiguration(chargePointId, MAX_KEYS) ?? Number.NaN);
  return Number.isInteger(told) && told > 0 ? Math.min(told, MOST_AT_ONCE) : KEYS_AT_ONCE;
}
