import { describe, expect, it } from 'vitest';
import type { Quirks } from '../../src/sim/quirks.ts';
import { begin, start, type World, world } from './virtual-world.ts';

/** Each quirk against the same charge point without it, in virtual time. */

function settled(quirks: Partial<Quirks>): World {
  const one = world(undefined, 0, { quirks });
  one.clock.advance(5);
  return one;
}

/** The payload of the answer, the code of a CALLERROR, or null for silence. */
function ask(one: World, action: string, payload: Record<string, unknown> = {}) {
  const frame = one.script.call('CP', action, payload);
  return frame === null ? null : JSON.parse(frame)[2];
}

const statusOf = (one: World, action: string, payload: Record<string, unknown>) => ask(one, action, payload).status;

type Wanted = { id?: number; limit?: number; unit?: 'A' | 'W'; stackLevel?: number };
function setLimit(one: World, { id = 1, limit = 10, unit = 'A', stackLevel = 0 }: Wanted = {}) {
  const csChargingProfiles = {
    chargingProfileId: id,
    stackLevel,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: { chargingRateUnit: unit, chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
  };
  return statusOf(one, 'SetChargingProfile', { connectorId: 1, csChargingProfiles });
}
const offered = (one: World) => one.connector.measurement().offeredAmps;
const change = (one: World, key: string, value: string) => statusOf(one, 'ChangeConfiguration', { key, value });
const keyValue = (one: World, key: string) => ask(one, 'GetConfiguration', { key: [key] }).configurationKey?.[0]?.value;
const sendList = (one: World, listVersion: number, updateType: string, cards: number) =>
  statusOf(one, 'SendLocalList', {
    listVersion,
    updateType,
    localAuthorizationList: Array.from({ length: cards }, (_, each) => ({
      idTag: `C${each}`,
      idTagInfo: { status: 'Accepted' },
    })),
  });
/** Turns it off and on again, and waits until it has booted. */
function reboot(one: World): void {
  one.point.powerCycle(5);
  one.clock.advance(60);
  expect(one.point.registration()).toBe('Accepted');
}

describe('charging profiles', () => {
  it('stackLevelZeroOnly', () => {
    expect(setLimit(settled({}), { stackLevel: 1 })).toBe('Accepted');
    const one = settled({ stackLevelZeroOnly: true });
    expect(setLimit(one, { stackLevel: 1 })).toBe('Rejected');
    expect(setLimit(one)).toBe('Accepted');
    expect(keyValue(one, 'ChargeProfileMaxStackLevel')).toBe('8');
  });

  it('wattsOnly', () => {
    const one = settled({ wattsOnly: true });
    expect(setLimit(one)).toBe('Rejected');
    expect(setLimit(one, { unit: 'W', limit: 6_900 })).toBe('Accepted');
    expect(keyValue(one, 'ChargingScheduleAllowedChargingRateUnit')).toBe('Power');
    begin(one);
    one.clock.advance(5);
    expect(offered(one)).toBe(10);
  });

  it('ignoresProfiles', () => {
    const one = settled({ ignoresProfiles: true });
    begin(one);
    expect(setLimit(one)).toBe('Accepted');
    one.clock.advance(30);
    expect(offered(one)).toBe(32);
    expect(one.point.flash.profiles).toEqual([]);
  });

  it.each([
    [{}, [0, 10, 10, 12]],
    [{ ignoresFirstLimitAfterZero: true }, [0, 32, 32, 12]],
  ])('ignoresFirstLimitAfterZero: %o', (quirks, expected) => {
    const one = settled(quirks);
    begin(one);
    const seen: number[] = [];
    for (const limit of [0, 10, null, 12]) {
      if (limit !== null) setLimit(one, { limit });
      one.clock.advance(60);
      seen.push(offered(one));
    }
    expect(seen).toEqual(expected);
  });

  it('limitDelaySeconds', () => {
    const one = settled({ limitDelaySeconds: 60 });
    setLimit(one, { limit: 20 });
    begin(one);
    one.clock.advance(5);
    expect(offered(one)).toBe(20);
    setLimit(one, { limit: 10 });
    one.clock.advance(30);
    setLimit(one, { limit: 8 });
    expect(offered(one)).toBe(20);
    one.clock.advance(35);
    expect(offered(one)).toBe(10);
    one.clock.advance(30);
    expect(offered(one)).toBe(8);
  });

  it('endsBelowMinimum', () => {
    for (const endsBelowMinimum of [false, true]) {
      const one = settled({ endsBelowMinimum });
      begin(one);
      setLimit(one, { limit: 5 });
      one.clock.advance(5);
      expect(one.connector.status).toBe(endsBelowMinimum ? 'Finishing' : 'SuspendedEVSE');
      const stops = one.script.sent.filter(({ action }) => action === 'StopTransaction');
      expect(stops.map(({ payload }) => payload.reason)).toEqual(endsBelowMinimum ? ['Other'] : []);
    }
  });

  it('clearMissesStackZero', () => {
    const one = settled({ clearMissesStackZero: true });
    setLimit(one);
    setLimit(one, { id: 2, stackLevel: 3 });
    expect(statusOf(one, 'ClearChargingProfile', { id: 1 })).toBe('Unknown');
    expect(statusOf(one, 'ClearChargingProfile', { id: 2 })).toBe('Accepted');
    expect(one.point.flash.profiles.map((profile) => profile.chargingProfileId)).toEqual([1]);
  });

  it('compositeInOtherUnit', () => {
    const one = settled({ compositeInOtherUnit: true });
    setLimit(one);
    const schedule = (chargingRateUnit: string) =>
      ask(one, 'GetCompositeSchedule', { connectorId: 1, duration: 60, chargingRateUnit }).chargingSchedule;
    expect(schedule('A')).toMatchObject({ chargingRateUnit: 'W', chargingSchedulePeriod: [{ limit: 6_900 }] });
    expect(schedule('W')).toMatchObject({ chargingRateUnit: 'A', chargingSchedulePeriod: [{ limit: 10 }] });
  });
});

describe('local list', () => {
  it('noLocalList', () => {
    const one = settled({ noLocalList: true });
    expect(sendList(one, 1, 'Full', 1)).toBe('NotSupported');
    expect(ask(one, 'GetLocalListVersion')).toEqual({ listVersion: -1 });
    expect(change(one, 'LocalAuthListEnabled', 'true')).toBe('NotSupported');
    expect(keyValue(one, 'SupportedFeatureProfiles')).not.toContain('LocalAuthList');
  });

  it('listChunk', () => {
    const one = settled({ listChunk: 3 });
    expect(keyValue(one, 'SendLocalListMaxLength')).toBe('3');
    expect(sendList(one, 1, 'Full', 4)).toBe('Failed');
    expect(sendList(one, 1, 'Full', 3)).toBe('Accepted');
  });

  it.each(['Failed', 'VersionMismatch'] as const)('differentialNeedsFull: %s', (differentialNeedsFull) => {
    const one = settled({ differentialNeedsFull });
    expect(sendList(one, 1, 'Differential', 1)).toBe(differentialNeedsFull);
    expect(sendList(one, 1, 'Full', 1)).toBe('Accepted');
    expect(sendList(one, 2, 'Differential', 2)).toBe('Accepted');
    reboot(one);
    expect(sendList(one, 3, 'Differential', 1)).toBe(differentialNeedsFull);
    expect(ask(one, 'GetLocalListVersion')).toEqual({ listVersion: 2 });
  });
});

describe('a reboot loses', () => {
  const filled = (quirks: Partial<Quirks>): World => {
    const one = settled(quirks);
    setLimit(one);
    sendList(one, 4, 'Full', 2);
    const expiryDate = new Date(start + 3_600_000).toISOString();
    ask(one, 'ReserveNow', { connectorId: 2, idTag: 'A', reservationId: 1, expiryDate });
    reboot(one);
    return one;
  };
  const left = ({ point: { flash } }: World) => [
    flash.profiles.length,
    flash.reservations.length,
    flash.localList.size,
    flash.localListVersion,
  ];

  it.each<[Partial<Quirks>, number[]]>([
    [{}, [1, 1, 2, 4]],
    [{ losesProfilesOnReboot: true }, [0, 1, 2, 4]],
    [{ losesReservationsOnReboot: true }, [1, 0, 2, 4]],
    [{ losesListOnReboot: true }, [1, 1, 0, 0]],
  ])('%o', (quirks, expected) => {
    expect(left(filled(quirks))).toEqual(expected);
  });
});

describe('configuration', () => {
  it('configurationMaxKeys', () => {
    const one = settled({ configurationMaxKeys: 4 });
    const key = ['HeartbeatInterval', 'ConnectionTimeOut', 'MessageTimeout', 'ResetRetries', 'GetConfigurationMaxKeys'];
    expect(ask(one, 'GetConfiguration', { key })).toBe('OccurenceConstraintViolation');
    expect(ask(one, 'GetConfiguration', { key: key.slice(1) }).configurationKey).toHaveLength(4);
    expect(keyValue(one, 'GetConfigurationMaxKeys')).toBe('4');
    expect(ask(one, 'GetConfiguration').configurationKey.length).toBeGreaterThan(4);
  });

  it('noFullConfiguration', () => {
    const one = settled({ noFullConfiguration: true });
    expect(ask(one, 'GetConfiguration')).toBeNull();
    expect(ask(one, 'GetConfiguration', { key: [] })).toBeNull();
    one.clock.advance(600);
    expect(keyValue(one, 'HeartbeatInterval')).toBe('300');
  });

  it('acceptsAnyConfiguration', () => {
    const one = settled({ acceptsAnyConfiguration: true });
    expect(change(one, 'HeartbeatInterval', 'banana')).toBe('Accepted');
    expect(keyValue(one, 'HeartbeatInterval')).toBe('300');
    expect(change(one, 'NumberOfConnectors', '7')).toBe('Accepted');
    expect(change(one, 'Nonsense', '7')).toBe('Accepted');
    expect(change(one, 'HeartbeatInterval', '60')).toBe('Accepted');
    expect(keyValue(one, 'HeartbeatInterval')).toBe('60');
  });

  it('configurationNeedsReboot', () => {
    const one = settled({ configurationNeedsReboot: true });
    expect(change(one, 'MeterValueSampleInterval', '7')).toBe('RebootRequired');
    const samples = () => one.script.sent.filter(({ action }) => action === 'MeterValues').length;
    begin(one);
    one.clock.advance(28);
    expect(samples()).toBe(0);
    one.connector.presentCard('CARD');
    reboot(one);
    begin(one);
    one.clock.advance(28);
    expect(samples()).toBeGreaterThanOrEqual(3);
  });
});

describe('messages', () => {
  it('answerDelaySeconds', () => {
    const one = settled({ answerDelaySeconds: 20 });
    const answers = () => one.script.transcript.filter((line) => line.includes('[3,"c"')).length;
    expect(ask(one, 'GetLocalListVersion')).toBeNull();
    one.clock.advance(19);
    expect(answers()).toBe(0);
    one.clock.advance(1);
    expect(answers()).toBe(1);
    ask(one, 'GetLocalListVersion');
    one.script.hangUp('CP');
    one.clock.advance(60);
    expect(one.point.connected()).toBe(true);
    expect(answers()).toBe(1);
  });

  it('silentOnUnknownActions', () => {
    expect(ask(settled({}), 'Dance')).toBe('NotImplemented');
    const one = settled({ silentOnUnknownActions: true });
    expect(ask(one, 'Dance')).toBeNull();
    expect(ask(one, 'GetLocalListVersion')).toEqual({ listVersion: 0 });
  });

  it('pingSeconds, and WebSocketPingInterval from then on', () => {
    const pings = (one: World) => one.script.transcript.filter((line) => line.endsWith('ping')).length;
    const silent = settled({});
    silent.clock.advance(600);
    expect(pings(silent)).toBe(0);
    const one = settled({ pingSeconds: 20 });
    one.clock.advance(100);
    expect(pings(one)).toBe(5);
    change(one, 'WebSocketPingInterval', '0');
    one.clock.advance(20);
    const before = pings(one);
    one.clock.advance(300);
    expect(pings(one)).toBe(before);
    one.script.reachable = false;
    change(one, 'WebSocketPingInterval', '5');
    one.script.hangUp('CP');
    one.clock.advance(300);
    expect(pings(one)).toBe(before);
  });

  it('clockOffsetSeconds', () => {
    const one = settled({ clockOffsetSeconds: 3_600 });
    expect(Math.round((one.point.time() - one.clock.now()) / 1000)).toBe(3_600);
    begin(one);
    const begun = one.script.sent.find(({ action }) => action === 'StartTransaction');
    expect(Date.parse(String(begun?.payload.timestamp)) - one.clock.now()).toBeGreaterThan(3_590_000);
  });
});

describe('meter values', () => {
  type Sample = { measurand: string; unit?: string; value: string; phase?: string };
  const samples = (quirks: Partial<Quirks>): Sample[] => {
    const one = settled(quirks);
    one.point.flash.registersWh.set(1, 1_234_567);
    begin(one);
    one.clock.advance(35);
    const sent = one.script.sent.find(({ action }) => action === 'MeterValues');
    return JSON.parse(JSON.stringify(sent?.payload.meterValue))[0].sampledValue;
  };
  const of = (measurand: string, from: Sample[]) => from.filter((sample) => sample.measurand === measurand);

  it('metersWithoutUnit', () => {
    expect(samples({}).every((sample) => sample.unit !== undefined)).toBe(true);
    expect(samples({ metersWithoutUnit: true }).some((sample) => sample.unit !== undefined)).toBe(false);
  });

  it('currentWithoutPhase', () => {
    expect(of('Current.Import', samples({})).map(({ phase }) => phase)).toEqual(['L1', 'L2', 'L3']);
    const [current, ...more] = of('Current.Import', samples({ currentWithoutPhase: true }));
    expect(more).toEqual([]);
    expect(current?.phase).toBeUndefined();
    expect(Number(current?.value)).toBeGreaterThanOrEqual(6);
  });

  it('energyInKwh', () => {
    const [energy] = of('Energy.Active.Import.Register', samples({ energyInKwh: true }));
    expect(energy?.unit).toBe('kWh');
    expect(Number(energy?.value)).toBeGreaterThan(1_234.5);
    expect(Number(energy?.value)).toBeLessThan(1_235.5);
  });
});
