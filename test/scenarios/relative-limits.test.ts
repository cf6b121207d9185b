import { describe, expect, it } from 'vitest';
import type { Quirks } from '../../src/sim/quirks.ts';
import { createBalancedSite } from './balanced-site.ts';

/** Relative schedules of charge points that count them from the transaction, as OCPP 1.6 §7.13 has it, and of others. */

type Site = ReturnType<typeof createBalancedSite>;

const LEASE_S = 120;
const dialect = ({ world }: Site) => world.controller().balancing?.world.chargePoints.get('CP01')?.dialect;
const counted = (site: Site, index: number): number | undefined => site.plan()[index]?.committedA;

/** Half an hour into the transactions of two, of a make whose transactions end with the power. */
function charging(quirks: Partial<Quirks>): Site {
  const site = createBalancedSite({
    limitA: 40,
    chargePoints: 2,
    quirks: () => ({ refusesKind: 'Absolute', ...quirks }),
    leaseS: LEASE_S,
  });
  site.powerOn();
  site.advance(60);
  site.plugIn(0);
  site.advance(30);
  site.points[0]?.powerCycle(10);
  site.advance(60);
  site.points[0]?.connectors[0]?.unplug();
  site.advance(30);
  for (const index of [0, 1]) site.plugIn(index);
  site.advance(180);
  expect(dialect(site)).toMatchObject({ kind: 'Relative', outlivesCut: false, relativeFrom: null });
  site.advance(1_620);
  for (const index of [0, 1]) expect(site.drawn(index)).toBeCloseTo(19, 0);
  return site;
}

describe.each([
  ['transaction', {}],
  ['receipt', { relativeFromReceipt: true }],
] as const)('of one that counts from the %s', (from, quirks) => {
  it('that is found out, and the grant of one that is away ends with its lease', () => {
    const site = charging(quirks);
    expect(dialect(site)?.relativeFrom).toBe(from);
    site.world.network.unreachable.add('CP01');
    site.world.network.cut('CP01');
    site.advance(60);
    expect(counted(site, 0)).toBe(19);
    site.advance(LEASE_S + 60 + 15);
    expect(counted(site, 0)).toBe(0);
    expect(site.drawn(0)).toBe(0);
    site.advance(60);
    expect(site.drawn(1)).toBe(32);
    expect(site.electricity.overloads.kept()).toEqual([]);
    site.stop();
  });

  it('and with the controller dead all come to their floors within the lease', () => {
    const site = charging(quirks);
    site.world.killController();
    site.advance(LEASE_S + 15);
    for (const index of [0, 1]) expect(site.drawn(index)).toBe(0);
  });
});

it.each([{ compositeRefused: 'Rejected' }, { relativeFromReceipt: true, compositeRefused: 'Rejected' }] as const)(
  'one that shows no schedules is counted for as long as its grant lasts by either reading: %o',
  (quirks) => {
    const site = charging(quirks);
    expect(dialect(site)?.relativeFrom).toBeNull();
    site.world.network.unreachable.add('CP01');
    site.world.network.cut('CP01');
    site.advance(1_200);
    expect(counted(site, 0)).toBe(19);
    expect(site.electricity.overloads.kept()).toEqual([]);
    site.stop();
  },
);
