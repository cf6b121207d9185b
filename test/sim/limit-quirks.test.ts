import { describe, expect, it } from 'vitest';
import type { Quirks } from '../../src/sim/quirks.ts';
import { begin, type World, world } from './virtual-world.ts';

/** Each quirk of charging limits against the same charge point without it, in virtual time. */

type Answer = { status?: string; chargingSchedule?: { chargingSchedulePeriod: { limit: number }[] } };
type Wanted = {
  id?: number;
  purpose?: 'TxProfile' | 'TxDefaultProfile' | 'ChargePointMaxProfile';
  kind?: 'Absolute' | 'Relative';
  stackLevel?: number;
  /** Start in seconds and amps. */
  periods?: readonly (readonly [number, number])[];
};

function settled(quirks: Partial<Quirks>): World {
  const one = world(undefined, 0, { quirks });
  one.clock.advance(5);
  return one;
}

function ask(one: World, action: string, payload: Record<string, unknown>): Answer | string {
  return JSON.parse(one.script.call('CP', action, payload) ?? 'null')[2];
}

function set(one: World, wanted: Wanted = {}): unknown {
  const { id = 1, purpose = 'TxDefaultProfile', kind = 'Relative', stackLevel = 0, periods = [[0, 10]] } = wanted;
  const answer = ask(one, 'SetChargingProfile', {
    connectorId: purpose === 'ChargePointMaxProfile' ? 0 : 1,
    csChargingProfiles: {
      chargingProfileId: id,
      stackLevel,
      chargingProfilePurpose: purpose,
      chargingProfileKind: kind,
      chargingSchedule: {
        chargingRateUnit: 'A',
        ...(kind === 'Absolute' ? { startSchedule: '1970-01-01T00:00:00Z' } : {}),
        chargingSchedulePeriod: periods.map(([startPeriod, limit]) => ({ startPeriod, limit })),
      },
    },
  });
  return typeof answer === 'string' ? answer : answer.status;
}

const composite = (one: World) =>
  ask(one, 'GetCompositeSchedule', { connectorId: 1, duration: 600, chargingRateUnit: 'A' });
const limitTold = (one: World): number | undefined => {
  const answer = composite(one);
  return typeof answer === 'string' ? undefined : answer.chargingSchedule?.chargingSchedulePeriod[0]?.limit;
};
const offered = (one: World) => one.connector.measurement().offeredAmps;
const kept = (one: World) => one.point.flash.profiles.map(({ chargingProfileId }) => chargingProfileId);

function charging(quirks: Partial<Quirks>): World {
  const one = settled(quirks);
  begin(one);
  one.clock.advance(60);
  return one;
}

function reboot(one: World): void {
  one.point.powerCycle(5);
  one.clock.advance(60);
}

describe('refusals', () => {
  it.each<[Partial<Quirks>, Wanted, Wanted]>([
    [{ noChargePointMax: true }, { purpose: 'ChargePointMaxProfile' }, {}],
    [{ noTxProfile: true }, { purpose: 'TxProfile' }, {}],
    [{ onlyChargePointMax: true }, { purpose: 'TxProfile' }, { purpose: 'ChargePointMaxProfile' }],
    [{ onlyChargePointMax: true }, {}, { purpose: 'ChargePointMaxProfile' }],
    [{ refusesKind: 'Relative' }, { kind: 'Relative' }, { kind: 'Absolute' }],
    [{ refusesKind: 'Absolute' }, { kind: 'Absolute' }, { kind: 'Relative' }],
    [{ limitStepsA: [6, 8, 10, 13, 16] }, { periods: [[0, 11]] }, { periods: [[0, 0]] }],
    [{ limitStepsA: [6, 8, 10, 13, 16] }, { periods: [[0, 32]] }, { periods: [[0, 13]] }],
    [
      { maxPeriods: 1 },
      {
        periods: [
          [0, 10],
          [60, 6],
        ],
      },
      {},
    ],
  ])('%o', (quirks, refused, taken) => {
    expect(set(charging({}), refused)).toBe('Accepted');
    const one = charging(quirks);
    expect(set(one, refused)).toBe('Rejected');
    expect(set(one, taken)).toBe('Accepted');
  });

  it('needsLocalSwitch', () => {
    const one = settled({ needsLocalSwitch: true });
    expect(set(one)).toBe('Rejected');
    one.point.setLocalSwitch(true);
    expect(set(one)).toBe('Accepted');
  });
});

