import { ADMITTED, type Field, NONE, real, whole } from './field.ts';
import type { Fill } from './fill.ts';
import { findRoom, type Room, setGrant } from './room.ts';
import { stepDown, stepUp } from './steps.ts';

/** A share this little below a step is that step, mA: sums of fractions are not exact. */
const EXACT = 1e-6;
/** Rounds in which cars of different phases let each other go on under an unbalance limit. */
const ROUNDS = 32;
/** After so many rounds of one step each, steps double: what a coarse charger left over may be thousands of fine ones. */
const ROUNDS_OF_ONE_SIZE = 16;

/**
 * Raises grants from the minimums to the shares, rounded down to what each charger takes, then hands what rounding left
 * over back by tier and rank. Each raise is checked in whole milliamps on its own, so that no error of the fill can become
 * an overload.
 */
export function quantise(field: Field, { share, bound }: Fill): void {
  const ranks: number[] = [];
  for (let rank = 0; rank < field.carCount; rank++) {
    if (field.standing[rank] !== ADMITTED) continue;
    field.bound[rank] = whole(bound, rank);
    ranks.push(rank);
  }
  raise(field, ranks, (rank) => stepDown(field.steps[rank] ?? 1, real(share, rank) + EXACT), ROUNDS);
  const tiers = new Set(ranks.map((rank) => real(field.tier, rank)));
  for (const tier of [...tiers].sort((a, b) => (a < b ? -1 : 1))) {
    const members = ranks.filter((rank) => real(field.tier, rank) === tier);
    const holders = keepHeld(field, members);
    // A second remainder goes to nobody while others have none: whoever got it would not keep it.
    const others = members.filter((rank) => !holders.has(rank));
    handBack(field, others, 1);
    handBack(field, members);
  }
  // A later tier's raise may let an earlier one go on that the unbalance had stopped.
  if (tiers.size > 1 && field.unbalance.some((limit) => limit < NONE)) handBack(field, ranks);
}

/** Who holds a remainder already keeps it: ranks change with every kilowatt-hour, and each change would cost two messages. */
function keepHeld(field: Field, ranks: readonly number[]): ReadonlySet<number> {
  const holders = ranks.filter((rank) => {
    const steps = field.steps[rank] ?? 1;
    const held = real(field.held, rank);
    const grant = real(field.grant, rank);
    return held > grant && held <= stepUp(steps, grant + 1) && stepDown(steps, held) === held;
  });
  raise(field, holders, (rank) => Math.min(real(field.max, rank), real(field.held, rank)), 1);
  return new Set(holders);
}

function handBack(field: Field, ranks: readonly number[], rounds = Number.POSITIVE_INFINITY): void {
  let left = ranks;
  for (let round = 0; left.length > 0 && round < rounds; round++) {
    const steps = 2 ** Math.min(30, Math.floor(round / ROUNDS_OF_ONE_SIZE));
    left = raise(
      field,
      left,
      (rank) => {
        const each = field.steps[rank] ?? 1;
        const more = typeof each === 'number' ? each * steps : 1;
        return Math.min(real(field.max, rank), stepUp(each, real(field.grant, rank) + more));
      },
      1,
    );
  }
}

/** Raises each towards its goal as far as there is room; answers those that may yet be raised. */
function raise(field: Field, ranks: readonly number[], goalOf: (rank: number) => number, rounds: number): number[] {
  const room: Room = { mA: 0, bound: -1 };
  let left: readonly number[] = ranks;
  let again: number[] = [];
  for (let round = 0; round < rounds; round++) {
    again = [];
    const refused: number[] = [];
    let raised = false;
    for (const rank of left) {
      const grant = real(field.grant, rank);
      if (grant >= real(field.max, rank)) continue;
      const goal = goalOf(rank);
      if (goal <= grant) continue;
      findRoom(field, rank, room);
      const reached = stepDown(field.steps[rank] ?? 1, Math.min(goal, grant + room.mA));
      if (reached > grant) {
        setGrant(field, rank, reached);
        raised = true;
      }
      if (reached >= goal) {
        again.push(rank);
        continue;
      }
      if (whole(field.bound, rank) < 0) field.bound[rank] = room.bound;
      // Loads only rise, so a full row stays full; a phase that trails may come up and let this one go on.
      if ((room.bound & 1) === 1) refused.push(rank);
    }
    if (!raised) return [];
    again = mergeRanks(again, refused);
    left = again;
    if (refused.length === 0) break;
  }
  return again;
}

/** Both ascending. */
function mergeRanks(one: readonly number[], other: readonly number[]): number[] {
  return other.length === 0 ? [...one] : [...one, ...other].sort((a, b) => a - b);
}
