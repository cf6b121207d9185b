import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BusbarProcess, freePort, startProcess } from '../support/busbar-process.ts';
import { connect } from '../support/charge-point.ts';
import { hasBroker, type Mosquitto, startMosquitto } from '../support/mosquitto.ts';

const run = promisify(execFile);
const ROOT = 'busbar/v1/acme/depot';

/** Commands as somebody else's program sends them (mosquitto_rr), to the real process over a real broker. */
describe.skipIf(!hasBroker())('commands over a real broker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-commands-'));
  let mosquitto: Mosquitto;
  let busbar: BusbarProcess;
  let ocpp: string;

  beforeAll(async () => {
    mosquitto = await startMosquitto();
    const port = await freePort();
    ocpp = `ws://127.0.0.1:${port}/ocpp`;
    const file = join(folder, 'site.yaml');
    writeFileSync(
      file,
      `site: {id: depot}
ocpp: {host: 127.0.0.1, port: ${port}, unknownChargePoints: accept}
http: {port: 0}
store: {path: ${join(folder, 'busbar.db')}}
upstream: {url: 'mqtt://127.0.0.1:${mosquitto.port}', tenant: acme, authorization: {online: unknown-cards}}
`,
    );
    busbar = await startProcess({}, folder, file);
  });
  afterAll(async () => {
    await busbar?.stop();
    await mosquitto?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Sends and waits for the answer, for 10 s. */
  async function command(name: string, content: object, withinS = 10): Promise<Record<string, unknown>> {
    const args = ['-p', String(mosquitto.port), '-V', '5', '-q', '1', '-W', String(withinS)];
    const topics = ['-t', `${ROOT}/cmd/${name}`, '-e', `${ROOT}/res/mine`];
    const expiry = ['-D', 'publish', 'message-expiry-interval', '60'];
    const { stdout } = await run('mosquitto_rr', [...args, ...topics, ...expiry, '-m', JSON.stringify(content)]);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  it('read, change, and reach a charge point', async () => {
    // A site that has just begun may not listen yet.
    const first = () => command('site.get', { id: 'c-0' }, 1);
    const answered = await first().catch(first).catch(first);
    expect(answered).toMatchObject({
      state: 'done',
      status: 200,
      body: { id: 'depot' },
    });
    const put = { id: 'c-1', params: { idTag: 'VAN1' }, body: { note: 'van 1' } };
    expect(await command('token.put', put)).toMatchObject({ id: 'c-1', state: 'done', body: { source: 'upstream' } });
    const start = { params: { id: 'CP1' }, body: { idTag: 'VAN1', connectorId: 1 } };
    expect(await command('transaction.start', { id: 'c-2', ...start })).toMatchObject({
      state: 'refused',
      status: 404,
    });
    const point = await connect(ocpp, 'CP1');
    await point.boot();
    const answer = command('transaction.start', { id: 'c-3', ...start });
    const remote = await point.nextCall('RemoteStartTransaction');
    expect(remote.payload).toEqual({ idTag: 'VAN1', connectorId: 1 });
    remote.answer({ status: 'Accepted' });
    expect(await answer).toMatchObject({ id: 'c-3', state: 'done', body: { status: 'Accepted' } });
    // The same again is answered, and reaches nobody.
    expect(await command('transaction.start', { id: 'c-3', ...start })).toMatchObject({ state: 'done' });
    await point.close();
  });

  it('are asked the other way round for a card that nobody knows', async () => {
    const backend = await mqtt.connectAsync(`mqtt://127.0.0.1:${mosquitto.port}`, { protocolVersion: 5 });
    await backend.subscribeAsync(`${ROOT}/ask/authorize`, { qos: 1 });
    backend.on('message', (_, payload) => {
      const { id, idTag } = JSON.parse(payload.toString()) as { id: string; idTag: string };
      const status = idTag === 'GUEST' ? 'Accepted' : 'Invalid';
      backend.publish(`${ROOT}/answer/authorize`, JSON.stringify({ id, status, cacheS: 600 }), { qos: 1 });
    });
    const point = await connect(ocpp, 'CP1');
    await point.boot();
    const statusOf = async (idTag: string) => (await point.call('Authorize', { idTag })) as { payload?: unknown };
    expect(await statusOf('GUEST')).toMatchObject({ payload: { idTagInfo: { status: 'Accepted' } } });
    expect(await statusOf('STRANGER')).toMatchObject({ payload: { idTagInfo: { status: 'Invalid' } } });
    await backend.endAsync();
    // Without it: what it has said holds for a while, and the rest is decided here.
    expect(await statusOf('GUEST')).toMatchObject({ payload: { idTagInfo: { status: 'Accepted' } } });
    expect(await statusOf('OTHER')).toMatchObject({ payload: { idTagInfo: { status: 'Invalid' } } });
    await point.close();
  });
});
