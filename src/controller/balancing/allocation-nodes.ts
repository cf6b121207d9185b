import { HIGH_VOLTAGE_V, type PhaseSums, type Room } from '../../balancer/exposure.ts';
import type { SiteIndex } from '../../balancer/site-index.ts';
import type { AllocationNode } from '../../domain/allocation.ts';

/** Circuits as the allocator takes them: filled anew in each look, and not made anew, for there are many. */

type Amounts = [number, number, number];
export type NodeSheet = {
  readonly id: string;
  readonly parent: number;
  readonly capacityMA: Amounts;
  capacityW: number | null;
  readonly unbalance: { readonly limitMA: number; readonly baseMA: Amounts } | null;
};

export function blankNodes({ circuits, parents }: SiteIndex): NodeSheet[] {
  return circuits.map(({ id, unbalanceMA }, node) => ({
    id,
    parent: parents[node] ?? -1,
    capacityMA: [0, 0, 0],
    capacityW: null,
    unbalance: unbalanceMA === null ? null : { limitMA: unbalanceMA, baseMA: [0, 0, 0] },
  }));
}

/** With what is left for those that are planned. `others`: what all others may draw, mA. */
export function filledNodes(sheets: readonly NodeSheet[], room: Room, others: PhaseSums): readonly AllocationNode[] {
  for (let node = 0; node < sheets.length; node += 1) {
    const sheet = sheets[node];
    if (sheet === undefined) continue;
    let otherMA = 0;
    for (let phase = 0; phase < 3; phase += 1) {
      const other = others[node * 3 + phase] ?? 0;
      otherMA += other;
      sheet.capacityMA[phase] = (room.mA[node * 3 + phase] ?? 0) - other;
      if (sheet.unbalance !== null) sheet.unbalance.baseMA[phase] = other;
    }
    const limitW = room.watts[node] ?? Number.NaN;
    sheet.capacityW = Number.isNaN(limitW) ? null : limitW - (otherMA * HIGH_VOLTAGE_V) / 1_000;
  }
  return sheets;
}
