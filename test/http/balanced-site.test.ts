import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Event } from '../../src/domain/events.ts';
import type { App } from '../../src/http/app.ts';
import { createHttpApp } from '../../src/http/server.ts';
import { createViews } from '../../src/store/views.ts';
import { createBalancedSite } from '../scenarios/balanced-site.ts';
import { peopleOf } from '../support/people.ts';
import { ask } from './fixture.ts';

/** What the API, the live events and the log say of a site that is balanced, an hour of which has passed. */

const site = createBalancedSite({ seed: 5, limitA: 32, chargePoints: 2, metered: true });
const { world } = site;
const events: Event[] = [];
let app: App;

beforeAll(async () => {
  const controller = world.controller();
  controller.feed.listen(({ event }) => events.push(event));
  ({ app } = await createHttpApp({
    controller,
    // No firmware is kept here.
    shelf: null as never,
    views: createViews(world.database, controller.live, {
      id: 'depot',
      name: 'Depot',
      configured: new Set(['CP01', 'CP02']),
      connectorsOf: () => [],
      securityProfile: () => 0,
    }),
    clock: world.clock.server,
    ids: { uuid: () => 'one' },
    log: pino({ level: 'silent' }),
    ocppListening: () => true,
    people: peopleOf(world.database),
    version: '0.0.0',
  }));
  site.powerOn();
  site.advance(120);
  site.plugIn(0);
  site.plugIn(1);
  site.advance(900);
});
afterAll(async () => {
  await app.close();
  site.stop();
});

it('says the same of a connector in the answer, in the event and in the log', async () => {
  const shown = site.plan()[0];
  expect(shown?.limitA).toBeGreaterThan(6);
  const answer = await ask(app, 'GET', '/api/v1/charge-points/CP01');
  expect(answer.status).toBe(200);
  const told = events.findLast((event) => event.type === 'grant-changed' && event.chargePointId === 'CP01');
  expect(told).toMatchObject({ because: shown?.because });
  expect(answer.text).toContain(JSON.stringify(shown?.because).slice(1, -1));
  const said = events.flatMap((event) => (event.type === 'grant-changed' ? [event.because] : []));
  const logged = world.log.lines.filter(({ level, text }) => level === 'info' && said.includes(text));
  expect(logged.length).toBeGreaterThan(2);
  expect(logged.length).toBeLessThanOrEqual(said.length);
});

it('shows rows of the history of circuits and connectors, with what was measured', async () => {
  const circuit = await ask(app, 'GET', '/api/v1/circuits/grid/history');
  expect(circuit.status).toBe(200);
  const last = circuit.json.items.at(-1);
  expect(last.measuredA[0]).toBeGreaterThan(20);
  expect(last.plannedA[0]).toBeLessThanOrEqual(last.limitA[0]);
  // Every second something is decided: what says nothing new makes no row.
  expect(circuit.json.items.length).toBeLessThan(110);
  const connector = await ask(app, 'GET', '/api/v1/charge-points/CP01/connectors/1/history');
  expect(connector.json.items.at(-1)).toMatchObject({ because: site.plan()[0]?.reason.kind });
  expect(connector.json.items.at(-1).acknowledgedA).toBe(site.plan()[0]?.limitA);
});

/** Asks while the site's own time goes on: what changes something waits for a turn. */
async function asked(...request: Parameters<typeof ask> extends [App, ...infer Rest] ? Rest : never) {
  let isDone = false;
  const answer = ask(app, ...request).finally(() => {
    isDone = true;
  });
  for (let turn = 0; turn < 1_000 && !isDone; turn += 1) {
    await new Promise((next) => setImmediate(next));
    site.advance(0.1);
  }
  return answer;
}

