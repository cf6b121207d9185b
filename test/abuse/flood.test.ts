/** Too much of everything at once (threats A14, A17, A19, A21): bounded, in order, and nobody else waits for it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ChargePoint, connect, refusedStatus } from '../support/charge-point.ts';
import { startSite, type TestSite } from '../support/site.ts';
import { column } from '../support/site-rows.ts';
import { memoryInUse, startWitness, traces, WITNESS_WITHIN_MS, witnessWait } from '../support/witness.ts';

let folder: string;
let site: TestSite;
let witness: ChargePoint;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-abuse-'));
  site = await startSite({ storePath: join(folder, 'busbar.db') });
  witness = await startWitness(site);
});
afterEach(async () => {
  await site.stop();
  rmSync(folder, { recursive: true });
});

/** Asks the witness again and again until `end` settles; the longest wait, ms. */
async function longestWait(end: Promise<unknown>): Promise<number> {
  let over = false;
  const finished = end.finally(() => {
    over = true;
  });
  let longest = 0;
  while (!over) longest = Math.max(longest, await witnessWait(witness));
  await finished;
  return longest;
}

async function answersInOrder(charger: ChargePoint, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    expect((await charger.nextFrame()).slice(0, 2)).toEqual([3, `f${index}`]);
  }
}

it('3,000 heartbeats in one go are all answered, in order, and slowed down', async () => {
  const flooder = await connect(site.url, 'FLOODER');
  await flooder.boot();
  const began = performance.now();
  for (let index = 0; index < 3_000; index += 1) flooder.send(`[2,"f${index}","Heartbeat",{}]`);
  expect(await longestWait(answersInOrder(flooder, 3_000))).toBeLessThan(WITNESS_WITHIN_MS);
  expect(performance.now() - began).toBeGreaterThan(500);
});

it('2,000 messages that must be stored, in one go: the witness does not queue behind them', async () => {
  const flooder = await connect(site.url, 'FLOODER');
  await flooder.boot();
  for (let index = 0; index < 2_000; index += 1) {
    flooder.send(
      `[2,"f${index}","StatusNotification",{"connectorId":${index % 64},"errorCode":"NoError","status":"Available"}]`,
    );
  }
  expect(await longestWait(answersInOrder(flooder, 2_000))).toBeLessThan(WITNESS_WITHIN_MS);
  expect(column(site, 'SELECT count(*) FROM status_log')).toEqual([2_000]);
});

it('20 charge points that all flood: the witness is served', async () => {
  const flooders = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const flooder = await connect(site.url, `FLOODER-${index}`);
      await flooder.boot();
      return flooder;
    }),
  );
  for (const flooder of flooders) {
    for (let index = 0; index < 300; index += 1) {
      flooder.send(`[2,"f${index}","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Charging"}]`);
    }
  }
  const done = Promise.all(flooders.map((flooder) => answersInOrder(flooder, 300)));
  expect(await longestWait(done)).toBeLessThan(WITNESS_WITHIN_MS);
});

it('a message in 1,025 fragments ends the connection with 1008, one in 1,000 is read', async () => {
  const flooder = await connect(site.url, 'FLOODER');
  await flooder.boot();
  const inFragments = (text: string, count: number): void => {
    for (let index = 0; index < count; index += 1) {
      const last = index === count - 1;
      flooder.socket.send(last ? text : '', { fin: last });
    }
  };
  inFragments('[2,"whole","Heartbeat",{}]', 1_000);
  expect(await flooder.answerTo('whole')).toMatchObject({ kind: 'result' });
  inFragments('[2,"never","Heartbeat",{}]', 1_025);
  expect((await flooder.closed).code).toBe(1008);
  expect(await witnessWait(witness)).toBeLessThan(WITNESS_WITHIN_MS);
});

it('fragments of more than 1 MiB together end the connection with 1009', async () => {
  const flooder = await connect(site.url, 'FLOODER');
  await flooder.boot();
  for (let index = 0; index < 5; index += 1) flooder.socket.send('x'.repeat(300_000), { fin: false });
  expect((await flooder.closed).code).toBe(1009);
});

it('before it is accepted a charge point may send 64 KiB at a time and no more', async () => {
  const stranger = await connect(site.url, 'STRANGER');
  const before = traces(site);
  stranger.send(`[2,"1","DataTransfer",{"vendorId":"v","data":"${'x'.repeat(65_000)}"}]`);
  expect(await stranger.answerTo('1')).toMatchObject({ kind: 'error', code: 'SecurityError' });
  stranger.send(`[2,"2","DataTransfer",{"vendorId":"v","data":"${'x'.repeat(66_000)}"}]`);
  expect((await stranger.closed).code).toBe(1009);
  expect(traces(site)).toMatchObject({ charge_points: before.charge_points ?? -1 });
});

it('200 strangers at once are let in, the next one is asked to come later, and registered ones are not', async () => {
  const strangers = await Promise.all(
    Array.from({ length: 200 }, (_, index) => connect(site.url, `STRANGER-${index}`)),
  );
  expect(await refusedStatus(site.url, 'STRANGER-201')).toBe(503);
  witness.crash();
  witness = await connect(site.url, 'WITNESS');
  expect(await witnessWait(witness)).toBeLessThan(WITNESS_WITHIN_MS);
  const gone = new Promise<void>((resolve) => {
    site.controller.feed.listen(({ event }) => {
      if (event.type === 'connection-closed' && event.chargePointId === 'STRANGER-7') setImmediate(resolve);
    });
  });
  strangers[7]?.crash();
  await gone;
  await connect(site.url, 'STRANGER-201');
});

it('500 connections that come and go without a word leave nothing', async () => {
  const before = traces(site);
  const memoryBefore = await memoryInUse();
  for (let round = 0; round < 10; round += 1) {
    const left = closes(50);
    const strangers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => connect(site.url, `STRANGER-${round}-${index}`)),
    );
    for (const stranger of strangers) stranger.crash();
    await left;
  }
  expect(traces(site)).toEqual(before);
  expect((await memoryInUse()) - memoryBefore).toBeLessThan(64 * 1_048_576);
  expect(await witnessWait(witness)).toBeLessThan(WITNESS_WITHIN_MS);
});

it('frames of 1 MB, forty of them, are read one after the other and take no memory with them', async () => {
  const flooder = await connect(site.url, 'FLOODER');
  await flooder.boot();
  const memoryBefore = await memoryInUse();
  const data = 'x'.repeat(1_000_000);
  for (let index = 0; index < 40; index += 1) {
    flooder.send(`[2,"f${index}","DataTransfer",{"vendorId":"v","data":"${data}"}]`);
  }
  expect(await longestWait(answersInOrder(flooder, 40))).toBeLessThan(WITNESS_WITHIN_MS);
  expect((await memoryInUse()) - memoryBefore).toBeLessThan(64 * 1_048_576);
});

/** When so many connections have closed, and all that follows from it is done. */
function closes(count: number): Promise<void> {
  let left = count;
  return new Promise((resolve) => {
    const stop = site.controller.feed.listen(({ event }) => {
      if (event.type !== 'connection-closed') return;
      left -= 1;
      if (left > 0) return;
      stop();
      setImmediate(resolve);
    });
  });
}
