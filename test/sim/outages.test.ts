import { expect, it } from 'vitest';
import type { Transfer } from '../../src/sim/transfer.ts';
import { begin, start, world } from './virtual-world.ts';

/** Files and security events over minutes and outages, in virtual time with a scripted transfer. */

type Move = { readonly url: string; readonly end: (content: Buffer | null) => void; aborted: boolean };

function scriptedTransfer(): { transfer: Transfer; moves: Move[] } {
  const moves: Move[] = [];
  const move = (url: string, end: Move['end']) => {
    const one: Move = { url, end, aborted: false };
    moves.push(one);
    return () => {
      one.aborted = true;
    };
  };
  const transfer: Transfer = {
    upload: (url, _content, done) => move(url, (content) => done(content === null ? 'failed' : 'done')),
    download: (url, _most, done) => move(url, done),
  };
  return { transfer, moves };
}

const statuses = (one: ReturnType<typeof world>, action: string) =>
  one.script.sent.filter((sent) => sent.action === action).map(({ payload }) => payload.status);

function settled(...options: Parameters<typeof world>): ReturnType<typeof world> {
  const one = world(...options);
  one.clock.advance(5);
  return one;
}

it('retrieves no firmware before its time, and tries as often and as patiently as it is told', () => {
  const { transfer, moves } = scriptedTransfer();
  const one = settled(undefined, 0, { transfer });
  const retrieveDate = new Date(start + 600_000).toISOString();
  one.script.call('CP', 'UpdateFirmware', { location: 'http://h/f', retrieveDate, retries: 2, retryInterval: 100 });
  one.clock.advance(590);
  expect(moves).toHaveLength(0);
  one.clock.advance(10);
  expect(moves.map(({ url }) => url)).toEqual(['http://h/f']);
  moves[0]?.end(null);
  one.clock.advance(95);
  expect(moves).toHaveLength(1);
  one.clock.advance(10);
  expect(moves).toHaveLength(2);
  moves[1]?.end(null);
  one.clock.advance(300);
  expect(moves).toHaveLength(2);
  expect(statuses(one, 'FirmwareStatusNotification')).toEqual(['Downloading', 'DownloadFailed']);
});

it('left to itself tries three times, and never more than ten', () => {
  for (const [retries, tries] of [
    [undefined, 3],
    [0, 1],
    [1_000, 10],
  ]) {
    const { transfer, moves } = scriptedTransfer();
    const one = settled(undefined, 0, { transfer });
    one.script.call('CP', 'GetDiagnostics', { location: 'http://h/', ...(retries === undefined ? {} : { retries }) });
    for (let each = 0; each < 20; each += 1) {
      moves[each]?.end(null);
      one.clock.advance(25);
    }
    expect(moves).toHaveLength(tries ?? 0);
    expect(statuses(one, 'DiagnosticsStatusNotification')).toEqual(['Uploading', 'UploadFailed']);
  }
});

it('forgets an upload when the power is cut, and an update that had not begun to install', () => {
  const { transfer, moves } = scriptedTransfer();
  const one = settled(undefined, 0, { transfer });
  one.script.call('CP', 'GetDiagnostics', { location: 'http://h/' });
  const retrieveDate = new Date(start).toISOString();
  one.script.call('CP', 'UpdateFirmware', { location: 'http://h/f', retrieveDate });
  one.clock.advance(1);
  expect(moves).toHaveLength(2);
  one.point.powerCycle(5);
  expect(moves.map(({ aborted }) => aborted)).toEqual([true, true]);
  one.clock.advance(600);
  expect(moves).toHaveLength(2);
  one.script.call('CP', 'TriggerMessage', { requestedMessage: 'FirmwareStatusNotification' });
  expect(statuses(one, 'FirmwareStatusNotification')).toEqual(['Downloading', 'Idle']);
});

it('installs between two cars, and keeps the next one waiting until it has', () => {
  const { transfer, moves } = scriptedTransfer();
  const one = settled(undefined, 0, { transfer });
  begin(one);
  const retrieveDate = new Date(start).toISOString();
  one.script.call('CP', 'UpdateFirmware', { location: 'http://h/v2', retrieveDate });
  moves[0]?.end(Buffer.from('firmware'));
  one.clock.advance(3600);
  expect(statuses(one, 'FirmwareStatusNotification')).toEqual(['Downloading', 'Downloaded']);
  one.connector.presentCard('CARD');
  one.clock.advance(60);
  expect(statuses(one, 'FirmwareStatusNotification')).toEqual(['Downloading', 'Downloaded', 'Installing', 'Installed']);
  expect(one.point.flash.firmwareVersion).toBe('v2');
  begin(one);
  expect(one.connector.transaction).not.toBeNull();
});

it('repeats a security event after an outage until the Central System has answered', () => {
  let answers = false;
  const one = settled(({ action }) => (action === 'SecurityEventNotification' && !answers ? null : undefined), 0, {
    quirks: { reportsStartup: true },
  });
  const told = () => one.script.sent.filter(({ action }) => action === 'SecurityEventNotification');
  expect(told()).toHaveLength(1);
  one.clock.advance(60);
  expect(told()).toHaveLength(1);
  answers = true;
  one.point.powerCycle(10);
  one.clock.advance(60);
  expect(told().map(({ payload }) => payload.type)).toEqual(Array(3).fill('StartupOfTheDevice'));
  expect(told()[1]?.payload.timestamp).toBe(told()[0]?.payload.timestamp);
  expect(one.point.flash.securityEvents.every((event) => event.told)).toBe(true);
  one.script.hangUp('CP');
  one.clock.advance(60);
  expect(told()).toHaveLength(3);
});

it('reports a conflict when the Central System refuses a listed card, whichever answer says so', () => {
  const listed = {
    listVersion: 1,
    updateType: 'Full',
    localAuthorizationList: [{ idTag: 'CARD', idTagInfo: { status: 'Accepted' } }],
  };
  const blocked = { idTagInfo: { status: 'Blocked' } };
  for (const action of ['Authorize', 'StartTransaction', 'StopTransaction']) {
    const one = settled((sent) => (sent.action === action ? { transactionId: 1, ...blocked } : undefined));
    one.script.call('CP', 'SendLocalList', listed);
    begin(one);
    if (one.connector.transaction !== null) one.connector.presentCard('CARD');
    one.clock.advance(5);
    const conflicts = one.script.sent.filter(({ payload }) => payload.errorCode === 'LocalListConflict');
    expect(
      conflicts.map(({ payload }) => payload.connectorId),
      action,
    ).toEqual([0]);
  }
});
