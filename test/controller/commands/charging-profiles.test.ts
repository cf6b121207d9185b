/** Installing and removing charging profiles through the resource, and the library of templates. */
import { describe, expect, it } from 'vitest';
import { createProfileRoom, terms, wireProfile, yes } from '../../support/profile-room.ts';

const leave = { policy: { chargingProfiles: 'leave' } } as const;

/** A room whose charge point has reported these configuration keys. */
function knowing(keys: Record<string, string>) {
  const words = createProfileRoom(leave);
  const configurationKey = Object.entries(keys).map(([key, value]) => ({ key, value, readonly: true }));
  words.raw('GetConfiguration', {}, { configurationKey });
  return words;
}

const tx = (limit: number) => terms(limit, { purpose: 'TxProfile' });

describe('install', () => {
  it('gives each profile an id of its own, over the whole site and over restarts', async () => {
    const { install, room } = createProfileRoom(leave);
    expect(await install(terms(16), yes)).toEqual({ kind: 'created', id: '10001' });
    expect(await install(terms(16, { stackLevel: 1 }), yes)).toEqual({ kind: 'created', id: '10002' });
    expect(await install(terms(16), yes, { connectorId: 2 })).toEqual({ kind: 'created', id: '10003' });
    const restarted = createProfileRoom({ ...leave, database: room.database });
    restarted.station().drop();
    expect(await restarted.install(terms(16, { stackLevel: 7 }))).toEqual({ kind: 'created', id: '10004' });
  });

  it('never gives an id that somebody uses already', async () => {
    const { install, raw } = createProfileRoom(leave);
    raw('SetChargingProfile', { connectorId: 2, csChargingProfiles: wireProfile(10_001, 16) }, yes);
    expect(await install(terms(16), yes)).toEqual({ kind: 'created', id: '10002' });
  });

  it('D1.8: replaces what stands in its place by the same id, without clearing anything', async () => {
    const { install, next, record, raw } = createProfileRoom(leave);
    await install(terms(16), yes);
    void install(terms(10));
    expect(next(yes)).toEqual(['SetChargingProfile', { connectorId: 1, csChargingProfiles: wireProfile(10_001, 10) }]);
    expect(record()).toEqual(['10001@1 installed']);
    // What others installed is not ours to take the id of.
    raw('SetChargingProfile', { connectorId: 2, csChargingProfiles: wireProfile(5, 16) }, yes);
    expect(await install(terms(8), yes, { connectorId: 2 })).toEqual({ kind: 'created', id: '10002' });
    expect(record()).toEqual(['10001@1 installed', '10002@2 installed']);
  });

  it('D1.14: a TxProfile is for the transaction that runs there, or for the one that is named', async () => {
    const { install, next, start } = createProfileRoom(leave);
    expect(await install(tx(8))).toMatchObject({ kind: 'conflict' });
    const id = start();
    void install(tx(8));
    expect(next(yes)?.[1]).toMatchObject({ csChargingProfiles: { transactionId: id } });
    void install(tx(8), undefined, { transactionId: 99 });
    expect(next(yes)?.[1]).toMatchObject({ csChargingProfiles: { transactionId: 99 } });
    expect(await install(tx(8), undefined, { keep: true })).toMatchObject({ kind: 'invalid' });
    expect(await install(terms(8), undefined, { transactionId: id })).toMatchObject({ kind: 'invalid' });
  });

  it('D1.10: converts into the only unit that the charge point takes, and says so', async () => {
    const watts = knowing({ ChargingScheduleAllowedChargingRateUnit: 'Power' });
    void watts.install(terms(16.2, { phases: 1 }));
    expect(watts.next(yes)?.[1]).toMatchObject({
      csChargingProfiles: {
        chargingSchedule: {
          chargingRateUnit: 'W',
          chargingSchedulePeriod: [{ startPeriod: 0, limit: 3_726, numberPhases: 1 }],
        },
      },
    });
    expect(watts.rows()[0]?.warnings).toMatchObject([{ kind: 'converted-unit' }]);
    const amps = knowing({ ChargingScheduleAllowedChargingRateUnit: 'Current' });
    void amps.install(terms(11_000, { unit: 'W' }));
    expect(amps.next(yes)?.[1]).toMatchObject({
      csChargingProfiles: { chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ limit: 15.5 }] } },
    });
  });

  it('Q15: rounds down to what every charge point takes, and never without a word', () => {
    const { install, next, rows } = createProfileRoom(leave);
    void install(terms(8.19));
    expect(next(yes)?.[1]).toMatchObject({
      csChargingProfiles: { chargingSchedule: { chargingSchedulePeriod: [{ limit: 8 }] } },
    });
    expect(rows()[0]?.warnings).toEqual([
      { kind: 'rounded-down', text: 'rounded down to what every charge point takes: 8.19 to 8 A' },
    ]);
  });

  it('D1.16: warns of more periods than the charge point takes, and of a stack level too high, and sends all the same', () => {
    const { install, next, rows } = knowing({ ChargingScheduleMaxPeriods: '1', ChargeProfileMaxStackLevel: '2' });
    const { schedule, ...rest } = terms(16, { stackLevel: 3 });
    const periods = [0, 60].map((startS) => ({ startS, limit: 16, phases: null }));
    void install({ ...rest, schedule: { ...schedule, periods } });
    expect(next(yes)?.[0]).toBe('SetChargingProfile');
    expect(rows()[0]?.warnings.map(({ kind }) => kind)).toEqual(['stack-level-too-high', 'too-many-periods']);
  });

  it('D1.1, D1.3, D1.5: says with a refusal what it may come from', async () => {
    const { install } = createProfileRoom(leave);
    const max = terms(16, { purpose: 'ChargePointMaxProfile', stackLevel: 5 });
    const result = await install(max, { status: 'Rejected' }, { connectorId: 0 });
    expect(result.kind).toBe('refused');
    const why = result.kind === 'refused' ? result.why : '';
    expect(why).toMatch(/^The charge point answered Rejected\. The limit is not in force\./);
    expect(why).toContain('try 0');
    expect(why).toContain('try a TxDefaultProfile');
    expect(why).toContain('until load balancing or external control is switched on in their own settings');
  });

  it('an error is a refusal, too; silence is neither', async () => {
    const { install, record, room } = createProfileRoom(leave);
    expect(await install(terms(16), 'NotSupported')).toMatchObject({ kind: 'refused' });
    const silent = install(terms(10, { stackLevel: 1 }));
    room.clock.advance(30_000);
    expect(await silent).toEqual({ kind: 'no-answer', why: 'timeout' });
    expect(record()).toEqual(['10001@1 refused', '10002@1 unconfirmed']);
  });

  it('needs a charge point that is known, and for what is not to stay one that is there', async () => {
    const { install, room, station } = createProfileRoom(leave);
    const nobody = {
      type: 'install-profile',
      chargePointId: 'CP9',
      connectorId: 1,
      keep: null,
      transactionId: null,
    } as const;
    expect(await room.execute({ ...nobody, template: null, terms: terms(6) }).promise).toEqual({
      kind: 'unknown',
      what: 'charge point CP9',
    });
    station().drop();
    expect(await install(terms(6), undefined, { keep: false })).toEqual({ kind: 'not-connected' });
  });

  it('shows among the operations', async () => {
    const { install, room } = createProfileRoom(leave);
    await install(terms(16), yes);
    expect(room.rows('SELECT action, state FROM operations')).toEqual([
      { action: 'SetChargingProfile', state: 'done' },
    ]);
  });
});

