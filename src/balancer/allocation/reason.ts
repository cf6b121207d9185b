import type { AllocationNode } from '../../domain/allocation.ts';
import type { Because } from '../../domain/because.ts';
import type { GridPhase } from '../../domain/site-model.ts';
import { type Field, NOT_ELIGIBLE, real, WAITING, whole } from './field.ts';

/** Why a car has what it has, once grants are final. */
export function reasonFor(field: Field, nodes: readonly AllocationNode[], rank: number): Because {
  if (field.standing[rank] === NOT_ELIGIBLE) return { kind: 'not-eligible' };
  const bound = whole(field.bound, rank);
  const row = bound >> 1;
  const circuit = nodes[row >> 2]?.id;
  const phase = gridPhase(row & 3);
  if (field.standing[rank] === WAITING) {
    return { kind: 'waiting-for-minimum', circuit: circuit ?? '', phase, nextTurn: null };
  }
  // Without a bound the fill gave it all; damping may have kept a little less.
  if (bound < 0 || circuit === undefined || real(field.grant, rank) >= real(field.max, rank)) {
    return { kind: 'demand-met' };
  }
  if (phase === null) return { kind: 'power-full', circuit };
  return { kind: (bound & 1) === 1 ? 'unbalance' : 'circuit-full', circuit, phase };
}

/** Null for the row that is the sum of them. */
function gridPhase(index: number): GridPhase | null {
  return index === 0 || index === 1 || index === 2 ? index : null;
}
