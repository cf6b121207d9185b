/**
 * Requests made from the description of the API and bent by chance (threats 3.9): never a fault of ours, always a problem
 * document where it is refused, and charge points answered meanwhile. FUZZ_CASES plays more.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ChargePoint, type Site, startSite } from '../http/fixture.ts';
import { createFuzz } from '../support/fuzz.ts';
import { seeded } from '../support/seeded.ts';
import { memoryInUse, WITNESS_WITHIN_MS } from '../support/witness.ts';
import { MIB } from './case.ts';

type Described = {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
};

const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 1e9));
const cases = Number(process.env.FUZZ_CASES ?? 2_000);
const WITNESS_EVERY = 50;

let site: Site;
let witness: ChargePoint;
beforeAll(async () => {
  site = await startSite({ callTimeoutMs: 50 });
  witness = await site.connect('CP2');
  await witness.boot();
  const other = await site.connect('CP1');
  await other.boot();
  await other.start('CARD', 5, '2026-01-01T00:00:00Z');
});
afterAll(() => site.close());

it(`${cases} requests, seed ${seed}`, async () => {
  const fuzz = createFuzz(seeded(seed));
  const { paths } = JSON.parse((await site.app.inject({ url: '/api/v1/openapi.json' })).body) as {
    paths: Record<string, Record<string, Described>>;
  };
  const routes = Object.entries(paths)
    .flatMap(([path, methods]) => Object.entries(methods).map(([method, described]) => ({ path, method, described })))
    // A stream has no end, and the first admin would shut the door.
    .filter(({ path }) => path !== '/api/v1/events' && path !== '/api/v1/setup');
  expect(routes.length).toBeGreaterThan(150);
  // The witness is not among them: it could be turned away in good order.
  const ids = [
    'CP1',
    '1',
    'CARD',
    'nobody',
    'x'.repeat(200),
    '%00',
    '..',
    '%2e%2e%2f',
    'ü',
    '__proto__',
    '-1',
    '9'.repeat(20),
  ];
  const before = await memoryInUse();
  let longest = 0;
  for (let at = 0; at < cases; at += 1) {
    const { path, method, described } = fuzz.pick(routes);
    const query = (described.parameters ?? [])
      .filter((each) => each.in === 'query' && fuzz.chance(0.5))
      .map(
        ({ name, schema }) =>
          `${name}=${encodeURIComponent(text(fuzz.chance(0.5) ? fuzz.valid(schema) : fuzz.bent('x')))}`,
      );
    if (fuzz.chance(0.05)) query.push('__proto__=1', 'x=%zz');
    const url = path.replaceAll(/\{\w+\}/g, () =>
      fuzz.chance(0.8) ? fuzz.pick(ids) : encodeURIComponent(text(fuzz.bent('x'))),
    );
    const schema = described.requestBody?.content['application/json']?.schema;
    const good =
      schema === undefined
        ? undefined
        : JSON.stringify(fuzz.chance(0.6) ? fuzz.bent(fuzz.valid(schema)) : fuzz.valid(schema));
    const body = good !== undefined && fuzz.chance(0.1) ? fuzz.torn(good) : good;
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    if (fuzz.chance(0.05))
      headers[fuzz.pick(['authorization', 'cookie', 'content-type', 'origin', 'last-event-id', 'x-busbar-origin'])] =
        fuzz.pick(['x', 'Bearer bb_x', 'busbar=x', 'text/html', '\u00ff', 'a; b=c; __proto__=1']);
    const response = await site.app.inject({
      method: method.toUpperCase() as 'GET',
      url: query.length === 0 ? url : `${url}?${query.join('&')}`,
      headers,
      ...(body === undefined ? {} : { payload: body }),
    });
    const where = `${method} ${url.slice(0, 200)}?${query.join('&').slice(0, 200)} ${body?.slice(0, 2_000) ?? ''}`;
    expect([response.statusCode, where]).not.toEqual([500, where]);
    if (response.statusCode >= 400) {
      expect([String(response.headers['content-type']).split(';')[0], where]).toEqual([
        'application/problem+json',
        where,
      ]);
      expect(JSON.parse(response.body)).toMatchObject({
        type: expect.stringContaining('urn:busbar:problem:'),
        status: response.statusCode,
      });
    }
    if (at % WITNESS_EVERY === 0) {
      const began = performance.now();
      expect((await witness.call('Heartbeat', {}))[0]).toBe(3);
      longest = Math.max(longest, performance.now() - began);
    }
  }
  expect(longest).toBeLessThan(WITNESS_WITHIN_MS);
  expect((await memoryInUse()) - before).toBeLessThan(64 * MIB);
  expect(Object.keys(Object.prototype)).toEqual([]);
}, 600_000);

const text = (value: unknown): string =>
  typeof value === 'string' ? value.replaceAll(/[\ud800-\udfff]/g, '?') : String(JSON.stringify(value));
