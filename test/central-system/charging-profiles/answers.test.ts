/** What the answers to messages about charging profiles leave on record, whoever sent them (OCPP 1.6 §5.5, §5.7, §5.11, §5.16). */
import { describe, expect, it } from 'vitest';
import { MAX_RECORDED } from '../../../src/domain/profile-changes.ts';
import { createProfileRoom, report, terms, wireProfile, yes } from '../../support/profile-room.ts';

const set = (id: number, limit: number, connectorId = 1, over: object = {}) => ({
  connectorId,
  csChargingProfiles: wireProfile(id, limit, over),
});
const leave = { policy: { chargingProfiles: 'leave' } } as const;

describe('SetChargingProfile', () => {
  it('Accepted: installed, in the place of what has its id or its rank', () => {
    const { raw, record, rows } = createProfileRoom(leave);
    raw('SetChargingProfile', set(1, 16), yes);
    raw('SetChargingProfile', set(2, 10, 2), yes);
    expect(record()).toEqual(['1@1 installed', '2@2 installed']);
    raw('SetChargingProfile', set(3, 8), yes);
    expect(record()).toEqual(['2@2 installed', '3@1 installed']);
    raw('SetChargingProfile', set(2, 6, 0, { stackLevel: 3 }), yes);
    expect(record()).toEqual(['3@1 installed', '2@0 installed']);
    expect(rows()[0]).toMatchObject({ source: 'operation', keep: false, why: null });
  });

  it.each([
    ['Rejected', { status: 'Rejected' }, /answered Rejected/],
    ['NotSupported', { status: 'NotSupported' }, /answered NotSupported/],
    ['CALLERROR', 'PropertyConstraintViolation', /error PropertyConstraintViolation \(no\)/],
  ])('%s: refused, not in force, and what was there before still is', (_, answer, said) => {
    const { raw, record, rows, room } = createProfileRoom(leave);
    raw('SetChargingProfile', set(1, 16), yes);
    raw('SetChargingProfile', set(1, 10), answer);
    expect(record()).toEqual(['1@1 installed', '1@1 refused']);
    expect(rows().map(({ profile }) => profile.schedule.periods[0]?.limit)).toEqual([16, 10]);
    expect(rows()[1]?.why).toMatch(said);
    expect(rows()[1]?.why).toContain('not in force');
    raw('SetChargingProfile', set(1, 12), yes);
    expect(record()).toEqual(['1@1 installed']);
    expect(room.values("SELECT state FROM operations WHERE state <> 'done'")).toEqual([
      typeof answer === 'string' ? 'failed' : 'refused',
    ]);
  });

  it('silence: unconfirmed, and it may be in force beside what was there', () => {
    const { raw, record, room } = createProfileRoom(leave);
    raw('SetChargingProfile', set(1, 16), yes);
    raw('SetChargingProfile', set(1, 10));
    expect(record()).toEqual(['1@1 installed']);
    room.clock.advance(30_000);
    expect(record()).toEqual(['1@1 installed', '1@1 unconfirmed']);
  });

  it('refused where the same is in force already: it still is', () => {
    const { raw, install, record, rows } = createProfileRoom(leave);
    void install(terms(16), yes);
    void install(terms(16), { status: 'Rejected' }, { keep: false });
    expect(record()).toEqual(['10001@1 installed', '10001@1 refused']);
    expect(rows().map(({ keep }) => keep)).toEqual([true, false]);
    raw('ClearChargingProfile', {}, yes);
    expect(record()).toEqual([]);
  });

  it('what got no answer stays on record until the charge point takes another of its id', () => {
    const { install, record, rows, room, next } = createProfileRoom(leave);
    void install(terms(16));
    next();
    room.clock.advance(30_000);
    void install(terms(10), { status: 'Rejected' });
    expect(record()).toEqual(['10001@1 unconfirmed', '10001@1 refused']);
    expect(rows()[0]?.keep).toBe(false);
    void install(terms(8), yes);
    expect(record()).toEqual(['10001@1 installed']);
  });

  it('an answer that can not be read is no refusal and no consent', () => {
    const { raw, record } = createProfileRoom(leave);
    raw('SetChargingProfile', set(1, 16), { status: 'Perhaps' });
    expect(record()).toEqual(['1@1 unconfirmed']);
  });

  it('keeps a bounded number, and forgets refusals first', () => {
    const { raw, rows } = createProfileRoom(leave);
    raw('SetChargingProfile', set(9_999, 1), { status: 'Rejected' });
    for (let id = 1; id <= MAX_RECORDED; id++) raw('SetChargingProfile', set(id, 16, 1, { stackLevel: id }), yes);
    expect(rows()).toHaveLength(MAX_RECORDED);
    expect(rows().some(({ state }) => state === 'refused')).toBe(false);
  });
});

