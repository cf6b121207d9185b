import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { actions, isCentralSystemAction } from '../../src/ocpp/messages/actions.ts';
import { ask, type Site, startSite } from './fixture.ts';

type Operation = {
  summary?: string;
  operationId?: string;
  parameters?: { name: string; in: string; required?: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: { properties?: object; required?: string[] } }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: TSchema }> }>;
};
type Document = {
  openapi: string;
  components: { schemas: Record<string, TSchema> };
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
};

let site: Site;
let document: Document;
beforeAll(async () => {
  site = await startSite();
  const chargePoint = await site.connect('CP1');
  await chargePoint.boot();
  await chargePoint.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
  await chargePoint.start('card', 5, '2025-01-01T00:00:00Z');
  const rules = { chargePoints: ['CP2'], hours: [{ days: ['mon'], from: '08:00', to: '17:00' }], energyPerMonthKWh: 5 };
  await ask(site.app, 'POST', '/api/v1/tokens', { idTag: 'card', aliases: ['other'], costCentre: '7', rules });
  await ask(site.app, 'PUT', '/api/v1/token-groups/FLEET', { note: 'Vans', rules: { energyPerMonthKWh: null } });
  await chargePoint.call('Authorize', { idTag: 'card' });
  await chargePoint.call('Authorize', { idTag: 'nobody' });
  document = (await ask(site.app, 'GET', '/api/v1/openapi.json')).json;
});
afterAll(() => site.close());

it('is of version 3.1, and each route has a summary, described answers and all its parameters', () => {
  expect(document.openapi).toMatch(/^3\.1\.\d+$/);
  expect(document.info).toMatchObject({ title: 'Busbar', version: '0.0.0' });
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const where = `${method} ${path}`;
      expect(operation.summary, where).toBeTypeOf('string');
      const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name }) => name).sort(), where).toEqual(names.sort());
      expect(
        inPath.every(({ required }) => required),
        where,
      ).toBe(true);
      expect(Object.keys(operation.responses).length, where).toBeGreaterThan(0);
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(response.description, where).toBeTypeOf('string');
        const types = Object.keys(response.content ?? {});
        if (Number(status) >= 400) expect(types, `${where} ${status}`).toEqual(['application/problem+json']);
      }
    }
  }
  expect(JSON.stringify(document)).not.toContain('"nullable"');
});

