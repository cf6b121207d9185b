/**
 * The answers of the resources that work with charge points, held against the description: each status that came is described,
 * and the body fits the schema without a field that it does not name.
 */
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, type ChargePoint, type Site, startSite } from './fixture.ts';

type Answer = { content?: Record<string, { schema: TSchema & { $ref?: string } }> };
type Operation = { operationId?: string; requestBody?: object; responses: Record<string, Answer> };
type Document = { components: { schemas: Record<string, TSchema> }; paths: Record<string, Record<string, Operation>> };

const at = '/api/v1/charge-points/CP1';
const profile = {
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Relative',
  chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16.3 }] },
};

/** What the charge point answers, by action. */
const answers: Readonly<Record<string, object>> = {
  GetConfiguration: {
    configurationKey: [
      { key: 'HeartbeatInterval', readonly: false, value: '300' },
      { key: 'AuthorizationKey', readonly: false, value: 'hunter2hunter2hunter2' },
    ],
    unknownKey: ['Nothing'],
  },
  GetLocalListVersion: { listVersion: 0 },
  GetDiagnostics: { fileName: 'a.log' },
  GetCompositeSchedule: {
    status: 'Accepted',
    connectorId: 1,
    scheduleStart: '2026-01-01T00:00:00Z',
    chargingSchedule: { duration: 60, ...profile.chargingSchedule },
  },
  UpdateFirmware: {},
};

let site: Site;
let chargePoint: ChargePoint;
let document: Document;
beforeAll(async () => {
  site = await startSite({ localLists: 'on' });
  chargePoint = await site.connect('CP1');
  chargePoint.answerWith((id, action) => JSON.stringify([3, id, answers[action] ?? { status: 'Accepted' }]));
  await chargePoint.boot();
  await chargePoint.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
  document = (await ask(site.app, 'GET', '/api/v1/openapi.json')).json;
});
afterAll(() => site.close());

type Method = Parameters<typeof ask>[1];

/** Asks, and holds the answer against the description of `path`. */
async function described(method: Method, path: string, url: string, status: number, body?: unknown) {
  const answer = await ask(site.app, method, url, body);
  expect([method, url, answer.status, answer.text]).toEqual([method, url, status, answer.text]);
  const operation = document.paths[path]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`${method} ${path} is not described`);
  const found = operation.responses[status];
  if (found === undefined) throw new Error(`${method} ${path} answered ${status}, which is not described`);
  const schema = Object.values(found.content ?? {})[0]?.schema;
  if (answer.text === '') expect([method, path, status]).toEqual([method, path, 204]);
  else if (schema === undefined) throw new Error(`${method} ${path} ${status} has a body that is not described`);
  else expect([method, url, Compile(closed(resolved(schema))).Errors(answer.json)]).toEqual([method, url, []]);
  return answer.json;
}

it('fits of charging profiles', async () => {
  const library = '/api/v1/charging-profiles';
  const { id } = await described('POST', library, library, 201, { name: 'one', profile });
  await described('POST', library, library, 409, { name: 'one', profile });
  await described('GET', library, library, 200);
  await described('GET', `${library}/{id}`, `${library}/${id}`, 200);
  await described('PATCH', `${library}/{id}`, `${library}/${id}`, 200, { name: 'two' });
  const path = '/api/v1/charge-points/{id}/charging-profiles';
  const here = `${at}/charging-profiles`;
  const made = await described('POST', path, here, 201, { connectorId: 1, templateId: id });
  expect(made.warnings).toHaveLength(1);
  const past = { ...profile, validTo: '2020-01-01T00:00:00Z' };
  const mistaken = await described('POST', path, here, 409, { connectorId: 1, profile: past });
  expect(mistaken.warnings).toHaveLength(1);
  await described('GET', path, here, 200);
  const schedule = '/api/v1/charge-points/{id}/composite-schedule';
  await described('GET', schedule, `${at}/composite-schedule?connectorId=1&ask=true`, 200);
  await described('DELETE', `${path}/{chargingProfileId}`, `${here}/${made.chargingProfileId}`, 200);
  await described('DELETE', `${library}/{id}`, `${library}/${id}`, 204);
});

it('fits of reservations', async () => {
  const path = '/api/v1/reservations';
  const body = { chargePointId: 'CP1', connectorId: 1, idTag: 'A', expiresAt: '2099-01-01T00:00:00Z' };
  const { id } = await described('POST', path, path, 201, body);
  await described('POST', path, path, 409, { ...body, expiresAt: '2020-01-01T00:00:00Z' });
  await described('GET', path, path, 200);
  await described('GET', `${path}/{id}`, `${path}/${id}`, 200);
  await described('PATCH', `${path}/{id}`, `${path}/${id}`, 200, { expiresAt: '2098-01-01T00:00:00Z' });
  await described('DELETE', `${path}/{id}`, `${path}/${id}`, 200);
  await described('DELETE', `${path}/{id}`, `${path}/${id}`, 409);
});

