import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type BusbarProcess, freePort, startProcess } from '../support/busbar-process.ts';
import { connect } from '../support/charge-point.ts';

const program = new URL('../../dist/cli/busbar.js', import.meta.url).pathname;
const run = promisify(execFile);

/** Runs a command to its end: exit code and what it said. */
async function busbar(args: readonly string[], cwd: string): Promise<{ code: number; said: string }> {
  try {
    const { stdout, stderr } = await run(process.execPath, [program, ...args], { cwd });
    return { code: 0, said: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, said: stdout + stderr };
  }
}

describe('the real process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-process-'));
  const started: BusbarProcess[] = [];
  let store = 0;
  const settings = (more: Record<string, string | number> = {}) => {
    store += 1;
    return {
      'ocpp.host': '127.0.0.1',
      'ocpp.port': 0,
      'http.port': 0,
      'ocpp.unknownChargePoints': 'accept',
      'authorization.unknownCards': 'accept',
      'store.path': join(folder, String(store), 'busbar.db'),
      ...more,
    };
  };
  const start = async (given: Record<string, string | number>) => {
    const process = await startProcess(given, folder);
    started.push(process);
    return process;
  };
  afterEach(async () => {
    for (const process of started.splice(0)) await process.kill();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('starts in an empty folder on built-in defaults, says who may connect, and stops when told', async () => {
    const empty = mkdtempSync(join(folder, 'empty-'));
    const process = await startProcess({ 'ocpp.port': await freePort(), 'http.port': await freePort() }, empty);
    started.push(process);
    expect(process.lines.join('\n')).toContain('wait for approval');
    expect(existsSync(join(empty, 'data', 'busbar.db'))).toBe(true);
    expect(await process.stop()).toBe(0);
  });

  it('keeps a session over a restart: the charge point comes back without booting and stops it', async () => {
    const port = await freePort();
    const given = settings({ 'ocpp.port': port });
    const url = `ws://127.0.0.1:${port}/ocpp`;
    const before = await start(given);
    const first = await connect(url, 'CP-1');
    await first.boot();
    const startedAt = new Date(Date.now() - 60_000).toISOString();
    const answer = await first.ask('StartTransaction', {
      connectorId: 1,
      idTag: 'CARD',
      meterStart: 100,
      timestamp: startedAt,
    });
    const { transactionId } = answer as { transactionId: number };
    expect(await before.stop()).toBe(0);

    await start(given);
    const again = await connect(url, 'CP-1');
    await again.ask('StatusNotification', { connectorId: 1, status: 'Charging', errorCode: 'NoError' });
    const stop = { transactionId, meterStop: 300, timestamp: new Date().toISOString() };
    expect(await again.ask('StopTransaction', stop)).toEqual({});
  });

  it('refuses a store that another process holds, in plain words', async () => {
    const given = settings();
    await start(given);
    await expect(startProcess(given, folder)).rejects.toThrow('is in use by another Busbar');
  });

  it('names the port that is taken, and leaves the store free', async () => {
    const port = await freePort();
    await start(settings({ 'ocpp.port': port }));
    const other = settings({ 'ocpp.port': port });
    await expect(startProcess(other, folder)).rejects.toThrow(`Port ${port} is in use`);
    await start({ ...other, 'ocpp.port': 0 });
  });

  it('backs up while running, and restores with ids far above those given out', async () => {
    const port = await freePort();
    const given = settings({ 'ocpp.port': port });
    const set = ['--set', `store.path=${given['store.path']}`];
    const process = await start(given);
    const url = `ws://127.0.0.1:${port}/ocpp`;
    const start1 = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: '2026-05-01T10:00:00Z' };
    const chargePoint = await connect(url, 'CP-1');
    await chargePoint.boot();
    expect(await chargePoint.ask('StartTransaction', start1)).toMatchObject({ transactionId: 1 });

    const file = join(folder, 'copy.backup');
    expect(await busbar(['backup', file, ...set], folder)).toMatchObject({ code: 0 });
    expect((await busbar(['backup', file, ...set], folder)).said).toContain('exists already');
    const refused = await busbar(['restore', file, ...set], folder);
    expect(refused).toMatchObject({ code: 1, said: expect.stringContaining('is in use by another Busbar') });
    await process.kill();

    const restored = await busbar(['restore', file, ...set], folder);
    expect(restored.said).toContain('is now the store');
    expect(restored.code).toBe(0);
    await start(given);
    const again = await connect(url, 'CP-1');
    expect(await again.ask('StartTransaction', start1)).toMatchObject({ transactionId: 1 });
    const later = { ...start1, timestamp: '2026-05-02T10:00:00Z' };
    expect(await again.ask('StartTransaction', later)).toMatchObject({ transactionId: 1_000_002 });
  });

  it('moves a damaged store aside, restores the last good backup, and raises an alert', async () => {
    const given = settings({ 'http.port': await freePort() });
    const path = given['store.path'];
    await (await start(given)).stop();
    const backups = join(path, '..', 'backups');
    const set = ['--set', `store.path=${path}`];
    await busbar(['backup', join(backups, 'busbar.db.2026-01-01T00-00-00-000Z.backup'), ...set], folder);
    writeFileSync(path, 'this is no database, but it is long enough to look at\n'.repeat(200));
    const process = await start(given);
    expect(process.lines.join('\n')).toContain('The store was damaged');
    expect(readdirSync(join(path, '..')).some((name) => name.includes('damaged-'))).toBe(true);
    const alerts = await (await fetch(`http://127.0.0.1:${given['http.port']}/api/v1/alerts`)).text();
    expect(alerts).toContain('store-damaged');
  });

  it('says wrong usage with exit code 2, and a wrong configuration with 1', async () => {
    expect(await busbar([], folder)).toMatchObject({ code: 2, said: expect.stringContaining('Usage: busbar') });
    expect(await busbar(['dance'], folder)).toMatchObject({ code: 2 });
    expect(await busbar(['--help'], folder)).toMatchObject({ code: 0 });
    expect(await busbar(['start', '--nonsense'], folder)).toMatchObject({ code: 2 });
    expect(await busbar(['demo', '--charge-points', '9999'], folder)).toMatchObject({ code: 2 });
    const wrong = await busbar(['start', '--set', 'ocpp.port=banana'], folder);
    expect(wrong).toMatchObject({ code: 1, said: expect.stringContaining('ocpp.port') });
  });

  it('answers health: ready while it runs, and says so when it does not', async () => {
    const given = settings({ 'http.port': await freePort() });
    const set = ['--set', `http.port=${given['http.port']}`];
    const process = await start(given);
    expect(await busbar(['health', ...set], folder)).toMatchObject({ code: 0 });
    await process.stop();
    expect((await busbar(['health', ...set], folder)).said).toContain('Nothing answers');
  });
});
