import { type Field, NONE, real, whole } from './field.ts';

/** What the grants leave free, in exact whole milliamps. */

export type Room = {
  /** By how much a car's grant may be raised; 0 or less where not at all. */
  mA: number;
  /** What allows no more, as in `Field.bound`. */
  bound: number;
};

/**
 * What a car can get on top of the load, at every row from its node to the root. The unbalance binds a car only where a
 * phase that it loads would lead a phase that it does not load.
 */
export function findRoom(field: Field, rank: number, room: Room): void {
  const { parent, capacity, load, unbalance, flowing } = field;
  const mask = whole(field.phases, rank);
  const count = whole(field.phaseCount, rank);
  let least = NONE;
  let bound = -1;
  for (let node = whole(field.node, rank); node >= 0; node = whole(parent, node)) {
    const row = node * 4;
    for (let phase = 0; phase < 3; phase++) {
      if ((mask & (1 << phase)) === 0) continue;
      const free = real(capacity, row + phase) - real(load, row + phase);
      if (free < least) {
        least = free;
        bound = (row + phase) * 2;
      }
    }
    const total = Math.floor((real(capacity, row + 3) - real(load, row + 3)) / count);
    if (total < least) {
      least = total;
      bound = (row + 3) * 2;
    }
    const limit = real(unbalance, node);
    if (limit >= NONE || mask === 7) continue;
    for (let phase = 0; phase < 3; phase++) {
      if ((mask & (1 << phase)) === 0) continue;
      const leading = real(load, row + phase) + real(flowing, row + phase);
      for (let other = 0; other < 3; other++) {
        if ((mask & (1 << other)) !== 0) continue;
        const free = limit - leading + real(load, row + other) + real(flowing, row + other);
        if (free < least) {
          least = free;
          bound = (row + phase) * 2 + 1;
        }
      }
    }
  }
  room.mA = least;
  room.bound = bound;
}

/** By how much a car's grant may be lowered without letting another phase lead too far. */
export function slackBelow(field: Field, rank: number): number {
  const { parent, load, unbalance, flowing } = field;
  const mask = whole(field.phases, rank);
  let least = NONE;
  if (mask === 7) return least;
  for (let node = whole(field.node, rank); node >= 0; node = whole(parent, node)) {
    const limit = real(unbalance, node);
    if (limit >= NONE) continue;
    for (let phase = 0; phase < 3; phase++) {
      if ((mask & (1 << phase)) === 0) continue;
      const row = node * 4;
      const trailing = real(load, row + phase) + real(flowing, row + phase);
      for (let other = 0; other < 3; other++) {
        if ((mask & (1 << other)) !== 0) continue;
        least = Math.min(least, limit + trailing - real(load, row + other) - real(flowing, row + other));
      }
    }
  }
  return least;
}

/** Sets a car's grant, and with it the load of every row above. */
export function setGrant(field: Field, rank: number, grantMA: number): void {
  const { parent, load } = field;
  const more = grantMA - real(field.grant, rank);
  if (more === 0) return;
  field.grant[rank] = grantMA;
  const mask = whole(field.phases, rank);
  for (let node = whole(field.node, rank); node >= 0; node = whole(parent, node)) {
    const row = node * 4;
    for (let phase = 0; phase < 3; phase++) {
      if ((mask & (1 << phase)) !== 0) load[row + phase] = real(load, row + phase) + more;
    }
    load[row + 3] = real(load, row + 3) + more * whole(field.phaseCount, rank);
  }
}
