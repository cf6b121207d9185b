import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Event } from '../../src/domain/events.ts';
import type { App } from '../../src/http/app.ts';
import { createHttpApp } from '../../src/http/server.ts';
import { createViews } from '../../src/store/views.ts';
import { createBalancedSite } from '../scenarios/balanced-site.ts';
import { ask } from './fixture.ts';

/** What the API, the live events and the log say of a site that is balanced, an hour of which has passed. */

const site = createBalancedSite({ seed: 5, limitA: 32, chargePoints: 2, metered: true });
const { world } = site;
const events: Event[] = [];
let app: App;

beforeAll(async () => {
  const controller = world.controller();
  controller.feed.listen(({ event }) => events.push(event));
  app = await createHttpApp({
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
    version: '0.0.0',
  });
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
