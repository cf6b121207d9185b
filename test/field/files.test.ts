import { afterEach, beforeEach, expect, it } from 'vitest';
import { ask, type ChargePoint, eventually, type Site, startSite } from '../http/fixture.ts';
import { fastClock } from '../support/fast-clock.ts';

let site: Site;
let chargePoint: ChargePoint;

beforeEach(async () => {
  site = await startSite({ clock: fastClock(60) });
  chargePoint = await site.connect('CP1');
  await chargePoint.boot({ firmwareVersion: '1.0' });
});

afterEach(async () => {
  await chargePoint.close();
  await site.close();
});

const jobOf = (id: string) => site.controller.reader.fileJob(id);
function locationOf(action: string): string {
  const payload = chargePoint.asked.findLast(([each]) => each === action)?.[1];
  if (typeof payload !== 'object' || payload === null || !('location' in payload)) throw new Error(`no ${action} came`);
  return String(payload.location);
}

async function begin(path: string, body: object = {}): Promise<string> {
  const { status, json } = await ask(site.app, 'POST', `/api/v1/charge-points/CP1/${path}`, body);
  expect(status).toBe(201);
  return json.id;
}

it('D8.55 diagnostics come by pressing one button: the address is ours, the file is here', async () => {
  chargePoint.answerWith((id) => JSON.stringify([3, id, { fileName: 'diag.zip' }]));
  const id = await begin('diagnostics');
  await eventually(site, () => jobOf(id)?.state === 'requested');
  expect(locationOf('GetDiagnostics').startsWith(`${site.filesUrl}/`)).toBe(true);
  await fetch(`${locationOf('GetDiagnostics')}diag.zip`, { method: 'PUT', body: '<script>alert(1)</script>' });
  const { json } = await ask(site.app, 'GET', '/api/v1/diagnostics');
  expect(json.items).toMatchObject([{ id, state: 'done', chargePointId: 'CP1', file: { name: 'diag.zip', size: 25 } }]);
  const file = await site.app.inject({ method: 'GET', url: `/api/v1/diagnostics/${id}/file` });
  expect(file.body).toBe('<script>alert(1)</script>');
  expect(file.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    'content-disposition': 'attachment; filename="diag.zip"; filename*=UTF-8\'\'diag.zip',
  });
});

it('Q29 GetDiagnostics answers {} and brings a file all the same, its name behind our address', async () => {
  chargePoint.answerWith((id) => JSON.stringify([3, id, {}]));
  const id = await begin('diagnostics');
  await eventually(site, () => jobOf(id)?.state === 'requested');
  expect(jobOf(id)?.outcome).toContain('named no file');
  expect((await fetch(`${locationOf('GetDiagnostics')}diag.zip`, { method: 'PUT', body: 'zip' })).status).toBe(200);
  expect(jobOf(id)).toMatchObject({ state: 'done', fileName: 'diag.zip' });
});

it('Q29 a charge point that says Installed and is Unavailable until it reboots has been updated', async () => {
  chargePoint.answerWith((id) => JSON.stringify([3, id, {}]));
  const uploaded = await site.app.inject({
    method: 'POST',
    url: '/api/v1/firmware?name=fw.bin',
    headers: { 'content-type': 'application/octet-stream' },
    payload: 'new',
  });
  const id = await begin('firmware-updates', { firmwareId: uploaded.json().id });
  await eventually(site, () => jobOf(id)?.state === 'requested');
  expect(await (await fetch(locationOf('UpdateFirmware'))).text()).toBe('new');
  await chargePoint.call('FirmwareStatusNotification', { status: 'Installing' });
  await chargePoint.call('FirmwareStatusNotification', { status: 'Installed' });
  for (const connectorId of [0, 1, 2]) {
    await chargePoint.call('StatusNotification', { connectorId, errorCode: 'NoError', status: 'Unavailable' });
  }
  expect(jobOf(id)?.state).toBe('done');
  await chargePoint.boot({ firmwareVersion: '2.0' });
  expect(jobOf(id)).toMatchObject({ state: 'done', outcome: 'The charge point reports Installed.' });
  expect((await ask(site.app, 'GET', '/api/v1/alerts')).json.items).toEqual([]);
});
