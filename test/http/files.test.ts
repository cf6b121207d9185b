import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fastClock } from '../support/fast-clock.ts';
import { ask, eventually, type Site, startSite } from './fixture.ts';

let site: Site;
let firmwareId: string;
beforeAll(async () => {
  site = await startSite();
  const chargePoint = await site.connect('CP1');
  await chargePoint.boot({ firmwareVersion: '1.0' });
  await eventually(site, () => site.controller.reader.registration('CP1') === 'accepted');
  firmwareId = (await upload('some firmware', 'fw.bin')).json().id;
});
afterAll(() => site.close());

const upload = (payload: string | Buffer, name: string, type = 'application/octet-stream') =>
  site.app.inject({
    method: 'POST',
    url: `/api/v1/firmware?name=${encodeURIComponent(name)}`,
    headers: { 'content-type': type },
    payload,
  });
const update = (body: unknown, id = 'CP1') =>
  ask(site.app, 'POST', `/api/v1/charge-points/${id}/firmware-updates`, body);

describe('firmware files', () => {
  it('are listed, shown and removed', async () => {
    const one = await upload('short lived', '../../etc/passwd');
    expect(one.json()).toMatchObject({ name: 'passwd', size: 11 });
    const path = `/api/v1/firmware/${one.json().id}`;
    expect(one.headers.location).toBe(path);
    expect((await ask(site.app, 'GET', path)).json).toEqual(one.json());
    const { json } = await ask(site.app, 'GET', '/api/v1/firmware');
    expect(json.items.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(['passwd', 'fw.bin']));
    expect((await ask(site.app, 'DELETE', path)).status).toBe(204);
    expect((await ask(site.app, 'DELETE', path)).status).toBe(404);
    expect((await ask(site.app, 'GET', '/api/v1/firmware/..%2f..%2fetc%2fpasswd')).status).toBe(404);
  });

  it.each([
    ['too large', Buffer.alloc(3_000_001), 'application/octet-stream', 413],
    ['empty', '', 'application/octet-stream', 400],
    ['of a type that is none', 'x', 'text/plain', 415],
    ['JSON', '{}', 'application/json', 415],
  ])('are refused where the body is %s', async (_, body, type, status) => {
    const refused = await upload(body, 'x.bin', type);
    expect(refused.statusCode).toBe(status);
    if (status === 415) expect(refused.json().detail).toContain('application/octet-stream');
  });

  it('are taken in that one place only', async () => {
    const response = await site.app.inject({
      method: 'POST',
      url: '/api/v1/charge-points/CP1/diagnostics',
      headers: { 'content-type': 'application/octet-stream' },
      payload: 'x',
    });
    expect(response.statusCode).toBe(415);
    const nameless = await site.app.inject({
      method: 'POST',
      url: '/api/v1/firmware',
      headers: { 'content-type': 'application/octet-stream' },
      payload: 'x',
    });
    expect(nameless.statusCode).toBe(400);
  });

  it('stay while something needs them', async () => {
    const { json } = await update({ firmwareId });
    expect((await ask(site.app, 'DELETE', `/api/v1/firmware/${firmwareId}`)).status).toBe(409);
    expect((await update({ firmwareId })).status).toBe(409);
    const cancelled = await ask(site.app, 'POST', `/api/v1/file-jobs/${json.id}/cancel`);
    expect([cancelled.status, cancelled.json.state]).toEqual([200, 'cancelled']);
    expect((await ask(site.app, 'POST', `/api/v1/file-jobs/${json.id}/cancel`)).status).toBe(409);
  });
});

