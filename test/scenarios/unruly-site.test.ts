import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../src/domain/commands.ts';
import { milliAmps, watts } from '../../src/domain/units.ts';
import { createAlertViews } from '../../src/store/alert-view.ts';
import { bigCar, circuit, createBalancedSite, three } from './balanced-site.ts';

/** What people, meters and other machines do to a site that balances: nothing of it overloads, and all of it passes. */

type Site = ReturnType<typeof createBalancedSite>;
type Options = Parameters<typeof createBalancedSite>[0];

const alerts = ({ world }: Site): string[] =>
  createAlertViews(world.database)
    .alerts()
    .map(({ id }) => id);

function charging(options: Partial<Options> = {}): Site {
  const site = createBalancedSite({ limitA: 63, chargePoints: 3, ...options });
  site.powerOn();
  site.advance(40);
  for (let index = 0; index < 3; index += 1) site.plugIn(index);
  site.advance(90);
  return site;
}

async function operate(site: Site, action: string, payload: object, override = false): Promise<CommandResult> {
  const result = site.world.controller().execute({ type: 'operate', chargePointId: 'CP01', action, payload, override });
  site.advance(2);
  return await result;
}

const profile = (limit: number, stackLevel = 3, chargingProfilePurpose = 'TxDefaultProfile') => ({
  connectorId: 1,
  csChargingProfiles: {
    chargingProfileId: 7,
    stackLevel,
    chargingProfilePurpose,
    chargingProfileKind: 'Relative',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
  },
});

describe('by hand', () => {
  it('a limit that does not fit is refused; with override it is booked in full, and ours is put above it again', async () => {
    const site = charging();
    expect(await operate(site, 'SetChargingProfile', profile(32))).toMatchObject({ kind: 'limit-refused' });
    expect(site.points[0]?.flash.profiles).toHaveLength(2);
    expect(await operate(site, 'SetChargingProfile', profile(32), true)).toMatchObject({ kind: 'answered' });
    expect(site.plan()[0]?.committedA).toBe(32);
    site.advance(120);
    expect(site.drawn(0)).toBeLessThanOrEqual(20);
    expect(site.plan()[0]?.committedA).toBeLessThanOrEqual(20);
    expect(site.electricity.overloads.kept()).toEqual([]);
    site.stop();
  });

  it('a limit that fits is sent and booked', async () => {
    const site = createBalancedSite({ limitA: 200, chargePoints: 3 });
    site.powerOn();
    site.advance(60);
    expect(await operate(site, 'SetChargingProfile', profile(10))).toMatchObject({ kind: 'answered' });
    expect(site.plan()[0]?.committedA).toBe(10);
    site.stop();
  });

  it('a cleared charge point gets its limits again', async () => {
    const site = charging();
    expect(await operate(site, 'ClearChargingProfile', {})).toMatchObject({ kind: 'limit-refused' });
    expect(await operate(site, 'ClearChargingProfile', {}, true)).toMatchObject({ kind: 'answered' });
    site.advance(60);
    expect(site.points[0]?.flash.profiles).toHaveLength(2);
    expect(site.drawn(0)).toBeLessThanOrEqual(20);
    expect(site.flow()[0]).toBeLessThanOrEqual(63);
    site.stop();
  });

  it('a start with a profile of its own is judged like that profile', async () => {
    const site = createBalancedSite({ limitA: 63, chargePoints: 3 });
    site.powerOn();
    site.advance(40);
    site.plugIn(1);
    site.plugIn(2);
    site.advance(90);
    const { csChargingProfiles: chargingProfile } = profile(32, 3, 'TxProfile');
    const start = { connectorId: 1, idTag: 'HAND', chargingProfile };
    expect(await operate(site, 'RemoteStartTransaction', start)).toMatchObject({ kind: 'limit-refused' });
    site.stop();
  });
});

