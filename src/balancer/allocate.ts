import type { Allocation, Plan } from '../domain/allocation.ts';
import type { Share } from '../domain/because.ts';
import { milliAmps } from '../domain/units.ts';
import { admit } from './allocation/admit.ts';
import { damp } from './allocation/damp.ts';
import { ADMITTED, type Field, layOut, real, WAITING, whole, YIELDING } from './allocation/field.ts';
import { fill } from './allocation/fill.ts';
import { quantise } from './allocation/quantise.ts';
import { reasonFor } from './allocation/reason.ts';

/**
 * Divides what the circuits have left among the cars: minimums are admitted by rank, the rest is shared by weighted
 * max-min per tier, rounded to what each charger takes, and left as it was where the difference is small. Takes any input;
 * what makes no sense (a car on no circuit, a maximum below the minimum) gets 0.
 *
 * No row of the plan is above its capacity, except by the minimums of cars that are never paused: those are given even
 * where nothing is free, and nobody else gets anything there. `violations` tells.
 */
export function allocate(allocation: Allocation): Plan {
  const field = layOut(allocation);
  admit(field);
  quantise(field, fill(field));
  damp(field);
  admitYielding(field);
  return planOf(field, allocation);
}

/** Those that don't draw come when everybody else has what they can use. */
function admitYielding(field: Field): void {
  if (!field.standing.includes(YIELDING)) return;
  for (let rank = 0; rank < field.carCount; rank++) {
    if (field.standing[rank] === YIELDING) field.standing[rank] = WAITING;
  }
  admit(field);
}

/** The shares before they are rounded to steps, mA by key: 0 for who waits. For checks against other solvers. */
export function unroundedShares(allocation: Allocation): Map<string, number> {
  const field = layOut(allocation);
  admit(field);
  const { share } = fill(field);
  const shares = new Map<string, number>();
  for (let rank = 0; rank < field.carCount; rank++) {
    const key = allocation.cars[whole(field.place, rank)]?.key;
    if (key !== undefined && !shares.has(key))
      shares.set(key, field.standing[rank] === ADMITTED ? real(share, rank) : 0);
  }
  return shares;
}

/** In the order of the list; of a key that stands there twice, the one that counted. */
function planOf(field: Field, { nodes, cars }: Allocation): Plan {
  const rankOf = new Int32Array(field.carCount);
  for (let rank = 0; rank < field.carCount; rank++) rankOf[whole(field.place, rank)] = rank;
  const plan = new Map<string, Share>();
  const counted = new Map<string, number>();
  cars.forEach(({ key }, index) => {
    const rank = whole(rankOf, index);
    const other = counted.get(key);
    if (other !== undefined && other < rank) return;
    counted.set(key, rank);
    plan.set(key, { grantMA: milliAmps(real(field.grant, rank)), because: reasonFor(field, nodes, rank) });
  });
  return plan;
}