describe('a job', () => {
  it.each([
    ['nothing to fetch', {}],
    ['two things to fetch', { firmwareId: 'x', location: 'http://nas/fw.bin' }],
    ['a firmware that is none', { firmwareId: 'none' }],
    ['an address that is none', { location: 'not an address' }],
    ['a signature alone', { location: 'http://nas/fw.bin', signature: 'AAAA' }],
    ['a time that is none', { location: 'http://nas/fw.bin', retrieveAt: '2026-02-30T00:00:00Z' }],
    ['a field that is none', { location: 'http://nas/fw.bin', location2: 'x' }],
    ['too many tries', { location: 'http://nas/fw.bin', retries: 1_000 }],
  ])('is refused with %s', async (_, body) => {
    expect((await update(body)).status).toBe(400);
  });

  it('is refused for a charge point that nobody knows, or that has never been here', async () => {
    expect((await update({ firmwareId }, 'nobody')).status).toBe(404);
    expect((await update({ firmwareId }, 'CP2')).status).toBe(409);
    const span = { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' };
    expect((await ask(site.app, 'POST', '/api/v1/charge-points/CP1/diagnostics', span)).status).toBe(400);
    expect((await ask(site.app, 'POST', '/api/v1/charge-points/CP1/logs', {})).status).toBe(400);
  });

  it('hides the password in an address of the operator’s, and has no file until one is there', async () => {
    const { status, json, headers } = await update({ location: 'ftp://user:secret@nas/fw.bin' });
    expect([status, json.location]).toEqual([201, 'ftp://***@nas/fw.bin']);
    expect(headers.location).toBe(`/api/v1/file-jobs/${json.id}`);
    expect((await ask(site.app, 'GET', `/api/v1/diagnostics/${json.id}/file`)).status).toBe(404);
    expect((await ask(site.app, 'GET', `/api/v1/diagnostics/${json.id}`)).status).toBe(404);
    const { json: list } = await ask(site.app, 'GET', '/api/v1/file-jobs?chargePointId=CP1&limit=1');
    expect(list).toMatchObject({ items: [{ id: json.id }], next: expect.any(String) });
    expect((await ask(site.app, 'GET', '/api/v1/file-jobs?cursor=x')).status).toBe(400);
    expect((await ask(site.app, 'GET', '/api/v1/diagnostics')).json.items).toEqual([]);
    await ask(site.app, 'POST', `/api/v1/file-jobs/${json.id}/cancel`);
  });
});

describe('a campaign', () => {
  const begin = (body: object) => ask(site.app, 'POST', '/api/v1/firmware/campaigns', body);

  it.each([
    ['nobody', {}],
    ['charge points in two ways', { chargePointIds: ['CP1'], filter: { all: true } }],
    ['a charge point that is none', { chargePointIds: ['nobody'] }],
    ['nobody that fits', { filter: { vendor: 'Nobody' } }],
    ['an empty filter', { filter: {} }],
    ['hours that are none', { filter: { all: true }, window: { from: '25:00', to: '26:00' } }],
    ['a pattern that is none', { filter: { all: true }, window: { cron: 'at ten', durationS: 60 } }],
  ])('is refused with %s', async (_, body) => {
    expect((await begin({ firmwareId, ...body })).status).toBe(400);
  });

  it('is refused without firmware', async () => {
    expect((await begin({ firmwareId: 'none', filter: { all: true } })).status).toBe(400);
  });

  it('has its hours as a pattern, is paused, resumed, cancelled and listed', async () => {
    const { status, json } = await begin({
      firmwareId,
      filter: { vendor: 'Acme', firmwareVersion: '1.0' },
      window: { from: '22:30', to: '05:00' },
    });
    expect(status).toBe(201);
    expect(json).toMatchObject({ state: 'running', onlyWhenIdle: true, atATime: 1, stopAfterFailures: 1 });
    expect(json.window).toEqual({ cron: '30 22 * * *', durationS: 23_400 });
    const path = `/api/v1/firmware/campaigns/${json.id}`;
    expect((await ask(site.app, 'POST', `${path}/resume`)).status).toBe(409);
    expect((await ask(site.app, 'POST', `${path}/pause`)).json.state).toBe('paused');
    expect((await ask(site.app, 'POST', `${path}/resume`)).json.state).toBe('running');
    expect((await ask(site.app, 'POST', `${path}/cancel`)).json.state).toBe('cancelled');
    expect((await ask(site.app, 'GET', path)).json.chargePoints).toMatchObject([{ chargePointId: 'CP1' }]);
    expect((await ask(site.app, 'GET', '/api/v1/firmware/campaigns')).json.items).toHaveLength(1);
    expect((await ask(site.app, 'GET', '/api/v1/firmware/campaigns/none')).status).toBe(404);
    expect((await ask(site.app, 'GET', '/api/v1/firmware/campaigns?cursor=x')).status).toBe(400);
  });
});

it('a short body that comes slowly is cut off, a firmware file is not', async () => {
  const fast = await startSite({ clock: fastClock(600) });
  await fast.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = fast.app.server.address() as AddressInfo;
  const half = async (path: string, type: string) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${type}\r\nContent-Length: 4\r\nConnection: close\r\n\r\nha`,
    );
    return socket;
  };
  const firmware = await half('/api/v1/firmware?name=slow.bin', 'application/octet-stream');
  const json = await half('/api/v1/tokens', 'application/json');
  await once(json, 'close');
  firmware.write('lf');
  const [answer] = await once(firmware, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 201 /);
  firmware.destroy();
  await fast.close();
});
