import { sign } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect as connectSocket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createChargePoint, type ChargePoint as SimulatedChargePoint } from '../../src/sim/charge-point.ts';
import { realClock } from '../../src/sim/clock.ts';
import { createRandom } from '../../src/sim/random.ts';
import type { Model } from '../../src/sim/station.ts';
import { dialWebSocket } from '../../src/sim/ws-transport.ts';
import { ask, eventually, type Site, startSite } from '../http/fixture.ts';
import { issueCertificate } from '../sim/certificate-maker.ts';
import { fastClock } from '../support/fast-clock.ts';

const { RPCClient } = createRequire(import.meta.url)('ocpp-rpc') as typeof import('ocpp-rpc');
type RpcOptions = ConstructorParameters<typeof RPCClient>[0];

/** Files that really travel: charge points of our own simulation, the API, and time sixty times as fast. */

const SPEED = 60;
const model: Model = {
  vendor: 'Tester',
  model: 'Twin',
  firmwareVersion: '1.0',
  connectors: 2,
  phases: 3,
  maxAmps: 32,
  lock: true,
  repeatsStatus: false,
  countsMessages: false,
  sampleSeconds: 10,
};

let site: Site;
let points: SimulatedChargePoint[];

beforeEach(async () => {
  points = [];
  site = await startSite({ clock: fastClock(SPEED) });
});

afterEach(async () => {
  for (const point of points) await new Promise<void>((resolve) => point.shutDown(resolve));
  await site.close();
});

async function plugIn(id: string): Promise<SimulatedChargePoint> {
  const point = createChargePoint({
    id,
    model,
    dial: dialWebSocket(site.ocppUrl),
    clock: realClock(SPEED),
    random: createRandom(points.length + 1),
  });
  points.push(point);
  point.powerOn();
  await eventually(site, () => site.controller.lines.get(id)?.registration === 'accepted');
  return point;
}

async function shelve(content: string | Buffer, name: string): Promise<string> {
  const response = await site.app.inject({
    method: 'POST',
    url: `/api/v1/firmware?name=${encodeURIComponent(name)}`,
    headers: { 'content-type': 'application/octet-stream' },
    payload: content,
  });
  expect(response.statusCode).toBe(201);
  return response.json().id;
}

async function begin(path: string, body: object): Promise<string> {
  const { status, json } = await ask(site.app, 'POST', `/api/v1/charge-points/${path}`, body);
  expect([status, json.state]).toEqual([201, 'queued']);
  return json.id;
}

/** The job once it has ended. */
async function ended(id: string) {
  await eventually(site, () => site.controller.reader.fileJob(id)?.until === null);
  return (await ask(site.app, 'GET', `/api/v1/file-jobs/${id}`)).json;
}

describe('firmware', () => {
  it('is fetched and installed', async () => {
    const point = await plugIn('CP1');
    const firmwareId = await shelve('a new firmware', 'fw 2.0.bin');
    const id = await begin('CP1/firmware-updates', { firmwareId });
    expect(await ended(id)).toMatchObject({ state: 'done', kind: 'firmware', firmwareId });
    expect(decodeURIComponent(point.flash.firmwareVersion)).toBe('fw 2.0.bin');
    const { json } = await ask(site.app, 'GET', '/api/v1/messages');
    expect(JSON.stringify(json)).toContain('/files/***/');
    expect((await ask(site.app, 'DELETE', `/api/v1/firmware/${firmwareId}`)).status).toBe(204);
  });

  it('that is broken fails where it is installed', async () => {
    await plugIn('CP1');
    const id = await begin('CP1/firmware-updates', {
      firmwareId: await shelve('BROKEN, as the test wants it', 'b.bin'),
    });
    expect(await ended(id)).toMatchObject({ state: 'failed', outcome: 'The charge point reports InstallationFailed.' });
  });

  it('of somebody else who has none fails where it is fetched', async () => {
    await plugIn('CP1');
    const id = await begin('CP1/firmware-updates', { location: `${site.filesUrl}/none/fw.bin`, retries: 1 });
    const job = await ended(id);
    expect(job).toMatchObject({ state: 'failed', outcome: 'The charge point reports DownloadFailed.' });
    expect(job.location).toBe(`${site.filesUrl}/none/fw.bin`);
  });

  it('with a signature is checked by the charge point: a wrong one fails, the right one is installed', async () => {
    const point = await plugIn('CP1');
    const content = Buffer.from('signed firmware');
    const firmwareId = await shelve(content, 'signed.bin');
    const { key, pem } = issueCertificate({ commonName: 'Firmware' });
    const signature = sign('sha256', content, key).toString('base64');
    const wrong = sign('sha256', Buffer.from('another'), key).toString('base64');
    const unfit = { firmwareId, signature: wrong, signingCertificate: pem };
    const refused = await ask(site.app, 'POST', '/api/v1/charge-points/CP1/firmware-updates', unfit);
    expect([refused.status, refused.json.detail]).toEqual([400, expect.stringContaining('not one of this file')]);
    const bad = await begin('CP1/firmware-updates', { ...unfit, unchecked: true });
    expect(await ended(bad)).toMatchObject({ state: 'failed', outcome: 'The charge point reports InvalidSignature.' });
    const good = await begin('CP1/firmware-updates', { firmwareId, signature, signingCertificate: pem });
    expect(await ended(good)).toMatchObject({ state: 'done', kind: 'signed-firmware' });
    expect(point.flash.firmwareVersion).toBe('signed.bin');
  });

  it('reaches many, one after the other', async () => {
    await plugIn('CP1');
    await plugIn('CP2');
    const firmwareId = await shelve('for all of them', '3.0.bin');
    const body = { firmwareId, filter: { vendor: 'Tester' }, version: '3.0.bin' };
    const created = await ask(site.app, 'POST', '/api/v1/firmware/campaigns', body);
    expect([created.status, created.json.chargePoints.length]).toEqual([201, 2]);
    const { id } = created.json;
    let most = 0;
    await eventually(site, () => {
      const campaign = site.controller.reader.campaign(id);
      most = Math.max(most, campaign?.items.filter(({ state }) => state === 'running').length ?? 0);
      return campaign?.state === 'done';
    });
    const { json } = await ask(site.app, 'GET', `/api/v1/firmware/campaigns/${id}`);
    expect(json.chargePoints.map(({ state }: { state: string }) => state)).toEqual(['done', 'done']);
    expect(most).toBe(1);
    expect(points.map(({ flash }) => flash.firmwareVersion)).toEqual(['3.0.bin', '3.0.bin']);
  });
});

