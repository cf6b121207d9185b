/** Two connections with one id (field observation Q3): who stays, who goes, and that it does not go on for ever. */
import { afterEach, expect, it } from 'vitest';
import { connect, refusedStatus, UpgradeRefused } from '../support/charge-point.ts';
import { startSite, type TestSite } from '../support/site.ts';
import { column, rows } from '../support/site-rows.ts';

let site: TestSite;
afterEach(() => site.stop());

it('Q3 a newcomer that only knows the id is refused while the old connection answers, and an alert is raised', async () => {
  site = await startSite();
  const old = await connect(site.url, 'CP1');
  await old.boot();
  expect(await refusedStatus(site.url, 'CP1')).toBe(409);
  expect(await old.heartbeat()).toHaveProperty('currentTime');
  expect(rows(site, 'SELECT kind, charge_point_id, times, cleared_ms FROM alerts')).toEqual([
    { kind: 'identity-contested', charge_point_id: 'CP1', times: 1, cleared_ms: null },
  ]);
});

it('Q3 no pong in 3 s: the old connection is replaced, and its end does not hurt the new one', async () => {
  site = await startSite();
  const old = await connect(site.url, 'CP1', { autoPong: false });
  await old.boot();
  const began = performance.now();
  const next = await connect(site.url, 'CP1');
  const waited = performance.now() - began;
  expect(waited).toBeGreaterThan(2_900);
  expect(waited).toBeLessThan(6_000);
  expect((await old.closed).code).toBe(1006);
  expect(await next.heartbeat()).toHaveProperty('currentTime');
  expect(site.controller.lines.get('CP1')?.session).not.toBeNull();
  expect(column(site, 'SELECT count(*) FROM alerts')).toEqual([0]);
});

it('Q3 a newcomer that authenticated wins at once; the close of the old socket does not hurt it', async () => {
  site = await startSite({ passwords: new Map([['CP1', Buffer.from('secret')]]) });
  const old = await connect(site.url, 'CP1', { password: 'secret' });
  await old.boot();
  const next = await connect(site.url, 'CP1', { password: 'secret' });
  await old.closed;
  expect(await next.heartbeat()).toHaveProperty('currentTime');
  const asked = site.controller.execute({ type: 'operate', chargePointId: 'CP1', action: 'ClearCache', payload: {} });
  (await next.nextCall('ClearCache')).answer({ status: 'Accepted' });
  expect(await asked).toEqual({ kind: 'answered', operationId: expect.any(String), payload: { status: 'Accepted' } });
});

it('Q3 two sockets of one charge point that both reconnect do not replace each other for ever', async () => {
  site = await startSite({ passwords: new Map([['CP1', Buffer.from('secret')]]) });
  let current = await connect(site.url, 'CP1', { password: 'secret' });
  await current.boot();
  let refused = 0;
  for (let attempt = 0; attempt < 10; attempt += 1) {
    try {
      const next = await connect(site.url, 'CP1', { password: 'secret' });
      await current.closed;
      current = next;
    } catch (error) {
      if (!(error instanceof UpgradeRefused)) throw error;
      expect(error.status).toBe(409);
      refused += 1;
    }
  }
  expect(refused).toBe(7);
  expect(await current.heartbeat()).toHaveProperty('currentTime');
  expect(column(site, "SELECT times FROM alerts WHERE kind = 'identity-contested'")).toEqual([7]);
});

it('Q3 a third connection while two are being compared is asked to come later', async () => {
  site = await startSite();
  const old = await connect(site.url, 'CP1', { autoPong: false });
  await old.boot();
  const pinged = old.pinged();
  const second = connect(site.url, 'CP1');
  await pinged;
  expect(await refusedStatus(site.url, 'CP1')).toBe(503);
  old.crash();
  expect(await (await second).heartbeat()).toHaveProperty('currentTime');
});

it('Q3 the old connection closes while the newcomer waits: it is let in at once', async () => {
  site = await startSite();
  const old = await connect(site.url, 'CP1', { autoPong: false });
  await old.boot();
  const pinged = old.pinged();
  const began = performance.now();
  const next = connect(site.url, 'CP1');
  await pinged;
  old.crash();
  expect(await (await next).heartbeat()).toHaveProperty('currentTime');
  expect(performance.now() - began).toBeLessThan(2_000);
});

it('Q3 an old connection that answers late, but within 3 s, keeps its place', async () => {
  site = await startSite();
  const old = await connect(site.url, 'CP1', { autoPong: false });
  await old.boot();
  const pinged = old.pinged();
  const impatient = connect(site.url, 'CP1').catch((error: unknown) => error);
  await pinged;
  await old.heartbeat();
  old.socket.pong();
  expect(await impatient).toBeInstanceOf(UpgradeRefused);
  expect(await old.heartbeat()).toHaveProperty('currentTime');
});

it('Q3 a connection that its charge point has given up, but not closed, yields to the third knock', async () => {
  site = await startSite();
  const old = await connect(site.url, 'CP1');
  await old.boot();
  expect(await refusedStatus(site.url, 'CP1')).toBe(409);
  expect(await refusedStatus(site.url, 'CP1')).toBe(409);
  const next = await connect(site.url, 'CP1');
  expect(await next.heartbeat()).toHaveProperty('currentTime');
  // It is left open: its end would only make the charge point dial once more, and give up the new one.
  old.send('[2,"late","Heartbeat",{}]');
  expect(await next.heartbeat()).toHaveProperty('currentTime');
  expect(old.socket.readyState).toBe(old.socket.OPEN);
  expect(await refusedStatus(site.url, 'CP1')).toBe(409);
  expect(await refusedStatus(site.url, 'CP1')).toBe(409);
  // One such connection is enough.
  const last = await connect(site.url, 'CP1');
  await old.closed;
  expect(await last.heartbeat()).toHaveProperty('currentTime');
});

it('Q3 knocks count for nothing while the old connection says something', async () => {
  site = await startSite();
  const old = await connect(site.url, 'CP1');
  await old.boot();
  for (let attempt = 0; attempt < 8; attempt += 1) {
    expect(await refusedStatus(site.url, 'CP1')).toBe(409);
    await old.heartbeat();
  }
  expect(await old.heartbeat()).toHaveProperty('currentTime');
});