it('fits of operations', async () => {
  const reset = '/api/v1/charge-points/{id}/operations/Reset';
  await described('POST', reset, `${at}/operations/Reset`, 200, { type: 'Soft' });
  await described('POST', reset, `${at}/operations/Reset`, 400, { type: 'soft' });
  const read = '/api/v1/charge-points/{id}/operations/GetConfiguration';
  await described('POST', read, `${at}/operations/GetConfiguration`, 200, {});
  const { items } = await described('GET', '/api/v1/operations', '/api/v1/operations', 200);
  await described('GET', '/api/v1/operations/{id}', `/api/v1/operations/${items[0].id}`, 200);
});

it('fits of configuration and local lists', async () => {
  const path = '/api/v1/charge-points/{id}/configuration';
  await described('PUT', `${path}/{key}`, `${at}/configuration/HeartbeatInterval`, 200, { value: '60' });
  await described('PUT', `${path}/{key}`, `${at}/configuration/HeartbeatInterval`, 409, { value: 'often' });
  const { items } = await described('GET', path, `${at}/configuration`, 200);
  expect(items.length).toBeGreaterThan(0);
  await described('POST', `${path}/refresh`, `${at}/configuration/refresh`, 204, {});
  await described('DELETE', `${path}/{key}`, `${at}/configuration/HeartbeatInterval`, 204);
  const list = '/api/v1/charge-points/{id}/local-list';
  await described('GET', list, `${at}/local-list`, 200);
  await described('POST', `${list}/resync`, `${at}/local-list/resync`, 200);
});

it('fits of firmware, jobs and campaigns', async () => {
  const path = '/api/v1/firmware';
  const upload = await site.app.inject({
    method: 'POST',
    url: `${path}?name=a.bin`,
    headers: { 'content-type': 'application/octet-stream' },
    payload: 'firmware',
  });
  expect(upload.statusCode).toBe(201);
  expect(document.paths[path]?.post?.requestBody).toMatchObject({
    content: { 'application/octet-stream': expect.anything() },
  });
  const { id: firmwareId } = upload.json();
  await described('GET', path, path, 200);
  await described('GET', `${path}/{id}`, `${path}/${firmwareId}`, 200);
  const of = '/api/v1/charge-points/{id}';
  const job = await described('POST', `${of}/firmware-updates`, `${at}/firmware-updates`, 201, { firmwareId });
  await described('POST', `${of}/firmware-updates`, `${at}/firmware-updates`, 409, { firmwareId });
  await described('DELETE', `${path}/{id}`, `${path}/${firmwareId}`, 409);
  await described('POST', `${of}/diagnostics`, `${at}/diagnostics`, 201, {});
  await described('POST', `${of}/logs`, `${at}/logs`, 201, { logType: 'SecurityLog' });
  await described('GET', '/api/v1/file-jobs', '/api/v1/file-jobs', 200);
  await described('GET', '/api/v1/file-jobs/{id}', `/api/v1/file-jobs/${job.id}`, 200);
  await described('GET', '/api/v1/diagnostics', '/api/v1/diagnostics', 200);
  await described('POST', '/api/v1/file-jobs/{id}/cancel', `/api/v1/file-jobs/${job.id}/cancel`, 200);
  const campaigns = '/api/v1/firmware/campaigns';
  const plan = { firmwareId, filter: { all: true }, window: { from: '22:00', to: '05:00' } };
  const { id } = await described('POST', campaigns, campaigns, 201, plan);
  await described('GET', campaigns, campaigns, 200);
  await described('POST', `${campaigns}/{id}/pause`, `${campaigns}/${id}/pause`, 200);
  await described('POST', `${campaigns}/{id}/resume`, `${campaigns}/${id}/resume`, 200);
  await described('GET', `${campaigns}/{id}`, `${campaigns}/${id}`, 200);
  await described('POST', `${campaigns}/{id}/cancel`, `${campaigns}/${id}/cancel`, 200);
});

it('fits of what charge points send by themselves', async () => {
  await chargePoint.call('DataTransfer', { vendorId: 'com.example', data: 'x' });
  await described('GET', '/api/v1/data-transfers', '/api/v1/data-transfers', 200);
  await described('GET', '/api/v1/messages', '/api/v1/messages', 200);
  const { jobs } = await described('GET', '/api/v1/charge-points/{id}', at, 200);
  expect(jobs).toBeInstanceOf(Array);
  await described('GET', '/api/v1/alerts', '/api/v1/alerts', 200);
});

it('refers only to what is there, and names each operation once', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => String(match[1]));
  expect(references.length).toBeGreaterThan(100);
  const names = new Set(Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`));
  expect(references.filter((reference) => !names.has(reference))).toEqual([]);
  const ids = Object.values(document.paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ operationId }) => operationId ?? []);
  expect(new Set(ids).size).toBe(ids.length);
});

function resolved(schema: TSchema & { $ref?: string }): TSchema {
  const name = schema.$ref?.replace('#/components/schemas/', '');
  const found = name === undefined ? schema : document.components.schemas[name];
  if (found === undefined) throw new Error(`${name} is not in the description`);
  return found;
}

/** The same schema without room for fields that it does not name. */
function closed(schema: TSchema): TSchema {
  return JSON.parse(JSON.stringify(schema), (_, value) =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, 'properties') && value.type === 'object'
      ? { ...value, additionalProperties: false }
      : value,
  );
}
