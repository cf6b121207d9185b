/**
 * Charging profiles on charge points that do with them what the field reports say (D1.x), over real sockets. Both sides
 * live forty times faster than in life.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { CommandResult } from '../../src/domain/commands.ts';
import { heldOf, type ProfileState, type ProfileTerms, type RecordedProfile } from '../../src/domain/profile-record.ts';
import { type CarType, createCar } from '../../src/sim/car.ts';
import { type ChargePoint, createChargePoint } from '../../src/sim/charge-point.ts';
import { realClock } from '../../src/sim/clock.ts';
import type { Quirks } from '../../src/sim/quirks.ts';
import { createRandom } from '../../src/sim/random.ts';
import { dialWebSocket } from '../../src/sim/ws-transport.ts';
import { fastClock } from '../support/fast-clock.ts';
import { terms } from '../support/profile-room.ts';
import { startSite, type TestSite } from '../support/site.ts';
import { column } from '../support/site-rows.ts';

const SPEED = 40;
const saloon: CarType = {
  name: 'saloon',
  phases: 3,
  maxAmps: 32,
  batteryWh: 77_000,
  taperFromPercent: 90,
  reactionSeconds: 2,
  wakeUpSeconds: 2,
  rampAmpsPerSecond: 8,
};

let site: TestSite;
let point: ChargePoint;
afterEach(async () => {
  await new Promise<void>((resolve) => point.shutDown(resolve));
  await site.stop();
});

/** Busbar, and a charge point with these quirks that has booted and told of its connector. */
async function equip(quirks: Partial<Quirks>, chargingProfiles: 'keep' | 'leave' = 'keep'): Promise<void> {
  const clock = fastClock(SPEED);
  site = await startSite({ clock, policy: { chargingProfiles, unknownCards: 'accept' }, callTimeoutMs: 60_000 });
  point = createChargePoint({
    id: 'CP1',
    model: {
      vendor: 'Tester',
      model: 'One',
      firmwareVersion: '1.0',
      connectors: 1,
      phases: 3,
      maxAmps: 32,
      lock: true,
      repeatsStatus: true,
      countsMessages: false,
      sampleSeconds: 10,
      quirks,
    },
    dial: dialWebSocket(site.url),
    clock: realClock(SPEED),
    random: createRandom(1),
  });
  point.powerOn();
  await until(() => site.controller.reader.connectorIds('CP1').includes(1));
}

/** Returns once `check` holds, looking again whenever the site records something. */
async function until(check: () => boolean): Promise<void> {
  if (check()) return;
  await new Promise<void>((resolve) => {
    const deaf = site.controller.feed.listen(() => {
      if (!check()) return;
      deaf();
      resolve();
    });
  });
}

function install(profile: ProfileTerms, over: { connectorId?: number } = {}): Promise<CommandResult> {
  const { connectorId = 1 } = over;
  const command = {
    type: 'install-profile',
    chargePointId: 'CP1',
    connectorId,
    keep: null,
    transactionId: null,
  } as const;
  return site.controller.execute({ ...command, template: null, terms: profile });
}

const operate = (action: string, payload: object): Promise<CommandResult> =>
  site.controller.execute({ type: 'operate', chargePointId: 'CP1', action, payload });

const record = (): readonly RecordedProfile[] => site.controller.reader.chargingProfiles('CP1');
const last = (): RecordedProfile | undefined => record().at(-1);

/** Once the profile is in this state and Busbar has looked at the charge point's own schedule since it was accepted. */
const verified = (state: ProfileState): Promise<void> =>
  until(() => last()?.state === state && (last()?.checks.length ?? 0) > 0);

const alerts = (): unknown[] => column(site, 'SELECT kind FROM alerts WHERE cleared_ms IS NULL');
const sent = (action: string): number =>
  [...site.controller.messages()].filter(({ direction, text }) => direction === 'out' && text.includes(`"${action}"`))
    .length;

async function rebooted(): Promise<void> {
  const before = site.controller.reader.lastBootAt('CP1');
  point.powerCycle(10);
  await until(() => site.controller.reader.lastBootAt('CP1') !== before);
}

