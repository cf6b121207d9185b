import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { allocate } from '../../src/balancer/allocate.ts';
import { violations } from '../../src/balancer/violations.ts';
import type { Allocation } from '../../src/domain/allocation.ts';
import { gridPhases, type Rotation } from '../../src/domain/site-model.ts';
import { milliAmps } from '../../src/domain/units.ts';

/** Small sites whose answers were solved by linear programs: alloc-cases.json. Every case keeps no margin. */

type Triple = [number, number, number];
type Case = {
  id: string;
  title: string;
  voltage: number;
  topology: {
    nodes: { id: string; parent: string | null; limitA: Triple; limitW?: number; unbalanceA?: number }[];
    connectors: { id: string; node: string; rotation: Rotation; maxA: number; minA: number; stepA: number }[];
  };
  evs: {
    connector: string;
    phases: 1 | 2 | 3;
    maxA: number;
    minA: number;
    tier: number;
    weight: number;
    order: number;
  }[];
  loads: Record<string, Triple>;
  reserved: { connector: string; amps: number; phases: 1 | 2 | 3 }[];
  expected: Record<string, number>;
  expectedActive: number;
  toleranceA: number;
};

const { cases }: { cases: Case[] } = JSON.parse(readFileSync(new URL('./alloc-cases.json', import.meta.url), 'utf8'));

describe('allocate on the cases with exact answers', () => {
  it.each(cases)('$id: $title', (each) => {
    const allocation = allocationOf(each);
    const plan = allocate(allocation);
    for (const [key, amps] of Object.entries(each.expected)) {
      expect(Math.abs((plan.get(key)?.grantMA ?? -1) / 1000 - amps), key).toBeLessThanOrEqual(each.toleranceA + 1e-9);
    }
    expect([...plan.values()].filter(({ grantMA }) => grantMA > 0)).toHaveLength(each.expectedActive);
    const before = violations(allocation, new Map());
    expect(violations(allocation, plan)).toEqual(before);
  });
});

function allocationOf({ topology, evs, loads, reserved, voltage }: Case): Allocation {
  const taken = new Map<string, Triple>(topology.nodes.map(({ id }) => [id, [0, 0, 0]]));
  const parents = new Map(topology.nodes.map(({ id, parent }) => [id, parent]));
  const connector = (id: string) => {
    const found = topology.connectors.find((one) => one.id === id);
    if (found === undefined) throw new Error(`no connector ${id}`);
    return found;
  };
  const take = (node: string, amps: Triple): void => {
    for (let at: string | null | undefined = node; at != null; at = parents.get(at)) {
      const sum = taken.get(at) ?? [0, 0, 0];
      taken.set(at, [sum[0] + amps[0], sum[1] + amps[1], sum[2] + amps[2]]);
    }
  };
  for (const [node, amps] of Object.entries(loads)) take(node, amps);
  for (const each of reserved) {
    const { node, rotation } = connector(each.connector);
    const amps: Triple = [0, 0, 0];
    for (const phase of gridPhases(rotation, each.phases)) amps[phase] = each.amps;
    take(node, amps);
  }
  const mA = (amps: number): number => Math.round(amps * 1000);
  const index = new Map(topology.nodes.map(({ id }, at) => [id, at]));
  return {
    voltageMV: voltage * 1000,
    nodes: topology.nodes.map(({ id, parent, limitA, limitW, unbalanceA }) => {
      const base = taken.get(id) ?? [0, 0, 0];
      const left = (phase: 0 | 1 | 2): number => mA(limitA[phase] - base[phase]);
      return {
        id,
        parent: parent === null ? -1 : (index.get(parent) ?? -1),
        capacityMA: [left(0), left(1), left(2)],
        capacityW: limitW === undefined ? null : limitW - voltage * (base[0] + base[1] + base[2]),
        unbalance:
          unbalanceA === undefined
            ? null
            : { limitMA: mA(unbalanceA), baseMA: [mA(base[0]), mA(base[1]), mA(base[2])] },
      };
    }),
    cars: evs.map((ev) => {
      const { node, rotation, maxA, minA, stepA } = connector(ev.connector);
      return {
        key: ev.connector,
        node: index.get(node) ?? -1,
        phases: gridPhases(rotation, ev.phases),
        minMA: milliAmps(1000 * Math.max(minA, ev.minA)),
        maxMA: milliAmps(1000 * Math.min(maxA, ev.maxA)),
        tier: ev.tier,
        weight: ev.weight,
        order: ev.order,
        step: milliAmps(1000 * stepA),
        heldMA: null,
        mustKeep: false,
      };
    }),
  };
}
