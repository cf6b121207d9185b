import { ADMITTED, type Field, real } from './field.ts';
import { findRoom, type Room, setGrant, slackBelow } from './room.ts';
import { stepDown } from './steps.ts';

/** A change below this is not worth a message, mA (or below a step, where that is more). */
const WORTH_A_CHANGE = 500;

/**
 * Keeps what a car has where the new grant differs little. Those that would go up a little stay first: what they leave
 * makes room for those that would come down a little.
 */
export function damp(field: Field): void {
  const room: Room = { mA: 0, bound: -1 };
  for (let rank = 0; rank < field.carCount; rank++) {
    const held = real(field.held, rank);
    const grant = real(field.grant, rank);
    if (held < grant && mayKeep(field, rank) && grant - held <= slackBelow(field, rank)) setGrant(field, rank, held);
  }
  for (let rank = 0; rank < field.carCount; rank++) {
    const held = real(field.held, rank);
    const grant = real(field.grant, rank);
    if (held <= grant || !mayKeep(field, rank)) continue;
    findRoom(field, rank, room);
    if (room.mA >= held - grant) setGrant(field, rank, held);
  }
}

function mayKeep(field: Field, rank: number): boolean {
  const held = real(field.held, rank);
  if (field.standing[rank] !== ADMITTED || held < real(field.min, rank) || held > real(field.max, rank)) return false;
  const steps = field.steps[rank] ?? 1;
  const little = Math.max(WORTH_A_CHANGE, typeof steps === 'number' ? steps : 0);
  return Math.abs(real(field.grant, rank) - held) < little && stepDown(steps, held) === held;
}
