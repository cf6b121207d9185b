import { createRequire } from 'node:module';
import { afterEach, describe, expect, it } from 'vitest';
import type { LocalListEvent } from '../../src/domain/local-list.ts';
import { type ChargePoint, createChargePoint } from '../../src/sim/charge-point.ts';
import { realClock } from '../../src/sim/clock.ts';
import { createRandom } from '../../src/sim/random.ts';
import type { Model } from '../../src/sim/station.ts';
import { dialWebSocket } from '../../src/sim/ws-transport.ts';
import { scratchPaths } from '../support/scratch-folder.ts';
import { startSite, type TestSite } from '../support/site.ts';
import { putToken } from '../support/site-rows.ts';

const { RPCClient } = createRequire(import.meta.url)('ocpp-rpc') as typeof import('ocpp-rpc');

type RpcOptions = ConstructorParameters<typeof RPCClient>[0];

const storePath = scratchPaths();
const policy = { localLists: 'on' } as const;

/** How fast the simulated charge point lives; the Central System keeps the time of the wall. */
const PACE = 20;

function startSim(url: string, quirks: Model['quirks'] = {}): ChargePoint {
  const model: Model = {
    vendor: 'Tester',
    model: 'Solo',
    firmwareVersion: '1.0',
    connectors: 1,
    phases: 3,
    maxAmps: 16,
    lock: false,
    repeatsStatus: false,
    countsMessages: false,
    sampleSeconds: 60,
    quirks,
  };
  const chargePoint = createChargePoint({
    id: 'SIM-1',
    model,
    dial: dialWebSocket(url),
    clock: realClock(PACE),
    random: createRandom(1),
    setsClock: false,
  });
  chargePoint.powerOn();
  return chargePoint;
}

/** The first change of a list that `wants` takes. */
function listChange(site: TestSite, wants: (event: LocalListEvent) => boolean): Promise<LocalListEvent> {
  return new Promise((resolve) => {
    const deaf = site.controller.feed.listen(({ event }) => {
      if (event.type !== 'local-list-changed' || !wants(event)) return;
      deaf();
      resolve(event);
    });
  });
}

const inLine = (site: TestSite) => listChange(site, ({ list }) => list.state === 'in-line');

async function putCards(site: TestSite, count: number): Promise<string[]> {
  const tags = Array.from({ length: count }, (_, index) => `CARD${String(index).padStart(2, '0')}`);
  for (const idTag of tags) await putToken(site, idTag);
  return tags.map((idTag) => idTag.toLowerCase());
}

let site: TestSite;
let sim: ChargePoint | null = null;
afterEach(async () => {
  const running = sim;
  sim = null;
  if (running !== null) await new Promise<void>((resolve) => running.shutDown(resolve));
  await site.stop();
});

describe('D7.54 a local list over real sockets', () => {
  it('goes on where it was when Busbar is restarted between two chunks', async () => {
    const path = storePath('busbar.db');
    site = await startSite({ policy, storePath: path });
    const cards = await putCards(site, 30);
    sim = startSim(site.url, { listChunk: 4 });
    // The list is longer than what an unknown charge point is sent at once, and its chunks get smaller before they fit.
    await listChange(site, ({ content }) => content?.full === false);
    const { port } = site;
    await site.stop();
    const half = sim.flash.localList.size;
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThan(30);

    const versionThen = sim.flash.localListVersion;
    site = await startSite({ policy, storePath: path, port });
    const updates: number[] = [];
    site.controller.feed.listen(({ event }) => {
      if (event.type === 'local-list-changed' && event.content !== null) updates.push(event.content.version);
    });
    const { list } = await inLine(site);
    expect([...sim.flash.localList.keys()].sort()).toEqual(cards);
    expect([list.heldVersion, list.reportedVersion]).toEqual([sim.flash.localListVersion, sim.flash.localListVersion]);
    expect(Math.min(...updates)).toBeGreaterThan(versionThen - 1);
    expect(updates).toEqual([...new Set(updates)].sort((a, b) => a - b));
  }, 60_000);

  it('comes in line with a charge point that needs a full list after each start, and has lost its list', async () => {
    site = await startSite({ policy });
    const cards = await putCards(site, 6);
    const quirks = { differentialNeedsFull: 'VersionMismatch', losesListOnReboot: true } as const;
    sim = startSim(site.url, quirks);
    const updates: boolean[] = [];
    site.controller.feed.listen(({ event }) => {
      if (event.type !== 'local-list-changed' || event.content === null) return;
      // What it reported to be empty is no update.
      if (event.content.version > 0) updates.push(event.content.full);
    });
    await inLine(site);
    expect([...sim.flash.localList.keys()].sort()).toEqual(cards);

    const blocked = inLine(site);
    await putToken(site, 'CARD03', { status: 'Blocked' });
    await blocked;
    expect(sim.flash.localList.get('card03')).toMatchObject({ status: 'Blocked' });

    const restored = inLine(site);
    sim.powerCycle(5);
    const { list } = await restored;
    expect([sim.flash.localList.size, sim.flash.localListVersion]).toEqual([6, list.heldVersion]);
    expect(updates).toEqual([true, false, true]);
    expect(sim.flash.localList.get('card03')).toMatchObject({ status: 'Blocked' });
  }, 60_000);

  it('keeps to the limits and profiles that the charge point reports', async () => {
    site = await startSite({ policy });
    await putCards(site, 10);
    sim = startSim(site.url, { noLocalList: true });
    await listChange(site, ({ list }) => list.state === 'unsupported');
    // Asked what it has, it no longer has to be asked whether it has a list.
    const told = listChange(site, ({ list }) => /SupportedFeatureProfiles/.test(list.problem ?? ''));
    const operation = { type: 'operate', chargePointId: 'SIM-1', action: 'GetConfiguration', payload: {} } as const;
    expect((await site.controller.execute(operation)).kind).toBe('answered');
    expect((await told).list.state).toBe('unsupported');
  }, 60_000);
});

it('D7.54 a charge point that checks every message against the official schemas has nothing to object to', async () => {
  site = await startSite({ policy });
  await putToken(site, 'ANNA', { expiresAt: Date.UTC(2031, 5, 1), parentIdTag: 'FLEET' });
  await putToken(site, 'Ben', { status: 'Blocked' });
  const client = new RPCClient({
    endpoint: site.url,
    identity: 'CP1',
    protocols: ['ocpp1.6'],
    strictMode: true,
  } as RpcOptions);
  const received: unknown[] = [];
  const violations: unknown[] = [];
  let version = 0;
  client.on('strictValidationFailure', (failure: unknown) => violations.push(failure));
  client.handle('GetLocalListVersion', async () => ({ listVersion: version }));
  client.handle('SendLocalList', async ({ params }) => {
    received.push(params);
    version = Number(params?.listVersion);
    return { status: 'Accepted' };
  });
  await client.connect();
  await client.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
  await inLine(site);
  const again = inLine(site);
  await site.controller.execute({ type: 'remove-token', idTag: 'ben' });
  await again;
  await client.close();
  expect(violations).toEqual([]);
  expect(received).toEqual([
    {
      listVersion: 1,
      updateType: 'Full',
      localAuthorizationList: [
        {
          idTag: 'ANNA',
          idTagInfo: { status: 'Accepted', expiryDate: '2031-06-01T00:00:00.000Z', parentIdTag: 'FLEET' },
        },
        { idTag: 'Ben', idTagInfo: { status: 'Blocked' } },
      ],
    },
    { listVersion: 2, updateType: 'Differential', localAuthorizationList: [{ idTag: 'Ben' }] },
  ]);
}, 30_000);