it('lists every route', () => {
  const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  const operations = Object.keys(actions)
    .filter(isCentralSystemAction)
    .map((action) => `post /api/v1/charge-points/{id}/operations/${action}`);
  expect(operations.length).toBeGreaterThan(20);
  expect(listed.sort()).toEqual(
    [
      'get /api/v1/audit',
      'get /api/v1/circuits',
      'get /api/v1/circuits/{id}',
      'get /api/v1/meters',
      'get /api/v1/meters/{id}',
      'get /api/v1/plan',
      'post /api/v1/meters/{id}/samples',
      'put /api/v1/charge-points/{id}/connectors/{connector}/isolation',
      'delete /api/v1/site/limits/{id}',
      'get /api/v1/site/limits',
      'get /api/v1/site/limits/evidence',
      'post /api/v1/site/limits',
      'post /api/v1/site/limits/{id}/suspend',
      'get /healthz',
      'get /api/v1/security-events',
      'post /api/v1/charge-points/{id}/authorization-key/rotate',
      'get /api/v1/certificates',
      'get /api/v1/certificates/roots.pem',
      'get /api/v1/certificates/requests',
      'post /api/v1/certificates/requests/{id}/approve',
      'post /api/v1/certificates/requests/{id}/refuse',
      'post /api/v1/certificates/requests/{id}/chain',
      'post /api/v1/certificates/{id}/revoke',
      'get /api/v1/charge-points/{id}/certificates',
      'post /api/v1/charge-points/{id}/certificates/renew',
      'post /api/v1/charge-points/{id}/certificates/refresh',
      'post /api/v1/charge-points/{id}/certificates/install',
      'post /api/v1/charge-points/{id}/certificates/delete',
      'get /api/v1/setup',
      'post /api/v1/setup',
      'post /api/v1/login',
      'post /api/v1/logout',
      'get /api/v1/me',
      'put /api/v1/me/password',
      'get /api/v1/login-sessions',
      'delete /api/v1/login-sessions/{id}',
      'get /api/v1/users',
      'post /api/v1/users',
      'patch /api/v1/users/{id}',
      'put /api/v1/users/{id}/password',
      'delete /api/v1/users/{id}',
      'get /api/v1/api-tokens',
      'post /api/v1/api-tokens',
      'delete /api/v1/api-tokens/{id}',
      'delete /api/v1/reservations/{id}/plan',
      'delete /api/v1/token-groups/{parentIdTag}/plan',
      'delete /api/v1/tokens/{idTag}/plan',
      'delete /api/v1/transactions/{id}/plan',
      'delete /api/v1/transactions/{id}/boost',
      'get /api/v1/charge-points/{id}/connectors/{connector}/history',
      'get /api/v1/circuits/{id}/history',
      'get /api/v1/policy',
      'put /api/v1/policy',
      'post /api/v1/transactions/{id}/boost',
      'get /api/v1/reservations/{id}/plan',
      'get /api/v1/token-groups/{parentIdTag}/plan',
      'get /api/v1/tokens/{idTag}/plan',
      'get /api/v1/transactions/{id}/plan',
      'put /api/v1/reservations/{id}/plan',
      'put /api/v1/token-groups/{parentIdTag}/plan',
      'put /api/v1/tokens/{idTag}/plan',
      'put /api/v1/transactions/{id}/plan',
      'get /readyz',
      'get /api/v1/openapi.json',
      'get /api/v1/site',
      'get /api/v1/charge-points',
      'get /api/v1/charge-points/{id}',
      'post /api/v1/charge-points/{id}/approve',
      'post /api/v1/charge-points/{id}/security-profile/lower',
      'post /api/v1/charge-points/{id}/security-profile/raise',
      'post /api/v1/charge-points/{id}/reject',
      'get /api/v1/charge-points/{id}/configuration',
      'put /api/v1/charge-points/{id}/configuration/{key}',
      'delete /api/v1/charge-points/{id}/configuration/{key}',
      'post /api/v1/charge-points/{id}/configuration/refresh',
      'get /api/v1/charge-points/{id}/local-list',
      'post /api/v1/charge-points/{id}/local-list/resync',
      ...operations,
      'get /api/v1/operations',
      'get /api/v1/operations/{id}',
      'get /api/v1/charging-profiles',
      'post /api/v1/charging-profiles',
      'get /api/v1/charging-profiles/{id}',
      'patch /api/v1/charging-profiles/{id}',
      'delete /api/v1/charging-profiles/{id}',
      'get /api/v1/charge-points/{id}/charging-profiles',
      'post /api/v1/charge-points/{id}/charging-profiles',
      'delete /api/v1/charge-points/{id}/charging-profiles/{chargingProfileId}',
      'get /api/v1/charge-points/{id}/composite-schedule',
      'get /api/v1/transactions',
      'get /api/v1/transactions/{id}',
      'get /api/v1/tokens',
      'post /api/v1/tokens',
      'get /api/v1/tokens/{idTag}',
      'patch /api/v1/tokens/{idTag}',
      'delete /api/v1/tokens/{idTag}',
      'get /api/v1/tokens.csv',
      'post /api/v1/tokens/import',
      'post /api/v1/tokens/sync',
      'put /api/v1/tokens/{idTag}',
      'get /api/v1/token-groups',
      'get /api/v1/token-groups/{parentIdTag}',
      'put /api/v1/token-groups/{parentIdTag}',
      'delete /api/v1/token-groups/{parentIdTag}',
      'get /api/v1/unknown-cards',
      'get /api/v1/upstream',
      'post /api/v1/unknown-cards/{idTag}/enrol',
      'delete /api/v1/unknown-cards/{idTag}',
      'get /api/v1/refused-authorizations',
      'get /api/v1/reservations',
      'post /api/v1/reservations',
      'get /api/v1/reservations/{id}',
      'patch /api/v1/reservations/{id}',
      'delete /api/v1/reservations/{id}',
      'get /api/v1/messages',
      'get /api/v1/data-transfers',
      'get /api/v1/dialects',
      'get /api/v1/dialects/export',
      'get /api/v1/dialects/{id}',
      'patch /api/v1/dialects/{id}',
      'delete /api/v1/dialects/{id}',
      'get /api/v1/alerts',
      'delete /api/v1/alerts/{id}',
      'get /api/v1/firmware',
      'post /api/v1/firmware',
      'get /api/v1/firmware/{id}',
      'delete /api/v1/firmware/{id}',
      'get /api/v1/firmware/campaigns',
      'post /api/v1/firmware/campaigns',
      'get /api/v1/firmware/campaigns/{id}',
      'post /api/v1/firmware/campaigns/{id}/pause',
      'post /api/v1/firmware/campaigns/{id}/resume',
      'post /api/v1/firmware/campaigns/{id}/cancel',
      'post /api/v1/charge-points/{id}/firmware-updates',
      'post /api/v1/charge-points/{id}/diagnostics',
      'post /api/v1/charge-points/{id}/logs',
      'get /api/v1/file-jobs',
      'get /api/v1/file-jobs/{id}',
      'post /api/v1/file-jobs/{id}/cancel',
      'get /api/v1/diagnostics',
      'get /api/v1/diagnostics/{id}',
      'get /api/v1/diagnostics/{id}/file',
      'delete /api/v1/diagnostics/{id}/file',
      'get /api/v1/events',
    ].sort(),
  );
});

