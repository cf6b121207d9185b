import type { Entry, Tree } from './document.ts';
import { nearest } from './nearest.ts';

/**
 * A site as it might be: its file with other limits, or with more or fewer connectors, before it is validated, so that
 * what does not fit is said as for any other file.
 */
export type WhatIf = {
  /** New limit of circuits, A per phase. */
  readonly limitsA: ReadonlyMap<string, number>;
  /** How many connectors the site is to have; null: as many as it has. */
  readonly connectors: number | null;
};

type MapTree = Extract<Tree, { kind: 'map' }>;

/** The changed file, or what can not be changed in words. */
export function whatIf(tree: Tree, { limitsA, connectors }: WhatIf): Tree | { readonly fault: string } {
  let changed = tree;
  if (limitsA.size > 0) {
    const known = mapsOf(childOf(tree, 'circuits')).map((circuit) => String(scalarOf(circuit, 'id')));
    for (const id of limitsA.keys()) {
      if (known.includes(id)) continue;
      const meant = nearest(id, known);
      return {
        fault: `there is no circuit ${JSON.stringify(id)}; ${meant === undefined ? `circuits are ${known.slice(0, 20).join(', ')}` : `did you mean ${meant}?`}`,
      };
    }
    changed = withList(changed, 'circuits', (circuit) => {
      const limitA = limitsA.get(String(scalarOf(circuit, 'id')));
      return limitA === undefined ? circuit : withScalar(circuit, 'limitA', limitA);
    });
  }
  return connectors === null ? changed : withConnectors(changed, connectors);
}

/** Cuts charge points off the end, or adds copies of them in turn, `CP01-2` and so on, with all that they hang on. */
function withConnectors(tree: Tree, wanted: number): Tree | { readonly fault: string } {
  const chargePoints = mapsOf(childOf(tree, 'chargePoints'));
  const sockets = chargePoints.map((each) => mapsOf(childOf(each, 'connectors')).length);
  if (!sockets.some((number) => number > 0)) return { fault: 'the site has no connectors that could be copied' };
  const taken = new Set(chargePoints.map((each) => String(scalarOf(each, 'id'))));
  const items: Tree[] = [];
  let missing = wanted;
  for (let copy = 1; missing > 0; copy += 1) {
    for (const [index, original] of chargePoints.entries()) {
      const most = Math.min(sockets[index] ?? 0, missing);
      if (most === 0) continue;
      const id = String(scalarOf(original, 'id'));
      items.push(withFirstConnectors(copy === 1 ? original : withScalar(original, 'id', freeId(id, copy)), most));
      missing -= most;
    }
  }
  return withEntry(tree, 'chargePoints', { kind: 'list', at: tree.at, items });

  function freeId(id: string, copy: number): string {
    let free = `${id}-${copy}`;
    for (let more = 2; taken.has(free); more += 1) free = `${id}-${copy}-${more}`;
    taken.add(free);
    return free;
  }
}

function withFirstConnectors(chargePoint: MapTree, most: number): Tree {
  const connectors = childOf(chargePoint, 'connectors');
  if (connectors?.kind !== 'list' || connectors.items.length <= most) return chargePoint;
  return withEntry(chargePoint, 'connectors', { ...connectors, items: connectors.items.slice(0, most) });
}

function withList(tree: Tree, name: string, change: (item: MapTree) => Tree): Tree {
  const list = childOf(tree, name);
  if (list?.kind !== 'list') return tree;
  return withEntry(tree, name, {
    ...list,
    items: list.items.map((item) => (item.kind === 'map' ? change(item) : item)),
  });
}

function withEntry(tree: Tree, name: string, value: Tree): Tree {
  if (tree.kind !== 'map') return tree;
  const entries = new Map<string, Entry>(tree.entries);
  entries.set(name, { keyAt: entries.get(name)?.keyAt ?? tree.at, value });
  return { ...tree, entries };
}

const withScalar = (tree: MapTree, name: string, value: string | number): MapTree => {
  const changed = withEntry(tree, name, { kind: 'scalar', at: childOf(tree, name)?.at ?? tree.at, value });
  return changed.kind === 'map' ? changed : tree;
};

const childOf = (tree: Tree, name: string): Tree | undefined =>
  tree.kind === 'map' ? tree.entries.get(name)?.value : undefined;

function scalarOf(tree: Tree, name: string): string | number | boolean | null {
  const value = childOf(tree, name);
  return value?.kind === 'scalar' ? value.value : null;
}

const mapsOf = (tree: Tree | undefined): MapTree[] =>
  tree?.kind === 'list' ? tree.items.filter((item): item is MapTree => item.kind === 'map') : [];