async function charging(): Promise<number> {
  point.connectors[0]?.plug(createCar(saloon, 30));
  point.connectors[0]?.presentCard('CARD');
  await until(() => site.controller.reader.runningOn('CP1').length > 0);
  const id = site.controller.reader.runningOn('CP1')[0]?.id ?? -1;
  await until(() => point.connectors[0]?.transaction?.transactionId === id);
  return id;
}

const offered = (): number | undefined => point.flash.profiles.at(-1)?.periods[0]?.limit;

describe('the record', () => {
  it('says after every message what the charge point really holds', async () => {
    await equip({}, 'leave');
    const random = createRandom(20_260_115);
    const purposes = ['TxDefaultProfile', 'TxDefaultProfile', 'ChargePointMaxProfile', 'TxProfile'];
    let most = 0;
    for (let message = 0; message < 150; message++) {
      const connectorId = random.integer(0, 1);
      const stackLevel = random.integer(0, 3);
      const chargingProfilePurpose = purposes[random.integer(0, 3)];
      if (random.integer(0, 5) > 0) {
        const schedule = {
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [{ startPeriod: 0, limit: random.integer(6, 32) }],
        };
        const csChargingProfiles = {
          chargingProfileId: random.integer(1, 12),
          stackLevel,
          chargingProfilePurpose,
          chargingProfileKind: 'Relative',
          chargingSchedule: schedule,
        };
        await operate('SetChargingProfile', { connectorId, csChargingProfiles });
      } else {
        const criteria = [
          { id: random.integer(1, 12) },
          { stackLevel, connectorId },
          { chargingProfilePurpose, stackLevel },
        ];
        await operate('ClearChargingProfile', criteria[random.integer(0, 2)] ?? {});
      }
      const held = heldOf(record()).map((one) => [
        one.profile.id,
        one.connectorId,
        one.profile.schedule.periods[0]?.limit,
      ]);
      const real = point.flash.profiles.map((one) => [one.chargingProfileId, one.connectorId, one.periods[0]?.limit]);
      expect(held, `message ${message}`).toEqual(real);
      most = Math.max(most, real.length);
    }
    expect(most).toBeGreaterThan(4);
  });
});

