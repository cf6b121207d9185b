import { describe, expect, it } from 'vitest';
import { createControlRoom } from '../../support/control-room.ts';
import { token } from '../../support/things.ts';

type Room = ReturnType<typeof createControlRoom>;
type Station = ReturnType<Room['boot']>;

const columns = 'state, outcome, answered_ms IS NOT NULL AS answered, closed_ms IS NOT NULL AS closed';

function createSite() {
  const room = createControlRoom({ policy: { concurrentTransactions: 'allow' } });
  const station = room.boot('CP1');
  room.execute({ type: 'put-token', token: token({ idTag: 'CARD' }) });
  return {
    room,
    station,
    /** Asks for it; what came of it so far. */
    ask(action: string, payload: object, answer: object | null): void {
      room.execute({ type: 'operate', chargePointId: 'CP1', action, payload });
      const [id] = station.calls().at(-1) ?? [];
      if (answer !== null) station.answer(id, answer);
    },
    state: (): string => String(room.values('SELECT state FROM operations ORDER BY rowid DESC LIMIT 1')[0]),
    row: () => room.database.prepare(`SELECT ${columns} FROM operations ORDER BY rowid DESC LIMIT 1`).get(),
  };
}

const accepted = { status: 'Accepted' };
const at = (seconds = 0): string => new Date(Date.UTC(2026, 0, 15, 12, 0, seconds)).toISOString();
const start = (station: Station, over: object = {}) =>
  station.call('StartTransaction', { connectorId: 1, idTag: 'CARD', meterStart: 0, timestamp: at(), ...over });
const status = (station: Station, connectorId: number, is: string) =>
  station.call('StatusNotification', { connectorId, status: is, errorCode: 'NoError' });

function reboot(station: Station, room: Room): void {
  station.drop();
  room.boot('CP1');
}