it('shows circuits with what is committed and what would remain, and the plan with its reasons', async () => {
  const { json } = await ask(app, 'GET', '/api/v1/circuits');
  expect(json.items).toHaveLength(1);
  const [grid] = json.items;
  expect(grid).toMatchObject({ id: 'grid', parent: null, limitA: [32, 32, 32], held: false });
  expect(grid.committedA[0]).toBeGreaterThan(20);
  expect(grid.committedA[0]).toBeLessThanOrEqual(grid.carriesA[0]);
  // Both floors are 0 and proven.
  expect(grid.deadBoxA).toEqual([0, 0, 0]);
  expect(grid.meter).toMatchObject({ id: 'main', quality: 'fresh' });
  expect((await ask(app, 'GET', '/api/v1/circuits/grid')).json.id).toBe('grid');
  expect((await ask(app, 'GET', '/api/v1/circuits/attic')).status).toBe(404);
  const plan = (await ask(app, 'GET', '/api/v1/plan')).json;
  expect(plan.limitState).toBe('balancing');
  expect(plan.items.map(({ obedience }: { obedience: string }) => obedience)).toEqual(['proven', 'proven']);
  const whole = (await ask(app, 'GET', '/api/v1/site')).json;
  expect(whole).toMatchObject({ limitState: 'balancing' });
  expect(whole.circuits[0].id).toBe('grid');
});

it('refuses a limit by hand that a circuit has no room for, and sends it with override', async () => {
  const profile = {
    connectorId: 1,
    csChargingProfiles: {
      chargingProfileId: 5,
      stackLevel: 5,
      chargingProfilePurpose: 'TxDefaultProfile',
      chargingProfileKind: 'Relative',
      chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 32 }] },
    },
  };
  const url = '/api/v1/charge-points/CP01/operations/SetChargingProfile';
  const refused = await asked('POST', url, profile);
  expect(refused.status).toBe(409);
  expect(refused.json.type).toContain('limit-refused');
  expect(refused.json.detail).toMatch(/CP01 might then draw 32\.0 A, and grid on L1 has no room/);
  const clear = await asked('POST', '/api/v1/charge-points/CP01/operations/ClearChargingProfile', {});
  expect(clear.status).toBe(409);
  const sent = await asked('POST', `${url}?override=true`, profile);
  expect(sent.status).toBe(200);
  // From then on it counts with all that it can draw, until it is proven again.
  expect(site.plan()[0]?.committedA).toBe(32);
  const other = await asked('POST', '/api/v1/charge-points/CP01/operations/ClearChargingProfile', { id: 5 });
  expect(other.status).toBe(200);
  site.advance(240);
  expect(site.plan()[0]?.committedA).toBeLessThan(32);
});

it('obeys a limit from outside, says so, and gives back what it took when it ends', async () => {
  // biome-ignore lint/suspicious/noThenProperty: the name of the contract; nobody awaits a body
  const body = { circuit: 'grid', limitA: 14, ttlS: 3600, then: 'configured', source: 'energy-manager' };
  const made = await asked('POST', '/api/v1/site/limits', body);
  expect(made.status).toBeLessThan(300);
  site.advance(20);
  expect(site.flow()[0]).toBeLessThanOrEqual(14);
  const { items } = (await ask(app, 'GET', '/api/v1/plan')).json;
  expect(items.map(({ because }: { because: string }) => because).join()).toContain('energy-manager');
  const [{ id }] = (await ask(app, 'GET', '/api/v1/site/limits')).json.items;
  expect((await asked('DELETE', `/api/v1/site/limits/${encodeURIComponent(id)}`)).status).toBe(204);
  site.advance(120);
  expect(site.flow()[0]).toBeGreaterThan(25);
  for (const limitA of [-1, [1, 2], 'much']) {
    expect((await asked('POST', '/api/v1/site/limits', { ...body, limitA })).status).toBe(400);
  }
  expect((await asked('POST', '/api/v1/site/limits', { ...body, circuit: 'attic' })).status).toBeGreaterThanOrEqual(
    400,
  );
});

it('takes a connector for switched off only where its charge point is away', async () => {
  const url = '/api/v1/charge-points/CP02/connectors/1/isolation';
  expect((await asked('PUT', url, { isolated: true })).status).toBe(409);
  site.points[1]?.powerOff();
  site.advance(5);
  expect((await asked('PUT', url, { isolated: true })).status).toBe(204);
  expect(site.plan()[1]).toMatchObject({ obedience: 'isolated', committedA: 0 });
  site.points[1]?.powerOn();
  site.advance(30);
  expect(site.plan()[1]?.obedience).not.toBe('isolated');
});
