import type { StudyConnector } from './study-site.ts';

/** Which connector of the site each place of a list of sessions means. */
export type Stations = {
  /** The connector's key for each name; null: any that is free. */
  readonly keyOf: ReadonlyMap<string, string | null>;
  readonly warnings: readonly string[];
};

const order = new Intl.Collator('en', { numeric: true });

/**
 * Places that the site names are these. All others are taken for the connectors that are left, each for one of its own,
 * in the order of their names; where there are more of them than connectors, the last ones are at any free connector.
 */
export function matchStations(names: Iterable<string>, connectors: readonly StudyConnector[]): Stations {
  const keyOf = new Map<string, string | null>();
  const warnings: string[] = [];
  const byKey = new Map(connectors.map(({ key }) => [key.toLowerCase(), key]));
  const unknown: string[] = [];
  for (const name of new Set(names)) {
    const sockets = connectors.filter(({ chargePointId }) => chargePointId.toLowerCase() === name.toLowerCase());
    const key = byKey.get(name.toLowerCase()) ?? (sockets.length === 1 ? sockets[0]?.key : undefined);
    if (key !== undefined) keyOf.set(name, key);
    else if (sockets.length > 1) {
      keyOf.set(name, null);
      warnings.push(
        `${name} has ${sockets.length} connectors: its sessions take any free connector of the site. Write ${sockets[0]?.key} to mean one.`,
      );
    } else unknown.push(name);
  }
  if (unknown.length === 0) return { keyOf, warnings };

  const taken = new Set(keyOf.values());
  const left = connectors.map(({ key }) => key).filter((key) => !taken.has(key));
  unknown.sort(order.compare);
  for (const [index, name] of unknown.entries()) keyOf.set(name, left[index] ?? null);
  const own = unknown.slice(0, left.length);
  const rest = unknown.slice(left.length);
  if (own.length > 0) {
    const pairs = own.slice(0, 3).map((name) => `${short(name)} is ${keyOf.get(name)}`);
    warnings.push(
      `${count(own.length, 'place')} of the list ${own.length === 1 ? 'is' : 'are'} no connector of the site: each was given one of its own, in order (${pairs.join(', ')}${own.length > 3 ? ', ...' : ''}).`,
    );
  }
  if (rest.length > 0) {
    warnings.push(
      `The list has more places than the site has connectors: sessions at ${count(rest.length, 'place')} (${rest.slice(0, 3).map(short).join(', ')}${rest.length > 3 ? ', ...' : ''}) take any free connector. --connectors grows the site.`,
    );
  }
  return { keyOf, warnings };
}

const short = (name: string): string => (name.length > 40 ? `${name.slice(0, 40)}...` : name);
const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
