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
    const grantMA = plan.get(key)?.grantMA ?? 0;
    for (const phase of PHASES) if (phases.includes(phase)) own[phase] += grantMA;
  }
  for (let index = sums.length - 1; index >= 0; index -= 1) {
    const own = sums[index];
    const up = sums[allocation.nodes[index]?.parent ?? -1];
    if (own === undefined || up === undefined) continue;
    for (const phase of PHASES) up[phase] += own[phase];
  }
  const found: Violation[] = [];
  allocation.nodes.forEach((node, index) => {
    const carried = sums[index] ?? [0, 0, 0];
    // Written so that a capacity that is no number is a violation.
    if (!PHASES.every((phase) => carried[phase] <= node.capacityMA[phase])) {
      found.push(...overCurrent(node.id, node.capacityMA, carried));
    }
    if (node.capacityW !== null) found.push(...overPower(node.id, node.capacityW, carried, allocation.voltageMV));
    if (node.unbalance !== null) found.push(...outOfBalance(node.id, node.unbalance, carried));
  });
  return found;
}

type Currents = readonly [number, number, number];

function overCurrent(node: string, capacityMA: Currents, carried: Currents): Violation[] {
  return PHASES.map((phase) => ({
    kind: 'current' as const,
    node,
    phase,
    excessMA: carried[phase] - capacityMA[phase],
  })).filter(({ excessMA }) => !(excessMA <= 0));
}

/** In microwatts, which a double cannot hold exactly for every site. */
function overPower(node: string, capacityW: number, carried: Currents, voltageMV: number): Violation[] {
  if (capacityW === Number.POSITIVE_INFINITY) return [];
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
