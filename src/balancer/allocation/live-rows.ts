import { ADMITTED, type Field, real, whole } from './field.ts';

/** Of each car's path, the rows that can stop it: those from `first[rank]` up to `first[rank + 1]`. */
export type LiveRows = {
  readonly first: Int32Array;
  readonly row: Int32Array;
  /** How much of a car's share counts there: 1, or its phases where the row is the sum of them. */
  readonly factor: Int32Array;
};

/**
 * A row is left out where it cannot fill up though all below it take what they can: most sockets and many feeders. Rows of
 * nodes whose phases must stay near each other are kept, since their ceilings come later.
 */
export function liveRows(field: Field, balanced: readonly number[]): LiveRows {
  const { nodeCount, carCount, parent, node, phases, phaseCount, capacity, load, max } = field;
  const most = new Float64Array(nodeCount * 4);
  let longest = 0;
  for (let rank = 0; rank < carCount; rank++) {
    if (field.standing[rank] !== ADMITTED) continue;
    const row = whole(node, rank) * 4;
    for (let phase = 0; phase < 3; phase++) {
      if ((whole(phases, rank) & (1 << phase)) !== 0) most[row + phase] = real(most, row + phase) + real(max, rank);
    }
    most[row + 3] = real(most, row + 3) + real(max, rank) * whole(phaseCount, rank);
  }
  const live = new Uint8Array(nodeCount * 4);
  for (let row = nodeCount * 4 - 1; row >= 0; row--) {
    const wanted = real(most, row);
    const limit = real(capacity, row);
    if (wanted > limit) live[row] = 1;
    const up = whole(parent, row >> 2);
    if (up < 0) continue;
    const above = up * 4 + (row & 3);
    most[above] = real(most, above) + Math.max(real(load, row), Math.min(wanted, limit));
  }
  for (const index of balanced) live.fill(1, index * 4, index * 4 + 3);
  const depth = new Int32Array(nodeCount);
  for (let index = 0; index < nodeCount; index++) {
    const up = whole(parent, index);
    depth[index] = up < 0 ? 1 : whole(depth, up) + 1;
  }
  for (let rank = 0; rank < carCount; rank++) {
    if (field.standing[rank] === ADMITTED) longest += whole(depth, whole(node, rank)) * 4;
  }
  return pathsOver(field, live, longest);
}

function pathsOver(field: Field, live: Uint8Array, longest: number): LiveRows {
  const first = new Int32Array(field.carCount + 1);
  const row = new Int32Array(longest);
  const factor = new Int32Array(longest);
  let size = 0;
  for (let rank = 0; rank < field.carCount; rank++) {
    first[rank] = size;
    if (field.standing[rank] !== ADMITTED) continue;
    const mask = whole(field.phases, rank);
    for (let node = whole(field.node, rank); node >= 0; node = whole(field.parent, node)) {
      for (let phase = 0; phase < 4; phase++) {
        if (live[node * 4 + phase] === 0 || (phase < 3 && (mask & (1 << phase)) === 0)) continue;
        row[size] = node * 4 + phase;
        factor[size] = phase < 3 ? 1 : whole(field.phaseCount, rank);
        size += 1;
      }
    }
  }
  first[field.carCount] = size;
  return { first, row, factor };
}