describe('ClearChargingProfile', () => {
  const three = () => {
    const words = createProfileRoom(leave);
    words.raw('SetChargingProfile', set(1, 16), yes);
    words.raw('SetChargingProfile', set(2, 10, 1, { stackLevel: 2 }), yes);
    words.raw('SetChargingProfile', set(3, 32, 0, { chargingProfilePurpose: 'ChargePointMaxProfile' }), yes);
    return words;
  };

  it.each<[object, object, string[]]>([
    [{ id: 2 }, yes, ['1@1 installed', '3@0 installed']],
    [{ id: 2 }, { status: 'Unknown' }, ['1@1 installed', '3@0 installed']],
    [{ connectorId: 1 }, yes, ['3@0 installed']],
    [{ connectorId: 1, stackLevel: 0 }, yes, ['2@1 installed', '3@0 installed']],
    [{ id: 3, connectorId: 1 }, yes, ['1@1 installed', '2@1 installed']],
    [{}, yes, []],
  ])('%j answered %j', (request, answer, left) => {
    const { raw, record } = three();
    raw('ClearChargingProfile', request, answer);
    expect(record()).toEqual(left);
  });

  it('without an answer nobody knows what is left', () => {
    const { raw, record, room } = three();
    raw('ClearChargingProfile', { connectorId: 1 });
    room.clock.advance(30_000);
    expect(record()).toEqual(['1@1 unconfirmed', '2@1 unconfirmed', '3@0 installed']);
  });

  it('refused with an error, all stays', () => {
    const { raw, record } = three();
    raw('ClearChargingProfile', {}, 'NotSupported');
    expect(record()).toHaveLength(3);
  });
});

describe('TxProfiles and their transactions', () => {
  const tx = { chargingProfilePurpose: 'TxProfile' };

  it('one that names no transaction is that of the running one, and ends with it', () => {
    const { raw, rows, record, start, stop } = createProfileRoom(leave);
    const id = start();
    raw('SetChargingProfile', set(1, 16, 1, tx), yes);
    expect(rows()[0]?.profile.transactionId).toBe(id);
    stop(id);
    expect(record()).toEqual(['1@1 ended']);
  });

  it('errata 3.42: one of a remote start waits for its transaction, and is then bound to it', () => {
    const { raw, rows, record, start } = createProfileRoom(leave);
    raw('RemoteStartTransaction', { idTag: 'CARD', connectorId: 1, chargingProfile: wireProfile(5, 8, tx) }, yes);
    expect(record()).toEqual(['5@1 awaiting-transaction']);
    start(1, 'OTHER');
    expect(record()).toEqual(['5@1 awaiting-transaction']);
    const id = start(1, 'card');
    expect(record()).toEqual(['5@1 installed']);
    expect(rows()[0]).toMatchObject({ source: 'remote-start', why: expect.stringContaining('§5.11') });
    expect(rows()[0]?.profile.transactionId).toBe(id);
  });

  it('one of a remote start that chose no connector goes where the transaction starts', () => {
    const { raw, record, start } = createProfileRoom(leave);
    raw('RemoteStartTransaction', { idTag: 'CARD', chargingProfile: wireProfile(5, 8, tx) }, yes);
    expect(record()).toEqual(['5@any awaiting-transaction']);
    start(2);
    expect(record()).toEqual(['5@2 installed']);
  });

  it('a remote start that comes to nothing, or was refused, leaves nothing', () => {
    const { raw, record, room } = createProfileRoom(leave);
    raw('RemoteStartTransaction', { idTag: 'CARD', chargingProfile: wireProfile(5, 8, tx) }, { status: 'Rejected' });
    expect(record()).toEqual([]);
    raw('RemoteStartTransaction', { idTag: 'CARD', connectorId: 1, chargingProfile: wireProfile(5, 8, tx) }, yes);
    room.clock.advance(15 * 60_000);
    expect(record()).toEqual([]);
  });
});

