/** Who is let in, and what may be said before that (field observation Q31, OCPP 1.6 §4.2). */
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

const started = (meterStart: number, secondsAgo = 5) => ({
  connectorId: 1,
  idTag: 'CARD',
  meterStart,
  timestamp: new Date(Date.now() - secondsAgo * 1_000).toISOString(),
});

describe('registration', () => {
  it('a stranger is Pending until approved, is then asked to boot, and is Accepted', async () => {
    site = await startSite({ policy: { unknownChargePoints: 'pending' } });
    const charger = await connect(site.url, 'CP1');
    expect(await charger.boot()).toMatchObject({ status: 'Pending', interval: 30 });
    const approved = site.controller.execute({ type: 'approve', chargePointId: 'CP1' });
    const invitation = await charger.nextCall('TriggerMessage');
    expect(invitation.payload).toEqual({ requestedMessage: 'BootNotification' });
    invitation.answer({ status: 'Accepted' });
    expect(await approved).toEqual({ kind: 'done' });
    expect(await charger.boot()).toMatchObject({ status: 'Accepted', interval: 300 });
    expect(await charger.heartbeat()).toHaveProperty('currentTime');
  });

  it('before acceptance anything but a boot is SecurityError and leaves nothing', async () => {
    site = await startSite({ policy: { unknownChargePoints: 'pending' } });
    await putToken(site, 'CARD');
    const charger = await connect(site.url, 'CP1');
    await charger.boot();
    const before = column(site, 'SELECT count(*) FROM transactions');
    for (const [action, payload] of [
      ['Heartbeat', {}],
      ['Authorize', { idTag: 'CARD' }],
      ['StartTransaction', started(10)],
      ['StopTransaction', { transactionId: 1, meterStop: 1, timestamp: new Date().toISOString() }],
      ['StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' }],
      ['SecurityEventNotification', { type: 'StartupOfTheDevice', timestamp: new Date().toISOString() }],
    ] as const) {
      expect(await charger.refusal(action, payload)).toBe('SecurityError');
    }
    expect(column(site, 'SELECT count(*) FROM transactions')).toEqual(before);
    expect(column(site, 'SELECT count(*) FROM connectors')).toEqual([0]);
  });

  it('Q31 the boot is repeated at exactly the interval while Pending: the same answer each time, one row', async () => {
    site = await startSite({ policy: { unknownChargePoints: 'pending' } });
    const charger = await connect(site.url, 'CP1');
    for (let time = 0; time < 3; time += 1)
      expect(await charger.boot()).toMatchObject({ status: 'Pending', interval: 30 });
    expect(rows(site, 'SELECT id, registration, boots FROM charge_points')).toEqual([
      { id: 'CP1', registration: 'pending', boots: 1 },
    ]);
  });

  it('Q31 while Pending it can be configured, and what we trigger is taken', async () => {
    site = await startSite({ policy: { unknownChargePoints: 'pending' } });
    const charger = await connect(site.url, 'CP1');
    await charger.boot();
    const configured = operate('GetConfiguration', {});
    (await charger.nextCall('GetConfiguration')).answer({ configurationKey: [], unknownKey: [] });
    expect(await configured).toMatchObject({ kind: 'answered' });
    const triggered = operate('TriggerMessage', { requestedMessage: 'StatusNotification' });
    (await charger.nextCall('TriggerMessage')).answer({ status: 'Accepted' });
    await triggered;
    // Without a connector it is asked for all of them, connector 0 included (OCPP 1.6 §5.17).
    for (const connectorId of [0, 1, 2]) {
      await charger.ask('StatusNotification', { connectorId, errorCode: 'NoError', status: 'Available' });
    }
    expect(column(site, 'SELECT connector_id FROM connectors ORDER BY 1')).toEqual([0, 1, 2]);
    expect(await charger.refusal('Heartbeat', {})).toBe('SecurityError');
  });

  it('Q31 while Pending the messages that an ExtendedTriggerMessage asks for have other names, and are taken', async () => {
    site = await startSite({ policy: { unknownChargePoints: 'pending' } });
    const charger = await connect(site.url, 'CP1');
    await charger.boot();
    for (const [requestedMessage, action, payload] of [
      ['SignChargePointCertificate', 'SignCertificate', { csr: 'adsad' }],
      ['FirmwareStatusNotification', 'SignedFirmwareStatusNotification', { status: 'Idle' }],
    ] as const) {
      const asked = operate('ExtendedTriggerMessage', { requestedMessage });
      (await charger.nextCall('ExtendedTriggerMessage')).answer({ status: 'Accepted' });
      await asked;
      await charger.ask(action, payload);
    }
  });

  it('Q31 a rejected charge point that answers nothing and boots now and then stays rejected', async () => {
    site = await startSite({ policy: { unknownChargePoints: 'pending' }, callTimeoutMs: 100 });
    const charger = await connect(site.url, 'CP1');
    await charger.boot();
    expect(await site.controller.execute({ type: 'reject', chargePointId: 'CP1' })).toEqual({ kind: 'done' });
    expect(await charger.boot()).toMatchObject({ status: 'Rejected', interval: 3_600 });
    expect(await charger.refusal('Heartbeat', {})).toBe('SecurityError');
    // It is asked nothing of our own accord.
    expect(charger.inbox).toEqual([]);
    const asked = operate('ClearCache');
    await charger.nextCall('ClearCache');
    expect(await asked).toEqual({ kind: 'no-answer', why: 'timeout' });
    expect(await charger.boot()).toMatchObject({ status: 'Rejected' });
  });

  it('an approved charge point stays approved across a reconnect', async () => {
    site = await startSite({ policy: { unknownChargePoints: 'pending' } });
    const charger = await connect(site.url, 'CP1');
    await charger.boot();
    await charger.close();
    await site.controller.execute({ type: 'approve', chargePointId: 'CP1' });
    const again = await connect(site.url, 'CP1');
    expect(await again.heartbeat()).toHaveProperty('currentTime');
  });

  it('nobody is approved who has never booted', async () => {
    site = await startSite({ policy: { unknownChargePoints: 'pending' } });
    expect(await site.controller.execute({ type: 'approve', chargePointId: 'NOBODY' })).toMatchObject({
      kind: 'unknown',
    });
  });

  it('a boot does not end a running transaction', async () => {
    const charger = await booted();
    await putToken(site, 'CARD');
    await charger.ask('StartTransaction', started(10));
    await charger.boot();
    expect(column(site, 'SELECT state FROM transactions')).toEqual(['running']);
  });

  it('the time of the boot answer is UTC with Z, and ours', async () => {
    const charger = await booted();
    const { currentTime } = await charger.boot();
    expect(currentTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Math.abs(Date.parse(String(currentTime)) - Date.now())).toBeLessThan(5_000);
  });
});