describe('what was asked is followed to its end', () => {
  it.each<[string, object, object, (station: Station, room: Room) => void]>([
    ['Reset', { type: 'Soft' }, accepted, reboot],
    ['RemoteStartTransaction', { idTag: 'card', connectorId: 1 }, accepted, (station) => start(station)],
    [
      'ChangeAvailability',
      { connectorId: 1, type: 'Inoperative' },
      accepted,
      (station) => status(station, 1, 'Unavailable'),
    ],
    [
      'ChangeAvailability',
      { connectorId: 1, type: 'Inoperative' },
      { status: 'Scheduled' },
      (station) => status(station, 1, 'Unavailable'),
    ],
    ['TriggerMessage', { requestedMessage: 'Heartbeat' }, accepted, (station) => station.call('Heartbeat', {})],
    [
      'TriggerMessage',
      { requestedMessage: 'StatusNotification', connectorId: 2 },
      accepted,
      (station) => status(station, 2, 'Available'),
    ],
    [
      'ExtendedTriggerMessage',
      { requestedMessage: 'SignChargePointCertificate' },
      accepted,
      (station) => station.call('SignCertificate', { csr: 'x' }),
    ],
    [
      'GetDiagnostics',
      { location: 'http://10.0.0.1/up' },
      { fileName: 'diag.zip' },
      (station) => station.call('DiagnosticsStatusNotification', { status: 'Uploaded' }),
    ],
    [
      'UpdateFirmware',
      { location: 'http://10.0.0.1/fw', retrieveDate: at() },
      {},
      (station) => station.call('FirmwareStatusNotification', { status: 'Installed' }),
    ],
    [
      'GetLog',
      { logType: 'SecurityLog', requestId: 7, log: { remoteLocation: 'http://10.0.0.1/up' } },
      accepted,
      (station) => station.call('LogStatusNotification', { status: 'Uploaded', requestId: 7 }),
    ],
    ['ChangeConfiguration', { key: 'WebSocketPingInterval', value: '30' }, { status: 'RebootRequired' }, reboot],
  ])('%s %j answered %j is done by what comes later', (action, payload, answer, later) => {
    const { room, station, ask, state, row } = createSite();
    ask(action, payload, null);
    expect(state()).toBe('sent');
    const [id] = station.calls().at(-1) ?? [];
    station.answer(id, answer);
    expect(row()).toMatchObject({ state: 'accepted', answered: 1, closed: 0 });
    station.call('Heartbeat', {});
    if (!JSON.stringify(payload).includes('Heartbeat')) expect(state()).toBe('accepted');
    later(station, room);
    expect(row()).toMatchObject({ state: 'done', closed: 1 });
  });

  it('RemoteStopTransaction is done when that transaction stops, and not when another does', () => {
    const { station, ask, state } = createSite();
    const first = start(station)?.[2] as { transactionId: number };
    const second = start(station, { connectorId: 2, idTag: 'OTHER' })?.[2] as { transactionId: number };
    ask('RemoteStopTransaction', { transactionId: first.transactionId }, accepted);
    const stop = (transactionId: number) =>
      station.call('StopTransaction', { transactionId, meterStop: 10, timestamp: at(60) });
    stop(second.transactionId);
    expect(state()).toBe('accepted');
    stop(first.transactionId);
    expect(state()).toBe('done');
  });

  it('RemoteStopTransaction that is answered after the stop is done at once', () => {
    const { station, ask, state } = createSite();
    const [, , answer] = start(station) ?? [];
    const { transactionId } = answer as { transactionId: number };
    ask('RemoteStopTransaction', { transactionId }, null);
    const [id] = station.calls().at(-1) ?? [];
    station.call('StopTransaction', { transactionId, meterStop: 10, timestamp: at(60) });
    station.answer(id, accepted);
    expect(state()).toBe('done');
  });

  it('a start that was queued before the remote start is another session', () => {
    const { station, ask, state } = createSite();
    ask('RemoteStartTransaction', { idTag: 'CARD' }, accepted);
    start(station, { timestamp: new Date(Date.UTC(2026, 0, 15, 11)).toISOString() });
    expect(state()).toBe('accepted');
    start(station, { connectorId: 2, timestamp: at(5) });
    expect(state()).toBe('done');
  });

  it('a remote start of a card that may not charge has failed, though it runs', () => {
    const { station, ask, row } = createSite();
    ask('RemoteStartTransaction', { idTag: 'NOBODY' }, accepted);
    start(station, { idTag: 'NOBODY' });
    expect(row()).toMatchObject({ state: 'failed', outcome: expect.stringContaining('Invalid') });
  });

  it.each([
    ['GetDiagnostics', { location: 'http://10.0.0.1/up' }, {}, 'DiagnosticsStatusNotification', 'UploadFailed'],
    [
      'UpdateFirmware',
      { location: 'http://10.0.0.1/fw', retrieveDate: at() },
      {},
      'FirmwareStatusNotification',
      'InstallationFailed',
    ],
  ])('%s has failed when %s', (action, payload, answer, message, failure) => {
    const { station, ask, row } = createSite();
    ask(action, payload, answer);
    station.call(message, { status: failure });
    expect(row()).toMatchObject({ state: 'failed', outcome: `The charge point reports ${failure}.` });
  });

  it.each([
    ['UnlockConnector', { connectorId: 1 }, { status: 'Unlocked' }, 'done'],
    ['UnlockConnector', { connectorId: 1 }, { status: 'UnlockFailed' }, 'refused'],
    ['UnlockConnector', { connectorId: 9 }, { status: 'NotSupported' }, 'refused'],
    ['ClearCache', {}, { status: 'Rejected' }, 'refused'],
    ['Reset', { type: 'Hard' }, { status: 'Rejected' }, 'refused'],
    ['GetConfiguration', {}, { configurationKey: [] }, 'done'],
    ['GetConfiguration', {}, { nonsense: 1, configurationKey: 'x' }, 'failed'],
  ])('%s %j answered %j is %s at once', (action, payload, answer, expected) => {
    const { ask, row } = createSite();
    ask(action, payload, answer);
    expect(row()).toMatchObject({ state: expected, closed: 1 });
  });

  it('a change of availability that is so already is done at once', () => {
    const { station, ask, state } = createSite();
    status(station, 1, 'Unavailable');
    ask('ChangeAvailability', { connectorId: 1, type: 'Inoperative' }, accepted);
    expect(state()).toBe('done');
  });

  it('an error is a failure with its code', () => {
    const { room, station, ask } = createSite();
    ask('ClearCache', {}, null);
    const [id] = station.calls().at(-1) ?? [];
    station.say(JSON.stringify([4, id, 'NotSupported', 'no cache', {}]));
    expect(room.database.prepare('SELECT state, error_code, error_description FROM operations').get()).toEqual({
      state: 'failed',
      error_code: 'NotSupported',
      error_description: 'no cache',
    });
  });

  it('silence, and a lost connection, are no answer', () => {
    const { room, station, ask, row, state } = createSite();
    ask('ClearCache', {}, null);
    room.clock.advance(30_000);
    expect(row()).toMatchObject({ state: 'no-answer', answered: 0, closed: 1 });
    ask('ClearCache', {}, null);
    station.drop();
    expect(state()).toBe('no-answer');
  });

  it('what was agreed to and never happens is given up, also while the charge point is away', () => {
    const { room, station, ask, row } = createSite();
    ask('Reset', { type: 'Soft' }, accepted);
    station.drop();
    room.clock.advance(599_000);
    expect(row()).toMatchObject({ state: 'accepted' });
    room.clock.advance(2_000);
    expect(row()).toMatchObject({ state: 'timed-out', closed: 1 });
  });

  it('survives a restart: agreed ones wait on, the answer of others will never come', () => {
    const { room, station, ask } = createSite();
    ask('Reset', { type: 'Soft' }, accepted);
    ask('ClearCache', {}, null);
    const again = createControlRoom({ database: room.database });
    again.clock.settle();
    const states = 'SELECT state FROM operations ORDER BY rowid';
    expect(again.values(states)).toEqual(['accepted', 'no-answer']);
    again.boot('CP1');
    expect(again.values(states)).toEqual(['done', 'no-answer']);
    expect(station.state.is).toBe('open');
  });

  it('a BootNotification on the same connection is no reboot', () => {
    const { station, ask, state } = createSite();
    ask('Reset', { type: 'Hard' }, accepted);
    station.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
    expect(state()).toBe('accepted');
  });

  it('a soft reset that boots on the same connection before it answers has done it', () => {
    const { station, ask, row, state } = createSite();
    ask('Reset', { type: 'Soft' }, null);
    station.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
    expect(state()).toBe('sent');
    station.answer(station.calls().at(-1)?.[0], accepted);
    expect(row()).toMatchObject({ state: 'done', answered: 1, closed: 1 });
    // What it refuses, it has not done.
    ask('Reset', { type: 'Soft' }, null);
    station.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
    station.answer(station.calls().at(-1)?.[0], { status: 'Rejected' });
    expect(state()).toBe('refused');
  });

  it('a charge point that reboots instead of answering has done it', () => {
    const { room, station, ask, row } = createSite();
    ask('Reset', { type: 'Hard' }, null);
    station.drop();
    expect(row()).toMatchObject({ state: 'no-answer', closed: 0 });
    room.boot('CP1');
    expect(row()).toMatchObject({ state: 'done', answered: 0, closed: 1 });
  });

  it('keeps no secret', () => {
    const { room, ask } = createSite();
    ask('ChangeConfiguration', { key: 'AuthorizationKey', value: 'hunter2hunter2hunter2' }, accepted);
    ask(
      'GetConfiguration',
      {},
      {
        configurationKey: [{ key: 'AuthorizationKey', readonly: false, value: 'hunter2hunter2hunter2' }],
      },
    );
    const dump = JSON.stringify(room.database.prepare('SELECT * FROM operations').all());
    expect(dump).not.toContain('hunter2');
    expect(JSON.stringify(room.database.prepare('SELECT * FROM configuration_values').all())).not.toContain('hunter2');
  });

  it('an answer that could not be recorded still ends the call, and the next one goes out', async () => {
    const { room, station } = createSite();
    room.database.exec(
      "CREATE TRIGGER full BEFORE UPDATE ON operations BEGIN SELECT RAISE(ABORT, 'not this one'); END",
    );
    const first = room.execute({ type: 'operate', chargePointId: 'CP1', action: 'ClearCache', payload: {} });
    const second = room.execute({ type: 'operate', chargePointId: 'CP1', action: 'ClearCache', payload: {} });
    const [id] = station.calls().at(-1) ?? [];
    station.answer(id, accepted);
    expect((await first.promise).kind).toBe('answered');
    expect(station.calls()).toHaveLength(2);
    station.answer(station.calls().at(-1)?.[0], accepted);
    expect((await second.promise).kind).toBe('answered');
  });
});