describe('GetCompositeSchedule', () => {
  const ask = { connectorId: 1, duration: 3_600, chargingRateUnit: 'A' };

  it('is compared with what the accepted profiles come to, whoever asked', () => {
    const { raw, room } = createProfileRoom(leave);
    raw('SetChargingProfile', set(1, 16), yes);
    raw('GetCompositeSchedule', ask, report(16));
    expect(room.reader.scheduleComparison('CP1', 1)).toMatchObject({ outcome: 'agrees', differences: [] });
    raw('GetCompositeSchedule', ask, report(32));
    const compared = room.reader.scheduleComparison('CP1', 1);
    expect(compared?.outcome).toBe('differs');
    expect(compared?.differences).toMatchObject([{ kind: 'higher', computed: 16, reported: 32 }]);
    expect(compared?.differences[0]?.text).toBe('the charge point reported 32 A, its profiles come to 16 A');
  });

  it.each([
    [{ status: 'Rejected' }, 'The charge point answered Rejected.'],
    ['NotSupported', 'The charge point answered with the error NotSupported (no).'],
    [{ status: 'Maybe' }, 'The charge point answered, but not as OCPP has it.'],
  ])('%j is no report', (answer, why) => {
    const { raw, room } = createProfileRoom(leave);
    raw('GetCompositeSchedule', ask, answer);
    expect(room.reader.scheduleComparison('CP1', 1)).toMatchObject({ outcome: 'no-report', why });
  });

  it('of a connector that can not be, nothing is kept', () => {
    const { raw, room } = createProfileRoom(leave);
    raw('GetCompositeSchedule', { ...ask, connectorId: 65 }, report(16));
    expect(room.values('SELECT count(*) FROM composite_schedules')).toEqual([0]);
  });

  it('Q17: no periods for connector 0 is no report, and less than the maximum no difference', () => {
    const { raw, room } = createProfileRoom(leave);
    raw('SetChargingProfile', set(3, 32, 0, { chargingProfilePurpose: 'ChargePointMaxProfile' }), yes);
    const whole = { ...ask, connectorId: 0 };
    raw('GetCompositeSchedule', whole, { status: 'Accepted' });
    expect(room.reader.scheduleComparison('CP1', 0)?.outcome).toBe('no-report');
    raw('GetCompositeSchedule', whole, report(20));
    expect(room.reader.scheduleComparison('CP1', 0)?.outcome).toBe('agrees');
    raw('GetCompositeSchedule', whole, report(64));
    expect(room.reader.scheduleComparison('CP1', 0)?.outcome).toBe('differs');
  });

  it('shows through the command, with and without asking', async () => {
    const { install, room, next } = createProfileRoom(leave);
    await install(terms(16), yes);
    const schedule = (ask: boolean) =>
      room.execute({ type: 'composite-schedule', chargePointId: 'CP1', connectorId: 1, durationS: 60, unit: 'W', ask });
    expect(await schedule(false).promise).toMatchObject({
      kind: 'composite-schedule',
      computed: { unit: 'W', periods: [{ startS: 0, limit: 11_040 }] },
      comparison: null,
    });
    const asked = schedule(true);
    expect(next(report(11_040, 'W'))).toEqual([
      'GetCompositeSchedule',
      { connectorId: 1, duration: 60, chargingRateUnit: 'W' },
    ]);
    expect(await asked.promise).toMatchObject({ comparison: { outcome: 'agrees' } });
  });
});
