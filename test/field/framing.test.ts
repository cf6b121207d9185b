/** How frames really look (field observations Q5, Q10 to Q13), and the rules of OCPP-J §4. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import { type ChargePoint, connect } from '../support/charge-point.ts';
import { startSite, type TestSite } from '../support/site.ts';
import { column, putToken, rows } from '../support/site-rows.ts';

let site: TestSite;
afterEach(() => site.stop());

async function booted(id = 'CP1', options: Parameters<typeof startSite>[0] = {}): Promise<ChargePoint> {
  site = await startSite(options);
  const charger = await connect(site.url, id);
  await charger.boot();
  return charger;
}

const operate = (action: string, payload: object = {}, chargePointId = 'CP1') =>
  site.controller.execute({ type: 'operate', chargePointId, action, payload } satisfies Command);

const counters = (id = 'CP1') => {
  const line = site.controller.lines.get(id);
  if (line === null) throw new Error(`nothing is known of ${id}`);
  return line.counters;
};

const started = (meterStart: number, secondsAgo = 5) => ({
  connectorId: 1,
  idTag: 'CARD',
  meterStart,
  timestamp: new Date(Date.now() - secondsAgo * 1_000).toISOString(),
});

describe('what a charge point calls', () => {
  it('Q5 CustomOperation is answered NotImplemented and the socket stays', async () => {
    const charger = await booted();
    expect(await charger.refusal('CustomOperation', {})).toBe('NotImplemented');
    expect(await charger.heartbeat()).toHaveProperty('currentTime');
  });

  it('an action of the central system is answered NotSupported, and letter case counts', async () => {
    const charger = await booted();
    expect(await charger.refusal('RemoteStartTransaction', { idTag: 'CARD' })).toBe('NotSupported');
    expect(await charger.refusal('heartbeat', {})).toBe('NotImplemented');
  });

  it('Q10 message ids begin at 1 again after a reboot', async () => {
    site = await startSite();
    await putToken(site, 'CARD');
    const ids: unknown[] = [];
    for (const meterStart of [1_000, 2_000]) {
      const charger = await connect(site.url, 'CP1');
      await charger.ask('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' }, '1');
      const answer = await charger.ask('StartTransaction', started(meterStart), '2');
      ids.push(answer.transactionId);
      await charger.close();
    }
    expect(new Set(ids).size).toBe(2);
    expect(column(site, 'SELECT boots FROM charge_points')).toEqual([2]);
  });

  it('Q10 two charge points that use the same message ids at the same time do not mix', async () => {
    const first = await booted();
    const second = await connect(site.url, 'CP2');
    await second.boot();
    await putToken(site, 'CARD');
    const [one, two] = await Promise.all([
      first.ask('StartTransaction', started(10), '995414309'),
      second.ask('StartTransaction', started(20), '995414309'),
    ]);
    expect(one.transactionId).not.toBe(two.transactionId);
    expect(rows(site, 'SELECT id, meter_start_wh AS wh FROM transactions ORDER BY wh')).toEqual([
      { id: one.transactionId, wh: 10 },
      { id: two.transactionId, wh: 20 },
    ]);
  });

  it('Q10 blanks and line breaks in the frame, ids that are no UUIDs', async () => {
    const charger = await booted();
    for (const messageId of ['1', '995414309', 'zzzz-not-a-uuid', 'a b', '']) {
      charger.send(`[2, ${JSON.stringify(messageId)},\r\n "Heartbeat" , { } ]`);
      expect(await charger.answerTo(messageId)).toMatchObject({ kind: 'result' });
    }
  });

  it('a payload of null is an empty one', async () => {
    const charger = await booted();
    charger.send('[2,"n","Heartbeat",null]');
    expect(await charger.answerTo('n')).toMatchObject({ kind: 'result' });
  });

  it('a repeated message id with the same content gets the same answer and does nothing twice', async () => {
    const charger = await booted();
    await putToken(site, 'CARD');
    const start = started(10);
    const first = await charger.ask('StartTransaction', start, 'x');
    expect(await charger.ask('StartTransaction', start, 'x')).toEqual(first);
    expect(column(site, 'SELECT kind FROM evidence')).toEqual(['start']);
    expect(counters().replayed).toBe(1);
    const status = { connectorId: 1, errorCode: 'NoError', status: 'Charging' };
    await charger.ask('StatusNotification', status, 'y');
    await charger.ask('StatusNotification', status, 'y');
    expect(column(site, 'SELECT count(*) FROM status_log')).toEqual([1]);
  });

  it('a repeated message id with other content is another message', async () => {
    const charger = await booted();
    await putToken(site, 'CARD');
    const first = await charger.ask('StartTransaction', started(10), 'x');
    const second = await charger.ask('StartTransaction', started(20, 2), 'x');
    expect(second.transactionId).not.toBe(first.transactionId);
  });

  it('a repetition is not recognised across connections by its message id', async () => {
    const charger = await booted();
    await charger.ask('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' }, '7');
    await charger.close();
    const again = await connect(site.url, 'CP1');
    await again.ask('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' }, '7');
    expect(column(site, 'SELECT count(*) FROM status_log')).toEqual([2]);
  });

  it('calls of the charge point are answered while ours is pending', async () => {
    const charger = await booted();
    const asked = operate('TriggerMessage', { requestedMessage: 'Heartbeat' });
    const call = await charger.nextCall('TriggerMessage');
    expect(await charger.heartbeat()).toHaveProperty('currentTime');
    call.answer({ status: 'Accepted' });
    expect(await asked).toEqual({ kind: 'answered', operationId: expect.any(String), payload: { status: 'Accepted' } });
  });
});

describe('what a charge point answers', () => {
  it('Q11 an action that is never answered times out and the next call goes out', async () => {
    const charger = await booted('CP1', { callTimeoutMs: 300 });
    const silent = operate('GetDiagnostics', { location: 'ftp://host/dir' });
    await charger.nextCall('GetDiagnostics');
    expect(await silent).toEqual({ kind: 'no-answer', why: 'timeout' });
    const call = operate('GetLocalListVersion');
    (await charger.nextCall('GetLocalListVersion')).answer({ listVersion: 0 });
    expect(await call).toEqual({ kind: 'answered', operationId: expect.any(String), payload: { listVersion: 0 } });
  });

  it('Q11 NotImplemented and NotSupported are both outcomes, and the queue goes on', async () => {
    const charger = await booted();
    for (const code of ['NotImplemented', 'NotSupported']) {
      const asked = operate('GetLog', {
        log: { remoteLocation: 'http://host/log' },
        logType: 'SecurityLog',
        requestId: 1,
      });
      (await charger.nextCall('GetLog')).fail(code, 'no');
      expect(await asked).toEqual({
        kind: 'call-error',
        operationId: expect.any(String),
        code,
        description: 'no',
        details: {},
      });
    }
  });

  it('Q12 an oversize request that is dropped without a word costs its own time-out only', async () => {
    const charger = await booted('CP1', { callTimeoutMs: 400 });
    const localAuthorizationList = Array.from({ length: 150 }, (_, index) => ({
      idTag: `CARD${index}`,
      idTagInfo: { status: 'Accepted' },
    }));
    const big = operate('SendLocalList', { listVersion: 1, updateType: 'Full', localAuthorizationList });
    expect((await charger.nextCall('SendLocalList')).payload.localAuthorizationList).toHaveLength(150);
    expect(await big).toEqual({ kind: 'no-answer', why: 'timeout' });
    const small = operate('SendLocalList', { listVersion: 1, updateType: 'Full' });
    (await charger.nextCall('SendLocalList')).answer({ status: 'Accepted' });
    expect(await small).toEqual({ kind: 'answered', operationId: expect.any(String), payload: { status: 'Accepted' } });
  });

  it('Q12 one charge point that never answers does not hold up another', async () => {
    const silent = await booted('CP1', { callTimeoutMs: 60_000 });
    const quick = await connect(site.url, 'CP2');
    await quick.boot();
    const never = operate('ClearCache');
    await silent.nextCall();
    const asked = operate('ClearCache', {}, 'CP2');
    (await quick.nextCall()).answer({ status: 'Accepted' });
    expect(await asked).toMatchObject({ kind: 'answered' });
    silent.crash();
    expect(await never).toEqual({ kind: 'no-answer', why: 'disconnected' });
  });

  it('one call at a time is outstanding', async () => {
    const charger = await booted();
    const first = operate('ClearCache');
    const second = operate('GetLocalListVersion');
    const call = await charger.nextCall();
    expect(call.action).toBe('ClearCache');
    await charger.heartbeat();
    expect(charger.inbox).toEqual([]);
    call.answer({ status: 'Rejected' });
    (await charger.nextCall('GetLocalListVersion')).answer({ listVersion: -1 });
    expect(await first).toEqual({ kind: 'answered', operationId: expect.any(String), payload: { status: 'Rejected' } });
    expect(await second).toEqual({ kind: 'answered', operationId: expect.any(String), payload: { listVersion: -1 } });
  });

  it.each([
    ['OccurenceConstraintViolation', 'one r'],
    ['OccurrenceConstraintViolation', 'two'],
    ['FormatViolation', 'SAP'],
    ['FormationViolation', 'as published'],
    ['MadeUpByAVendor', 'x'.repeat(500)],
    ['GenericError', 'JSON too long\n\n  at line 1\r\n\ttab'],
  ])('Q13 CALLERROR %s is an outcome, with its spelling', async (code, description) => {
    const charger = await booted();
    const asked = operate('ClearCache');
    (await charger.nextCall()).fail(code, description);
    expect(await asked).toEqual({
      kind: 'call-error',
      operationId: expect.any(String),
      code,
      description,
      details: {},
    });
  });

  it('Q13 errorDetails may be a string, be missing, or the description too', async () => {
    const charger = await booted();
    const first = operate('ClearCache');
    (await charger.nextCall()).fail('InternalError', 'odd', 'a string');
    expect(await first).toEqual({
      kind: 'call-error',
      operationId: expect.any(String),
      code: 'InternalError',
      description: 'odd',
      details: 'a string',
    });
    const second = operate('ClearCache');
    charger.send(`[4,"${(await charger.nextCall()).messageId}","InternalError"]`);
    expect(await second).toEqual({
      kind: 'call-error',
      operationId: expect.any(String),
      code: 'InternalError',
      description: '',
      details: {},
    });
  });

  it('a late answer is ignored and counted', async () => {
    const charger = await booted('CP1', { callTimeoutMs: 100 });
    const asked = operate('ClearCache');
    const call = await charger.nextCall();
    expect(await asked).toEqual({ kind: 'no-answer', why: 'timeout' });
    call.answer({ status: 'Accepted' });
    await charger.heartbeat();
    expect(counters()).toMatchObject({ lateAnswers: 1, unknownAnswers: 0 });
  });

  it('an answer to nothing, and a second answer, are ignored and counted', async () => {
    const charger = await booted();
    charger.send('[3,"never-asked",{"status":"Accepted"}]');
    charger.send('[4,"never-asked","GenericError","",{}]');
    await charger.heartbeat();
    expect(counters().unknownAnswers).toBe(2);
    const asked = operate('ClearCache');
    const call = await charger.nextCall();
    call.answer({ status: 'Accepted' });
    call.answer({ status: 'Rejected' });
    await charger.heartbeat();
    expect(await asked).toEqual({ kind: 'answered', operationId: expect.any(String), payload: { status: 'Accepted' } });
    expect(counters().unknownAnswers).toBe(3);
  });

  it('an answer of another charge point to our call is not taken for its own', async () => {
    const charger = await booted();
    const thief = await connect(site.url, 'CP2');
    await thief.boot();
    const asked = operate('ClearCache');
    const call = await charger.nextCall();
    thief.send(JSON.stringify([3, call.messageId, { status: 'Rejected' }]));
    await thief.heartbeat();
    call.answer({ status: 'Accepted' });
    expect(await asked).toEqual({ kind: 'answered', operationId: expect.any(String), payload: { status: 'Accepted' } });
    expect(counters('CP2').unknownAnswers).toBe(1);
  });
});