describe('remove', () => {
  const remove = { type: 'remove-profile', chargePointId: 'CP1', profileId: 10_001 } as const;

  it('clears by the id alone', async () => {
    const { install, room, next, record } = createProfileRoom(leave);
    await install(terms(16), yes);
    const { promise } = room.execute(remove);
    expect(next(yes)).toEqual(['ClearChargingProfile', { id: 10_001 }]);
    expect(await promise).toMatchObject({ kind: 'answered', payload: yes });
    expect(record()).toEqual([]);
    expect(await room.execute(remove).promise).toMatchObject({ kind: 'unknown' });
  });

  it('without an answer it is not sent anew all the same', async () => {
    const { install, room, next, record, reboot } = createProfileRoom();
    room.clock.advance(5_000);
    await install(terms(16), yes);
    next('NotSupported');
    const { promise } = room.execute(remove);
    room.clock.advance(30_000);
    expect(await promise).toMatchObject({ kind: 'no-answer' });
    expect(record()).toEqual(['10001@1 unconfirmed']);
    reboot();
    expect(next()).toBeNull();
  });

  it('what was never sent is simply no longer wanted; what is there needs the charge point', async () => {
    const { install, room, station, record } = createProfileRoom(leave);
    await install(terms(16), yes);
    station().drop();
    await install(terms(16), undefined, { connectorId: 2 });
    expect(await room.execute({ ...remove, profileId: 10_002 }).promise).toEqual({ kind: 'done' });
    expect(await room.execute(remove).promise).toEqual({ kind: 'not-connected' });
    expect(record()).toEqual(['10001@1 installed']);
  });
});

describe('the library', () => {
  it('holds profiles by name, and installs them', async () => {
    const { room, next } = createProfileRoom(leave);
    const put = { type: 'put-profile-template', id: null, name: 'night', terms: terms(10) } as const;
    const made = await room.execute(put).promise;
    const id = made.kind === 'created' ? made.id : '';
    expect(await room.execute(put).promise).toEqual({
      kind: 'conflict',
      why: 'There is a charging profile named night already.',
    });
    expect(await room.execute({ ...put, id, terms: terms(12) }).promise).toEqual({ kind: 'done' });
    const install = {
      type: 'install-profile',
      chargePointId: 'CP1',
      connectorId: 2,
      keep: null,
      transactionId: null,
    } as const;
    const { promise } = room.execute({ ...install, template: id });
    expect(next(yes)).toEqual(['SetChargingProfile', { connectorId: 2, csChargingProfiles: wireProfile(10_001, 12) }]);
    expect(await promise).toEqual({ kind: 'created', id: '10001' });
    expect(await room.execute({ type: 'remove-profile-template', id }).promise).toEqual({ kind: 'done' });
    expect(await room.execute({ ...install, template: id }).promise).toMatchObject({ kind: 'unknown' });
    expect(await room.execute({ ...put, id }).promise).toMatchObject({ kind: 'unknown' });
  });
});