describe('profiles that vanish', () => {
  it.each([
    [{}, [1]],
    [{ losesProfilesOnDisconnect: true }, []],
  ])('losesProfilesOnDisconnect: %o', (quirks, left) => {
    const one = settled(quirks);
    set(one);
    one.script.hangUp('CP');
    one.clock.advance(1);
    expect(kept(one)).toEqual(left);
  });

  it.each([
    [{}, 16],
    [{ forgetsTxProfileWhileSuspended: true }, 0],
  ])('forgetsTxProfileWhileSuspended: %o', (quirks, then) => {
    const one = charging(quirks);
    set(one, { periods: [[0, 0]] });
    one.clock.advance(30);
    expect(one.connector.status).toBe('SuspendedEVSE');
    expect(set(one, { id: 2, purpose: 'TxProfile', periods: [[0, 16]] })).toBe('Accepted');
    one.clock.advance(30);
    expect(offered(one)).toBe(then);
  });

  it.each([
    [{}, [1, 2]],
    [{ sharesTxSlot: true }, [2]],
  ])('sharesTxSlot: %o', (quirks, left) => {
    const one = charging(quirks);
    set(one);
    set(one, { id: 2, purpose: 'TxProfile' });
    expect(kept(one)).toEqual(left);
    set(one, { id: 3, stackLevel: 1 });
    expect(kept(one)).toEqual([...left, 3]);
  });

  it.each([
    [{}, false],
    [{ losesClockOnReboot: true }, true],
  ])('losesClockOnReboot: %o', (quirks, isLost) => {
    const one = settled(quirks);
    one.point.powerOff();
    one.point.powerOn();
    expect(one.point.time()).toBe(isLost ? 0 : one.point.trueTime());
    one.clock.advance(30);
    expect(Math.abs(one.point.time() - one.point.trueTime())).toBeLessThan(1_000);
  });

  it.each<[Partial<Quirks>, boolean, number[]]>([
    [{}, false, [1]],
    [{ resumesTransactionOnReboot: true }, true, [1, 2]],
    [{ resumesTransactionOnReboot: true, losesTxProfilesOnReboot: true }, true, [1]],
  ])('losesTxProfilesOnReboot, resumesTransactionOnReboot: %o', (quirks, running, left) => {
    const one = charging(quirks);
    set(one);
    set(one, { id: 2, purpose: 'TxProfile' });
    reboot(one);
    expect(one.connector.transaction !== null).toBe(running);
    expect(kept(one)).toEqual(left);
    expect(one.connector.measurement().amps.some((amps) => amps > 0)).toBe(running);
  });
});

describe('what is offered', () => {
  it.each([
    [{}, 6],
    [{ relativeFromReceipt: true }, 10],
  ])('relativeFromReceipt: %o', (quirks, expected) => {
    const one = charging(quirks);
    set(one, {
      purpose: 'TxProfile',
      periods: [
        [0, 10],
        [50, 6],
      ],
    });
    one.clock.advance(5);
    expect(offered(one)).toBe(expected);
  });

  it.each([
    [{}, [10, 10]],
    [{ resumeSeconds: 120 }, [0, 10]],
  ])('resumeSeconds: %o', (quirks, expected) => {
    const one = charging(quirks);
    set(one, { periods: [[0, 0]] });
    one.clock.advance(10);
    set(one, { periods: [[0, 10]] });
    one.clock.advance(100);
    const during = offered(one);
    one.clock.advance(30);
    expect([during, offered(one)]).toEqual(expected);
  });

  it.each([
    [{}, [10, 10]],
    [{ spikeSeconds: 8 }, [32, 10]],
  ])('spikeSeconds: %o', (quirks, expected) => {
    const one = charging(quirks);
    set(one, { periods: [[0, 16]] });
    one.clock.advance(30);
    expect(offered(one)).toBe(16);
    set(one, { periods: [[0, 10]] });
    one.clock.advance(5);
    const during = offered(one);
    one.clock.advance(10);
    expect([during, offered(one)]).toEqual(expected);
  });

  it.each([
    [{}, [10, 10]],
    [{ disobeysAfterSeconds: 300 }, [10, 32]],
  ])('disobeysAfterSeconds: %o', (quirks, expected) => {
    const one = charging(quirks);
    expect(set(one)).toBe('Accepted');
    one.clock.advance(30);
    const before = offered(one);
    one.clock.advance(300);
    expect([before, offered(one)]).toEqual(expected);
    expect(limitTold(one)).toBe(10);
  });

  it.each([
    [{}, 'Preparing', false],
    [{ freeVend: true }, 'Charging', true],
  ])('freeVend: %o', (quirks, status, draws) => {
    const one = settled(quirks);
    begin(one, 'UNKNOWN');
    one.clock.advance(120);
    expect(one.connector.transaction).toBeNull();
    expect(one.connector.status).toBe(status);
    expect(one.connector.measurement().amps.some((amps) => amps > 0)).toBe(draws);
  });
});

describe('the composite schedule', () => {
  it('compositeRefused', () => {
    expect(composite(settled({ compositeRefused: 'Rejected' }))).toEqual({ status: 'Rejected' });
    expect(composite(settled({ compositeRefused: 'NotSupported' }))).toBe('NotSupported');
  });

  it.each<[Partial<Quirks>, number | undefined]>([
    [{}, 10],
    [{ idleComposite: 'none' }, undefined],
    [{ idleComposite: 'hardware' }, 32],
  ])('idleComposite: %o', (quirks, expected) => {
    const one = settled(quirks);
    set(one);
    expect(limitTold(one)).toBe(expected);
    begin(one);
    expect(limitTold(one)).toBe(10);
  });
});
