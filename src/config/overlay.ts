import type { Entry, Tree } from './document.ts';
import { nearest } from './nearest.ts';
import type { Origin, Problem } from './problem.ts';
import { configSchema, type SchemaNode } from './schema.ts';

/** A key that the environment and the command line can set: those with a single value, outside lists. */
export type SettableKey = { readonly key: string; readonly path: readonly string[]; readonly node: SchemaNode };

/** All settable keys by their dotted name, such as `store.retentionDays.telemetry`. */
export const settableKeys: ReadonlyMap<string, SettableKey> = new Map(
  leavesOf(configSchema, []).map((leaf) => [leaf.key, leaf]),
);

/** `store.retentionDays.telemetry` is set by `BUSBAR_STORE_RETENTION_DAYS_TELEMETRY`. */
export function environmentName(key: string): string {
  return `BUSBAR_${key
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;
}

/** Text as the environment and the command line give it, as the type that the key wants; unfit text stays text. */
export function coerce(node: SchemaNode, text: string): string | number | boolean {
  if (isNumeric(node) && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (node.type === 'number' && /^-?\d{1,12}\.\d{1,12}$/.test(text)) return Number(text);
  if (node.type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function isNumeric({ type, enum: words, anyOf }: SchemaNode): boolean {
  if (type === 'integer' || type === 'number') return true;
  if (anyOf !== undefined) return anyOf.some(isNumeric);
  return words?.every((word) => typeof word === 'number') === true;
}

/** The same tree with one value set. A section on the way that is no section stays as it is, for validation to report. */
export function withValue(tree: Tree, path: readonly string[], value: string | number | boolean, at: Origin): Tree {
  const [name, ...rest] = path;
  if (name === undefined) return { kind: 'scalar', at, value };
  const blank = tree.kind === 'scalar' && tree.value === null;
  if (tree.kind !== 'map' && !blank) return tree;
  const entries = new Map<string, Entry>(tree.kind === 'map' ? tree.entries : []);
  const below: Tree = entries.get(name)?.value ?? { kind: 'scalar', at, value: null };
  entries.set(name, { keyAt: entries.get(name)?.keyAt ?? at, value: withValue(below, rest, value, at) });
  return { kind: 'map', at: tree.at, entries };
}

/** A warning for each `BUSBAR_...` variable that sets nothing, for it is most likely mistyped. */
export function strayVariables(names: Iterable<string>, expected: ReadonlySet<string>): Problem[] {
  const known = [...settableKeys.keys()].map(environmentName);
  return [...names]
    .filter((name) => name.startsWith('BUSBAR_') && !known.includes(name) && !expected.has(name))
    .sort()
    .slice(0, 20)
    .map((name) => {
      const didYouMean = nearest(name, known);
      const problem = {
        file: 'environment',
        line: 0,
        column: 0,
        key: name,
        message: 'sets nothing: no key has this name',
      };
      return didYouMean === undefined ? problem : { ...problem, didYouMean };
    });
}

function leavesOf(node: SchemaNode, path: readonly string[]): SettableKey[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const here = [...path, name];
    if (child.type === 'array') return [];
    if (child.type === 'object') return leavesOf(child, here);
    return [{ key: here.join('.'), path: here, node: child }];
  });
}
