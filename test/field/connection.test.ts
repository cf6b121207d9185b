/**
 * How real charge points connect (field observations Q1, Q4, Q6, Q7, Q16), and the rules of OCPP-J §3 and §5. The other
 * files here are named after their group; every test that stems from an observation carries its number.
 *
 * Of the field observations Q1 to Q31 these belong elsewhere:
 * - Q9 (client certificates, and what a change of certificates does to the connection) comes with the security issue.
 * - Q14 (never send vendor fields): our own messages are held against the schemas in test/ocpp/official-schemas.test.ts.
 * - Q18, Q19 and Q20 (units, stack levels, "Accepted" proves nothing) are strategies of smart charging, and come with it.
 * - Q27's reservations and Q28's choice of a connector come with reservations and the operator's pages; that an Authorize
 *   need not be followed by a start is tested here (transactions.test.ts).
 * - Q29's uploads come with firmware management; that its status messages are answered is tested in payloads.test.ts.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChargePoint, connect, connectTo, refusedStatus } from '../support/charge-point.ts';
import { startSite, type TestSite } from '../support/site.ts';
import { column, putToken, rows } from '../support/site-rows.ts';

let site: TestSite;
afterEach(() => site.stop());

const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();

async function startedOn(charger: ChargePoint, connectorId = 1, meterStart = 1_000): Promise<number> {
  const started = await charger.ask('StartTransaction', {
    connectorId,
    idTag: 'CARD',
    meterStart,
    timestamp: ago(5),
  });
  return Number(started.transactionId);
}

describe('Q1 nobody boots again after a plain reconnect', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'busbar-field-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('Q1 a reconnect without boot stays accepted', async () => {
    site = await startSite();
    const first = await connect(site.url, 'CP1');
    await first.boot();
    await first.close();
    const again = await connect(site.url, 'CP1');
    expect(await again.heartbeat()).toHaveProperty('currentTime');
  });

  it('Q1 accepted, and with its transaction, across a restart of the central system', async () => {
    const storePath = join(folder, 'busbar.db');
    site = await startSite({ storePath });
    await putToken(site, 'CARD');
    const before = await connect(site.url, 'CP1');
    await before.boot();
    const transactionId = await startedOn(before);
    const { port } = site;
    await site.stop();
    expect((await before.closed).code).toBe(1001);

    site = await startSite({ storePath, port });
    const after = await connect(site.url, 'CP1');
    expect(await after.heartbeat()).toHaveProperty('currentTime');
    // The running transaction was adopted: readings without an id of theirs still find it.
    await after.ask('MeterValues', {
      connectorId: 1,
      meterValue: [{ timestamp: ago(2), sampledValue: [{ value: '1500' }] }],
    });
    const stopped = { transactionId, meterStop: 2_000, timestamp: ago(1), idTag: 'CARD' };
    expect(await after.ask('StopTransaction', stopped)).toMatchObject({ idTagInfo: { status: 'Accepted' } });
    expect(rows(site, 'SELECT id, state, meter_stop_wh FROM transactions')).toEqual([
      { id: transactionId, state: 'stopped', meter_stop_wh: 2_000 },
    ]);
    expect(column(site, 'SELECT transaction_id FROM telemetry')).toEqual([transactionId]);
    expect(column(site, 'SELECT kind FROM findings')).toEqual([]);
    expect(await startedOn(after)).toBeGreaterThan(transactionId);
  });

  it('Q1 a start answered before the restart and repeated after it is the same transaction', async () => {
    const storePath = join(folder, 'busbar.db');
    site = await startSite({ storePath });
    await putToken(site, 'CARD');
    const before = await connect(site.url, 'CP1');
    await before.boot();
    const start = { connectorId: 1, idTag: 'CARD', meterStart: 7, timestamp: ago(5) };
    const answer = await before.ask('StartTransaction', start);
    await site.stop();
    site = await startSite({ storePath });
    const after = await connect(site.url, 'CP1');
    expect(await after.ask('StartTransaction', start)).toEqual(answer);
    expect(column(site, 'SELECT count(*) FROM transactions')).toEqual([1]);
  });
});

describe('Q4 crashes in the middle of things', () => {
  it('Q4 pending calls fail at once when the socket is lost, not by their time-out', async () => {
    site = await startSite({ callTimeoutMs: 60_000 });
    const charger = await connect(site.url, 'CP1');
    await charger.boot();
    const asked = site.controller.execute({
      type: 'operate',
      chargePointId: 'CP1',
      action: 'Reset',
      payload: { type: 'Hard' },
    });
    await charger.nextCall('Reset');
    charger.crash();
    expect(await asked).toEqual({ kind: 'no-answer', why: 'disconnected' });
  });

  it('Q4 what waited behind the lost call goes out on the next connection', async () => {
    site = await startSite({ callTimeoutMs: 60_000 });
    const charger = await connect(site.url, 'CP1');
    await charger.boot();
    const operate = (action: string) =>
      site.controller.execute({ type: 'operate', chargePointId: 'CP1', action, payload: {} });
    const lost = operate('ClearCache');
    const waiting = operate('GetLocalListVersion');
    await charger.nextCall('ClearCache');
    charger.crash();
    expect(await lost).toEqual({ kind: 'no-answer', why: 'disconnected' });
    const again = await connect(site.url, 'CP1');
    (await again.nextCall('GetLocalListVersion')).answer({ listVersion: 3 });
    expect(await waiting).toEqual({ kind: 'answered', operationId: expect.any(String), payload: { listVersion: 3 } });
  });

  it('Q4 a socket that ends as 1005 or 1006 leaves the charge point offline and its transaction running', async () => {
    site = await startSite();
    await putToken(site, 'CARD');
    const charger = await connect(site.url, 'CP1');
    await charger.boot();
    await startedOn(charger);
    const gone = new Promise<void>((resolve) => {
      site.controller.feed.listen(({ event }) => {
        if (event.type === 'connection-closed') resolve();
      });
    });
    charger.crash();
    await gone;
    expect(site.controller.lines.get('CP1')?.session).toBeNull();
    expect(column(site, 'SELECT state FROM transactions')).toEqual(['running']);
    const asked = { type: 'operate', chargePointId: 'CP1', action: 'ClearCache', payload: {} } as const;
    expect(await site.controller.execute(asked)).toEqual({ kind: 'not-connected' });
  });
});

describe('Q6 pings', () => {
  it('Q6 pings with and without payload are answered with the same payload', async () => {
    site = await startSite();
    const charger = await connect(site.url, 'CP1');
    expect(await charger.ping('Hello from EVerest!')).toBe('Hello from EVerest!');
    expect(await charger.ping('')).toBe('');
  });

  it('Q6 a charge point that never pings stays connected as long as it answers ours', async () => {
    site = await startSite({ pingIntervalMs: 50 });
    const charger = await connect(site.url, 'CP1');
    await charger.boot();
    await charger.pinged();
    await charger.pinged();
    await charger.pinged();
    expect(await charger.heartbeat()).toHaveProperty('currentTime');
  });

  it('Q6 a half-open connection, which answers no ping, is ended', async () => {
    site = await startSite({ pingIntervalMs: 50 });
    const charger = await connect(site.url, 'CP1', { autoPong: false });
    expect((await charger.closed).code).toBe(1006);
  });
});

describe('Q7 headers', () => {
  it('Q7 an Origin, a Host without port and cache headers are no reason to refuse', async () => {
    site = await startSite();
    const charger = await connect(site.url, 'CP1', {
      origin: 'http://127.0.0.1',
      headers: { host: '127.0.0.1', pragma: 'no-cache', 'cache-control': 'no-cache' },
    });
    expect(await charger.boot()).toMatchObject({ status: 'Accepted' });
  });

  it('Q7 an offer of permessage-deflate is not taken up', async () => {
    site = await startSite();
    const charger = await connect(site.url, 'CP1', { perMessageDeflate: true });
    expect(charger.socket.extensions).toBe('');
    expect(await charger.boot()).toMatchObject({ status: 'Accepted' });
  });
});

describe('Q16 a charge point that never boots', () => {
  it('Q16 is connected, pinged, and nowhere in the books', async () => {
    site = await startSite({ pingIntervalMs: 50 });
    const silent = await connect(site.url, 'EVLINK');
    await silent.pinged();
    await silent.pinged();
    expect(column(site, 'SELECT count(*) FROM charge_points')).toEqual([0]);
    expect(site.controller.lines.get('EVLINK')?.registration).toBeNull();
    const gone = new Promise<void>((resolve) => {
      site.controller.feed.listen(({ event }) => {
        if (event.type === 'connection-closed') setImmediate(resolve);
      });
    });
    await silent.close();
    await gone;
    expect(site.controller.lines.get('EVLINK')).toBeNull();
  });

  it('Q16 what it says without a boot is refused, and it is asked to boot', async () => {
    site = await startSite();
    const silent = await connect(site.url, 'EVLINK');
    const status = { connectorId: 1, errorCode: 'NoError', status: 'Available' };
    expect(await silent.refusal('StatusNotification', status)).toBe('SecurityError');
    const invitation = await silent.nextCall('TriggerMessage');
    expect(invitation.payload).toEqual({ requestedMessage: 'BootNotification' });
    invitation.answer({ status: 'Accepted' });
    expect(await silent.boot()).toMatchObject({ status: 'Accepted' });
    await silent.ask('StatusNotification', status);
    expect(column(site, 'SELECT status FROM connectors')).toEqual(['Available']);
  });

  it('Q16 it is asked to boot once a connection, however often it speaks', async () => {
    site = await startSite();
    const silent = await connect(site.url, 'EVLINK');
    for (let time = 0; time < 5; time += 1) expect(await silent.refusal('Heartbeat', {})).toBe('SecurityError');
    expect(silent.inbox.filter((text) => text.includes('TriggerMessage'))).toHaveLength(1);
  });
});

describe('OCPP-J §3: the address and the subprotocol', () => {
  it('the id is percent-decoded once, behind any path', async () => {
    site = await startSite();
    for (const [path, id] of [
      ['/CP%201', 'CP 1'],
      ['/a/b/c/d/RDAM%3A123', 'RDAM:123'],
      ['/ocpp/%25zz', '%zz'],
      ['/steve/websocket/CentralSystemService/S%C3%A4ule', 'Säule'],
      ['/ocpp/TRAILING/', 'TRAILING'],
      ['/ocpp/QUERY?token=1', 'QUERY'],
    ] as const) {
      const { socket } = await connectTo(`ws://127.0.0.1:${site.port}${path}`, id);
      expect(site.controller.lines.get(id)?.session).not.toBeNull();
      socket.terminate();
    }
  });

  it('TC_088: ocpp1.6 is chosen from the list and echoed exactly', async () => {
    site = await startSite();
    for (const protocols of [['ocpp1.6'], ['ocpp2.0.1', 'ocpp1.6'], ['ocpp1.6', 'ocpp1.5']]) {
      const charger = await connect(site.url, 'CP1', { protocols });
      expect(charger.socket.protocol).toBe('ocpp1.6');
      await charger.close();
    }
  });

  it('TC_088: without a common subprotocol there is no upgrade', async () => {
    site = await startSite();
    for (const protocols of [null, ['ocpp2.0.1'], ['ocpp1.5', 'ocpp1.2'], ['OCPP1.6'], ['ocpp1.6j']]) {
      expect(await refusedStatus(site.url, 'CP1', { protocols })).toBe(400);
    }
  });

  it('an unknown id gets HTTP 404 under `refuse`, a configured one gets in', async () => {
    site = await startSite({ policy: { unknownChargePoints: 'refuse', configured: new Set(['KNOWN']) } });
    expect(await refusedStatus(site.url, 'STRANGER')).toBe(404);
    const known = await connect(site.url, 'KNOWN');
    expect(await known.boot()).toMatchObject({ status: 'Accepted' });
    expect(column(site, 'SELECT id FROM charge_points')).toEqual(['KNOWN']);
  });

  it('an id that was refused leaves nothing in memory', async () => {
    site = await startSite({ policy: { unknownChargePoints: 'refuse' } });
    expect(await refusedStatus(site.url, 'STRANGER')).toBe(404);
    expect(site.controller.lines.get('STRANGER')).toBeNull();
  });
});