describe('limits from outside', () => {
  it.each([0, 1, 5])('of %d A: the cars stop, and go on when it is over', (amps) => {
    const site = charging();
    const limitMA = three(amps);
    void site.world.controller().execute({
      type: 'set-site-limit',
      circuit: 'grid',
      source: 'http',
      value: { limitMA, limitW: null },
      ttlMs: 300_000,
      // biome-ignore lint/suspicious/noThenProperty: the name of the contract
      then: 'configured',
      signal: null,
    });
    site.advance(30);
    expect(site.flow()[0]).toBe(0);
    for (const { connectors } of site.points) expect(connectors[0]?.transaction).not.toBeNull();
    for (const { because } of site.plan()) expect(because).not.toBe('');
    site.advance(420);
    for (let index = 0; index < 3; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(19);
    site.stop();
  });

  it('below 0, or no number, is none', async () => {
    const site = charging();
    for (const value of [
      { limitMA: [milliAmps(-1), milliAmps(0), milliAmps(0)] as const, limitW: null },
      { limitMA: null, limitW: watts(-1) },
    ]) {
      const result = site.world.controller().execute({
        type: 'set-site-limit',
        circuit: 'grid',
        source: 'http',
        value,
        ttlMs: null,
        // biome-ignore lint/suspicious/noThenProperty: the name of the contract
        then: 'configured',
        signal: null,
      });
      site.advance(1);
      expect((await result).kind).not.toBe('done');
    }
    site.advance(30);
    expect(site.flow()[0]).toBeGreaterThan(55);
    site.stop();
  });
});

describe('the meter', () => {
  it.each(['silent', 'frozen', 'thousandfold'] as const)(
    '%s: nothing is raised, the reserve holds, and all comes back',
    (mode) => {
      const site = createBalancedSite({ limitA: 63, reserveA: 30, chargePoints: 3, metered: true });
      let building = 10;
      site.electricity.burden({ circuit: 'grid', amps: () => [building, building, building] });
      site.powerOn();
      site.advance(40);
      site.plugIn(0);
      site.plugIn(1);
      site.advance(120);
      expect(site.flow()[0]).toBeGreaterThan(55);
      site.meter.mode = mode;
      site.advance(20);
      site.plugIn(2);
      site.advance(180);
      expect(alerts(site)).toContain('meter:main');
      expect(site.flow()[0]).toBeLessThanOrEqual(63);
      // What it holds is the reserve, and no less than it had seen.
      expect(site.flow()[0] ?? 0).toBeLessThanOrEqual(63 - 30 + building + 4);
      building = 12;
      site.meter.mode = 'true';
      site.advance(240);
      expect(alerts(site)).not.toContain('meter:main');
      expect(site.flow()[0]).toBeGreaterThan(55);
      const longest = Math.max(0, ...site.electricity.overloads.kept().map(({ from, to }) => to - from));
      expect(longest).toBeLessThanOrEqual(10_000);
      site.stop();
    },
  );

  it('whose phases are swapped is found out by what cars do on one phase', () => {
    const site = createBalancedSite({ limitA: 63, chargePoints: 2, metered: true });
    site.meter.mode = 'swapped';
    site.powerOn();
    site.advance(90);
    const single = { ...bigCar, phases: 1 as const };
    for (let turn = 0; turn < 2; turn += 1) {
      site.plugIn(0, single);
      site.advance(120);
      site.points[0]?.connectors[0]?.unplug();
      site.advance(90);
    }
    const found = createAlertViews(site.world.database)
      .alerts()
      .find(({ id }) => id === 'phases:main');
    expect(found?.text).toMatch(/L1.*L2/);
    site.meter.mode = 'true';
    site.advance(60);
    site.plugIn(0, single);
    site.advance(120);
    site.points[0]?.connectors[0]?.unplug();
    site.advance(90);
    expect(alerts(site)).not.toContain('phases:main');
    site.stop();
  });

  it('that sees current flow back gives nothing of it to cars, unless the circuit says so', () => {
    const site = createBalancedSite({
      limitA: 40,
      chargePoints: 3,
      metered: true,
      circuits: [circuit('grid', null, 40)],
    });
    site.electricity.burden({ circuit: 'grid', amps: () => [-20, -20, -20] });
    site.powerOn();
    site.advance(40);
    for (let index = 0; index < 3; index += 1) site.plugIn(index);
    site.advance(180);
    const cars = [0, 1, 2].reduce((sum, index) => sum + site.drawn(index), 0);
    expect(cars).toBeLessThanOrEqual(38);
    expect(cars).toBeGreaterThan(30);
    site.stop();
  });
});
