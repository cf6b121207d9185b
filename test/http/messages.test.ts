import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, type Site, startSite } from './fixture.ts';

type Frame = {
  seq: number;
  chargePointId: string;
  direction: string;
  type: string | null;
  action: string | null;
  messageId: string | null;
  outcome: string;
  text: string;
  cut: boolean;
};
let site: Site;
const frames = async (query = ''): Promise<Frame[]> =>
  (await ask(site.app, 'GET', `/api/v1/messages${query}`)).json.items;

beforeAll(async () => {
  site = await startSite();
  const cp1 = await site.connect('CP1');
  await cp1.boot();
  await cp1.call('Fly', {});
  const settings = Array.from({ length: 200 }, (_, index) => ({
    key: `Setting${index}`,
    readonly: false,
    value: `value ${index}`,
  }));
  cp1.answerWith((id, action) =>
    action === 'GetConfiguration'
      ? JSON.stringify([
          3,
          id,
          { configurationKey: [{ key: 'AuthorizationKey', readonly: false, value: 'hunter2' }, ...settings] },
        ])
      : JSON.stringify([3, id, { status: 'Accepted' }]),
  );
  const operations = '/api/v1/charge-points/CP1/operations';
  await ask(site.app, 'POST', `${operations}/ChangeConfiguration`, { key: 'AuthorizationKey', value: 'hunter2' });
  await ask(site.app, 'POST', `${operations}/GetConfiguration`, {});
  await ask(site.app, 'POST', `${operations}/UpdateFirmware`, {
    location: 'ftp://busbar:hunter2@files.example/new.bin',
    retrieveDate: '2026-01-01T00:00:00Z',
  });
  const cp2 = await site.connect('CP2');
  await cp2.boot();
});
afterAll(() => site.close());

it('lists frames newest first, each with what it was and what became of it', async () => {
  const all = await frames();
  expect(all.map(({ seq }) => seq)).toEqual(all.map(({ seq }) => seq).sort((a, b) => b - a));
  const told = (frame: Frame | undefined) => [frame?.direction, frame?.type, frame?.action, frame?.outcome];
  const cp1 = all.filter(({ chargePointId }) => chargePointId === 'CP1').reverse();
  expect(cp1.map(told)).toEqual([
    ['in', 'call', 'BootNotification', 'ok'],
    ['out', 'result', 'BootNotification', 'ok'],
    ['in', 'call', 'Fly', 'NotImplemented'],
    ['out', 'error', 'Fly', 'NotImplemented'],
    ['out', 'call', 'ChangeConfiguration', 'sent'],
    ['in', 'result', 'ChangeConfiguration', 'ok'],
    ['out', 'call', 'GetConfiguration', 'sent'],
    ['in', 'result', 'GetConfiguration', 'ok'],
    ['out', 'call', 'UpdateFirmware', 'sent'],
    ['in', 'result', 'UpdateFirmware', 'ok'],
  ]);
});

it('filters, and knows the action of an answer also where its call is not listed', async () => {
  expect((await frames('?limit=1')).map(({ chargePointId, action }) => [chargePointId, action])).toEqual([
    ['CP2', 'BootNotification'],
  ]);
  const sent = await frames('?chargePointId=CP1&direction=out');
  expect(sent.length).toBe(5);
  expect(sent.every(({ direction }) => direction === 'out')).toBe(true);
  const received = await frames('?chargePointId=CP1&direction=in');
  expect(received[0]).toMatchObject({ type: 'result', action: 'UpdateFirmware' });
  expect(await frames('?chargePointId=__proto__')).toEqual([]);
  expect((await ask(site.app, 'GET', '/api/v1/messages?limit=501')).status).toBe(400);
});

it('shows no secret, not in a cut frame either', async () => {
  const all = await frames();
  expect(all.some(({ cut }) => cut)).toBe(true);
  expect(JSON.stringify(all)).not.toContain('hunter2');
  expect(all.find(({ action, type }) => action === 'ChangeConfiguration' && type === 'call')?.text).toContain(
    '{"key":"AuthorizationKey","value":"***"}',
  );
  expect(all.find(({ text }) => text.includes('files.example'))?.text).toContain('ftp://***@files.example/new.bin');
});