describe('D1', () => {
  it('a charge point that keeps to the specification holds a profile over a boot, and nothing is sent anew', async () => {
    await equip({});
    await install(terms(16));
    await verified('installed');
    await rebooted();
    const bootedAt = site.controller.reader.lastBootAt('CP1') ?? 0;
    await until(() => record()[0]?.checks.some(({ at, outcome }) => at >= bootedAt && outcome === 'agrees') ?? false);
    expect(sent('SetChargingProfile')).toBe(1);
  });

  it('D1.1 refuses stack levels above 0: the refusal says what to try, and level 0 works', async () => {
    await equip({ stackLevelZeroOnly: true });
    const result = await install(terms(16, { stackLevel: 3 }));
    expect(result).toMatchObject({ kind: 'refused', why: expect.stringContaining('some take only stack level 0') });
    expect(await install(terms(16))).toMatchObject({ kind: 'created' });
    await verified('installed');
  });

  it('D1.7 accepts and does nothing: not in force, and an alert says so', async () => {
    await equip({ ignoresProfiles: true });
    await charging();
    expect(await install(terms(16))).toMatchObject({ kind: 'created' });
    await verified('not-in-force');
    expect(last()?.why).toBe('For connector 1 the charge point reported 32 A, its profiles come to 16 A.');
    expect(alerts()).toEqual(['charging-profile-not-in-force']);
  });

  it('D1.8 answers Unknown to a clear at stack level 0: a new limit replaces by id and needs none', async () => {
    await equip({ clearMissesStackZero: true });
    await install(terms(16));
    await install(terms(8));
    expect(point.flash.profiles).toHaveLength(1);
    expect(offered()).toBe(8);
    expect(sent('ClearChargingProfile')).toBe(0);
    // Somebody clears it all the same: the answer is no proof, and the schedule shows it.
    const removed = await site.controller.execute({ type: 'remove-profile', chargePointId: 'CP1', profileId: 10_001 });
    expect(removed).toMatchObject({ payload: { status: 'Unknown' } });
    expect(point.flash.profiles).toHaveLength(1);
    await operate('GetCompositeSchedule', { connectorId: 1, duration: 600, chargingRateUnit: 'A' });
    expect(site.controller.reader.scheduleComparison('CP1', 1)?.reported?.periods[0]?.limit).toBe(8);
  });

  it('D1.10 takes only watts: amps are converted once its configuration is known, and before that the refusal says so', async () => {
    await equip({ wattsOnly: true });
    expect(await install(terms(16))).toMatchObject({ kind: 'refused', why: expect.stringContaining('try the unit W') });
    await operate('GetConfiguration', {});
    await install(terms(16));
    expect(offered()).toBe(11_040);
    await verified('installed');
  });

  it('D1.11 reports in the other unit: the limits are compared, and not the numbers', async () => {
    await equip({ compositeInOtherUnit: true });
    await install(terms(16));
    await verified('installed');
    expect(site.controller.reader.scheduleComparison('CP1', 1)).toMatchObject({
      outcome: 'agrees',
      unit: 'A',
      reported: { unit: 'W', periods: [{ limit: 11_040 }] },
    });
    await site.controller.execute({ type: 'remove-profile', chargePointId: 'CP1', profileId: 10_001 });
    await install(terms(7_000, { unit: 'W' }));
    await verified('installed');
  });

  it('D1.14 a limit for a running session names its transaction, and goes before the default', async () => {
    await equip({});
    await install(terms(16));
    const id = await charging();
    expect(await install(terms(8, { purpose: 'TxProfile' }))).toMatchObject({ kind: 'created' });
    expect(last()?.profile.transactionId).toBe(id);
    const result = await site.controller.execute({
      type: 'composite-schedule',
      chargePointId: 'CP1',
      connectorId: 1,
      durationS: 600,
      unit: 'A',
      ask: true,
    });
    expect(result).toMatchObject({ computed: { periods: [{ limit: 8 }] }, comparison: { outcome: 'agrees' } });
  });

  it('D1.15 loses its profiles in a power cut: what is to stay is sent anew and verified', async () => {
    await equip({ losesProfilesOnReboot: true });
    await install(terms(16));
    await verified('installed');
    await rebooted();
    await until(() => sent('SetChargingProfile') === 2);
    await verified('installed');
    expect(offered()).toBe(16);
    expect(point.flash.profiles[0]?.chargingProfileId).toBe(10_001);
    expect(alerts()).toEqual([]);
  });

  it('D1.15 a TxProfile whose transaction has ended is cleared after the next boot', async () => {
    await equip({});
    const id = await charging();
    await install(terms(8, { purpose: 'TxProfile' }));
    await operate('RemoteStopTransaction', { transactionId: id });
    await until(() => last()?.state === 'ended');
    await rebooted();
    await until(() => record().length === 0);
    expect(sent('ClearChargingProfile')).toBe(1);
    expect(point.flash.profiles).toEqual([]);
  });

  it('D1.16 takes few periods: a longer schedule is warned of before the charge point refuses it', async () => {
    await equip({});
    await operate('ChangeConfiguration', { key: 'ChargingScheduleMaxPeriods', value: '2' });
    await operate('GetConfiguration', {});
    const most = Number(site.controller.reader.reportedConfiguration('CP1', 'ChargingScheduleMaxPeriods'));
    const { schedule, ...rest } = terms(16);
    const periods = Array.from({ length: most + 1 }, (_, index) => ({
      startS: index * 60,
      limit: 16 - (index % 2),
      phases: null,
    }));
    expect(await install({ ...rest, schedule: { ...schedule, periods } })).toMatchObject({ kind: 'refused' });
    expect(last()?.warnings).toMatchObject([{ kind: 'too-many-periods' }]);
  });

  it('D1.17 has a clock two hours behind: a limit that begins by it comes two hours late, and that shows', async () => {
    await equip({ clockOffsetSeconds: -7_200 });
    await charging();
    const { schedule, ...rest } = terms(16, { kind: 'Absolute' });
    const now = site.controller.live.now();
    await install({ ...rest, schedule: { ...schedule, startAt: now } });
    await verified('not-in-force');
    const comparison = site.controller.reader.scheduleComparison('CP1', 1);
    expect(comparison?.why).toMatch(/^Its clock is 120 min behind/);
    expect(comparison?.differences[0]).toMatchObject({ kind: 'higher', computed: 16, reported: 32 });
    // A Relative one does not go by the clock.
    await install(terms(16));
    await verified('installed');
    expect(alerts()).toEqual([]);
  });
});
