import { ADMITTED, type Field, real, WAITING, whole } from './field.ts';
import { findRoom, type Room, setGrant } from './room.ts';
import { stepDown } from './steps.ts';

/** A car of another phase may let one in that the unbalance kept out: so often they are asked again. */
const ROUNDS = 8;

/**
 * Commits minimums by rank, each where every row above takes it, and of what a car claims beyond that as much as there is room for. A car that is never paused gets its minimum even where
 * nothing is free: what it would draw without us is no less, and ending its session is not ours to do. Such a row then
 * counts as full for all others.
 */
export function admit(field: Field): void {
  const room: Room = { mA: 0, bound: -1 };
  for (let round = 0; round < ROUNDS; round++) {
    let admitted = false;
    let askAgain = false;
    for (let rank = 0; rank < field.carCount; rank++) {
      if (field.standing[rank] !== WAITING) continue;
      const minimum = real(field.min, rank);
      findRoom(field, rank, room);
      if (minimum === 0 || room.mA >= minimum || field.mustKeep[rank] === 1) {
        field.standing[rank] = ADMITTED;
        field.bound[rank] = -1;
        const claim = stepDown(field.steps[rank] ?? 1, Math.min(real(field.claim, rank), room.mA));
        setGrant(field, rank, Math.max(minimum, claim));
        admitted = true;
      } else {
        field.bound[rank] = room.bound;
        askAgain ||= (whole(field.bound, rank) & 1) === 1;
      }
    }
    if (!admitted || !askAgain) return;
  }
}