describe('an upload', () => {
  it('of a log is kept and can be saved', async () => {
    await plugIn('CP1');
    const id = await begin('CP1/logs', { logType: 'SecurityLog' });
    const job = await ended(id);
    expect(job).toMatchObject({ state: 'done', kind: 'log', file: { name: 'CP1-security.log' } });
    const file = await site.app.inject({ method: 'GET', url: `/api/v1/diagnostics/${id}/file` });
    expect([file.statusCode, file.headers['x-content-type-options']]).toEqual([200, 'nosniff']);
    expect(file.rawPayload.length).toBe(job.file.size);
    expect((await ask(site.app, 'DELETE', `/api/v1/diagnostics/${id}/file`)).status).toBe(204);
    expect((await ask(site.app, 'GET', `/api/v1/diagnostics/${id}/file`)).json.detail).toContain('removed by hand');
  });

  it('that is cut in the middle leaves nothing, and may come again', async () => {
    const chargePoint = await site.connect('CP1');
    await chargePoint.boot();
    chargePoint.answerWith((messageId) => JSON.stringify([3, messageId, { fileName: 'diag.zip' }]));
    const id = await begin('CP1/diagnostics', {});
    await eventually(site, () => site.controller.reader.fileJob(id)?.state === 'requested');
    const location = /"location":"([^"]+)"/.exec(JSON.stringify(chargePoint.asked))?.[1] ?? '';
    const { hostname, port, pathname } = new URL(location);
    const socket = connectSocket(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(`PUT ${pathname}diag.zip HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf of it`);
    await eventually(site, () => site.controller.reader.fileJob(id)?.state === 'uploading');
    socket.destroy();
    await eventually(site, () => site.controller.reader.fileJob(id)?.outcome.includes('broke off') ?? false);
    expect(site.controller.reader.keptFiles()).toEqual([]);
    const again = await fetch(`${location}diag.zip`, { method: 'PUT', body: 'all of it' });
    expect(again.status).toBe(200);
    expect(await ended(id)).toMatchObject({ state: 'done', file: { name: 'diag.zip', size: 9 } });
    expect((await fetch(`${location}diag.zip`, { method: 'PUT', body: 'once more' })).status).toBe(404);
    await chargePoint.close();
  });
});

it('speaks of jobs to ocpp-rpc in strict mode as the schemas have it', async () => {
  const client = new RPCClient({
    endpoint: site.ocppUrl,
    identity: 'CP1',
    protocols: ['ocpp1.6'],
    strictMode: true,
  } as RpcOptions);
  const asked: string[] = [];
  client.handle('GetDiagnostics', async ({ params }: { params?: unknown }) => {
    asked.push(String((params as { location: string }).location));
    return { fileName: 'a.log' };
  });
  client.handle('UpdateFirmware', async ({ params }: { params?: unknown }) => {
    asked.push(String((params as { location: string }).location));
    return {};
  });
  await client.connect();
  await client.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M', firmwareVersion: '1' });
  const span = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z', retries: 3, retryIntervalS: 10 };
  const diagnostics = await begin('CP1/diagnostics', span);
  await eventually(site, () => site.controller.reader.fileJob(diagnostics)?.state === 'requested');
  const firmwareId = await shelve('firmware', 'fw.bin');
  const update = await begin('CP1/firmware-updates', { firmwareId, retrieveAt: '2026-01-01T00:00:00Z' });
  await eventually(site, () => site.controller.reader.fileJob(update)?.state === 'requested');
  await client.call('DiagnosticsStatusNotification', { status: 'Uploading' });
  expect((await fetch(`${asked[0]}a.log`, { method: 'PUT', body: 'log' })).status).toBe(200);
  expect(await (await fetch(asked[1] ?? '')).text()).toBe('firmware');
  await client.call('FirmwareStatusNotification', { status: 'Installed' });
  expect([(await ended(diagnostics)).state, (await ended(update)).state]).toEqual(['done', 'done']);
  await client.close();
});
