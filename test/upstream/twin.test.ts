import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { topicsOf } from '../../src/upstream/topics.ts';
import { createTwin } from '../../src/upstream/twin.ts';
import { type Site, startSite } from '../http/fixture.ts';
import { contractProblems } from '../support/contract-check.ts';
import { createKeptLog } from '../support/kept-log.ts';

let site: Site;
let published: Record<string, unknown>[];
let twin: ReturnType<typeof createTwin>;
beforeEach(async () => {
  site = await startSite();
  published = [];
  twin = createTwin({
    controller: site.controller,
    ask: site.ask,
    publish({ topic, payload }): void {
      const content = JSON.parse(payload.toString());
      expect(contractProblems(topic, content)).toEqual([]);
      published.push(content);
    },
    topics: topicsOf('busbar/v1/acme/depot'),
    clock: systemClock,
    log: createKeptLog(),
  });
});
afterEach(() => site.close());

const say = (content: unknown) =>
  twin.received({
    topic: 'root/cfg/desired',
    payload: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
    retained: true,
    responseTopic: null,
    correlation: null,
    expiryS: null,
  });
async function get(path: string) {
  const response = await site.app.inject({ url: `/api/v1/${path}`, headers: { host: 'localhost' } });
  return response.json();
}

it('a configuration of the backend is taken once for each version, key by key, and reported', async () => {
  await say('{');
  const station = await site.connect('CP1');
  await station.boot();
  const policy = await get('policy');
  await site.ask({ method: 'POST', path: '/api/v1/tokens/sync', query: {}, body: { version: 6, put: [] } });
  await say({
    version: 3,
    policy: { kind: 'deadline' },
    configuration: { CP1: { HeartbeatInterval: 77, NoSuch: null }, NOBODY: { X: 1 } },
  });
  await say({ version: 2, policy: { kind: policy.kind } });
  expect(published).toMatchObject([
    { version: null, problems: [expect.stringContaining('JSON')] },
    { version: 3, tokensVersion: 6, problems: [expect.stringMatching(/^configuration\.NOBODY\.X: /)] },
    { version: 3, problems: [expect.stringMatching(/^configuration\.NOBODY\.X: /)] },
  ]);
  expect(await get('policy')).toMatchObject({ kind: 'deadline' });
});

it('names that can be none and values that are none are told, and all else of the message is done', async () => {
  const station = await site.connect('CP1');
  await station.boot();
  await say(
    `{"version": 1, "configuration": {
      "\\ud800": {"A": 1}, "..": {"B": 1},
      "CP1": {"..": 1, "\\udfff": 1, "VendorText": {"a": 1}, "VendorList": [1, 2], "VendorSwitch": true, "VendorNumber": 7}
    }}`,
  );
  expect(published).toMatchObject([{ version: 1 }]);
  const problems = published[0]?.problems as string[];
  expect(problems).toHaveLength(6);
  expect(problems.filter((one) => one.includes('no name'))).toHaveLength(4);
  expect(problems.filter((one) => one.includes('A value must be'))).toHaveLength(2);
  const { items } = await get('charge-points/CP1/configuration');
  expect(items.map((item: { key: string; desired: string }) => [item.key, item.desired])).toEqual([
    ['VendorNumber', '7'],
    ['VendorSwitch', 'true'],
  ]);
});

it('is not acknowledged while the store can not be written, and taken when it can', async () => {
  site.database.pragma('query_only = ON');
  await expect(say({ version: 1 })).rejects.toThrow('record');
  site.database.pragma('query_only = OFF');
  await say({ version: 1 });
  expect(published).toMatchObject([{ version: 1, problems: [] }]);
});
