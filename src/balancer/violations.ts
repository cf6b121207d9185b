import type { Allocation, Plan } from '../domain/allocation.ts';
import type { GridPhase } from '../domain/site-model.ts';

/** What a plan would overload. `phase` is null for power, and for the unbalance it is the one that leads. */
export type Violation =
  | { readonly kind: 'current'; readonly node: string; readonly phase: GridPhase; readonly excessMA: number }
  | { readonly kind: 'power'; readonly node: string; readonly phase: null; readonly excessW: number }
  | { readonly kind: 'unbalance'; readonly node: string; readonly phase: GridPhase; readonly excessMA: number };

const PHASES: readonly GridPhase[] = [0, 1, 2];

/**
 * Judges a plan without sharing a line with `allocate`: sums from the leaves to the root, in whole numbers. A node whose
 * capacity is below 0 is violated by the empty plan too; an unbalance of what flows already likewise.
 */
export function violations(allocation: Allocation, plan: Plan): Violation[] {
  const sums = allocation.nodes.map((): [number, number, number] => [0, 0, 0]);
  // A connector that stands in the list twice draws once.
  const connectors = new Map(allocation.cars.map((car) => [car.key, car]));
  for (const [key, { node, phases }] of connectors) {
    const own = sums[node];
    if (own === undefined) continue;
    for (const phase of new Set(phases)) own[phase] += plan.get(key)?.grantMA ?? 0;
  }
  for (const [index, own] of [...sums.entries()].reverse()) {
    const up = sums[allocation.nodes[index]?.parent ?? -1];
    if (up === undefined) continue;
    for (const phase of PHASES) up[phase] += own[phase];
  }
  return allocation.nodes.flatMap((node, index) => {
    const carried = sums[index] ?? [0, 0, 0];
    return [
      ...overCurrent(node.id, node.capacityMA, carried),
      ...overPower(node.id, node.capacityW, carried, allocation.voltageMV),
      ...(node.unbalance === null ? [] : outOfBalance(node.id, node.unbalance, carried)),
    ];
  });
}

type Currents = readonly [number, number, number];

function overCurrent(node: string, capacityMA: Currents, carried: Currents): Violation[] {
  return (
    PHASES.map((phase) => ({ kind: 'current' as const, node, phase, excessMA: carried[phase] - capacityMA[phase] }))
      // Written so that a capacity that is no number is a violation.
      .filter(({ excessMA }) => !(excessMA <= 0))
  );
}

/** In microwatts, which a double cannot hold exactly for every site. */
function overPower(node: string, capacityW: number | null, carried: Currents, voltageMV: number): Violation[] {
  if (capacityW === null || capacityW === Number.POSITIVE_INFINITY) return [];
  const drawn = BigInt(carried[0] + carried[1] + carried[2]) * whole(Math.ceil(voltageMV));
  const excess = drawn - whole(Math.floor(capacityW)) * 1_000_000n;
  if (excess <= 0n) return [];
  return [{ kind: 'power', node, phase: null, excessW: Number((excess + 999_999n) / 1_000_000n) }];
}

function outOfBalance(
  node: string,
  { limitMA, baseMA }: { readonly limitMA: number; readonly baseMA: Currents },
  carried: Currents,
): Violation[] {
  const flows = PHASES.map((phase) => carried[phase] + baseMA[phase]);
  const lowest = Math.min(...flows);
  return PHASES.map((phase) => ({
    kind: 'unbalance' as const,
    node,
    phase,
    excessMA: (flows[phase] ?? 0) - lowest - limitMA,
  })).filter(({ excessMA }) => !(excessMA <= 0));
}

/** What is no number counts as 0. */
const whole = (value: number): bigint => (Number.isSafeInteger(value) ? BigInt(value) : 0n);