it('describes each operation by the schema that it is checked with', () => {
  for (const action of Object.keys(actions).filter(isCentralSystemAction)) {
    const operation = document.paths[`/api/v1/charge-points/{id}/operations/${action}`]?.post;
    expect(operation?.operationId).toBe(action);
    const body = operation?.requestBody?.content['application/json']?.schema;
    const wanted = JSON.parse(JSON.stringify(actions[action].request));
    expect([action, Object.keys(body?.properties ?? {})]).toEqual([action, Object.keys(wanted.properties)]);
    expect([action, body?.required ?? []]).toEqual([action, wanted.required ?? []]);
  }
});

it('describes what is really answered', async () => {
  const { id } = (await ask(site.app, 'GET', '/api/v1/transactions')).json.items[0];
  for (const [path, url, status] of [
    ['/healthz', '/healthz', 200],
    ['/readyz', '/readyz', 200],
    ['/api/v1/site', '/api/v1/site', 200],
    ['/api/v1/charge-points', '/api/v1/charge-points', 200],
    ['/api/v1/charge-points/{id}', '/api/v1/charge-points/CP1', 200],
    ['/api/v1/charge-points/{id}', '/api/v1/charge-points/nobody', 404],
    ['/api/v1/charge-points/{id}/configuration', '/api/v1/charge-points/CP1/configuration', 200],
    ['/api/v1/transactions', '/api/v1/transactions', 200],
    ['/api/v1/transactions', '/api/v1/transactions?limit=0', 400],
    ['/api/v1/transactions/{id}', `/api/v1/transactions/${id}`, 200],
    ['/api/v1/tokens', '/api/v1/tokens', 200],
    ['/api/v1/tokens/{idTag}', '/api/v1/tokens/CARD', 200],
    ['/api/v1/token-groups', '/api/v1/token-groups', 200],
    ['/api/v1/token-groups/{parentIdTag}', '/api/v1/token-groups/FLEET', 200],
    ['/api/v1/unknown-cards', '/api/v1/unknown-cards', 200],
    ['/api/v1/refused-authorizations', '/api/v1/refused-authorizations', 200],
    ['/api/v1/messages', '/api/v1/messages', 200],
    ['/api/v1/alerts', '/api/v1/alerts', 200],
  ] as const) {
    const answer = await ask(site.app, 'GET', url);
    expect([url, answer.status]).toEqual([url, status]);
    const content = document.paths[path]?.get?.responses[status]?.content ?? {};
    const schema = resolved(Object.values(content)[0]?.schema);
    if (schema === undefined) throw new Error(`${path} ${status} is not described`);
    expect([url, Compile(closed(schema)).Errors(answer.json)]).toEqual([url, []]);
  }
});

function resolved(schema: (TSchema & { $ref?: string }) | undefined): TSchema | undefined {
  const name = schema?.$ref?.replace('#/components/schemas/', '');
  return name === undefined ? schema : document.components.schemas[name];
}

/** The same schema without room for fields that it does not name. */
function closed(schema: TSchema): TSchema {
  return JSON.parse(JSON.stringify(schema), (_, value) =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, 'properties') && value.type === 'object'
      ? { ...value, additionalProperties: false }
      : value,
  );
}
