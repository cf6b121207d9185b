import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import { connectAsync } from 'mqtt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startConsumer } from '../../src/upstream-consumer/consumer.ts';
import { type Keep, openKeep } from '../../src/upstream-consumer/keep.ts';
import { startNode } from '../support/node-process.ts';
import { birth, events, SITE } from './messages.ts';

/** Takes what comes, and falls dead right after the first batch is committed, before anything is acknowledged. */
const dying = `
import { startConsumer } from './src/upstream-consumer/consumer.ts';
import { openKeep } from './src/upstream-consumer/keep.ts';
const [db, url] = process.argv.slice(-2);
const keep = openKeep(db);
const transaction = (work) => {
  const done = keep.transaction(work);
  if (keep.sites().some(({ events }) => events > 0)) process.kill(process.pid, 'SIGKILL');
  return done;
};
startConsumer({ ...keep, transaction }, { url, root: 'busbar/v1/+/+', clientId: 'consumer', silent: false, login: {} });
`;

describe('the reference consumer at a broker', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function startSiteAtBroker() {
    const broker = await Aedes.createBroker();
    const server = createServer(broker.handle);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
    ends.push(() => {
      broker.close();
      server.close();
    });
    const site = await connectAsync(url, { protocolVersion: 5 });
    ends.push(() => site.endAsync(true));
    const acks: Record<string, unknown>[] = [];
    site.on('message', (_, payload) => acks.push(JSON.parse(payload.toString('utf8'))));
    await site.subscribeAsync(`${SITE}/ack`, { qos: 1 });
    const say = (below: string, content: object, retain = false) =>
      site.publishAsync(`${SITE}/${below}`, JSON.stringify(content), { qos: 1, retain });
    await say('status', birth(), true);
    return { url, acks, say, tell: (from: number, to: number) => say('evt/t0', events(from, to)) };
  }

  function folder(): string {
    const made = mkdtempSync(join(tmpdir(), 'busbar-consumer-'));
    ends.push(() => rmSync(made, { recursive: true, force: true }));
    return made;
  }

  function kept(path = ':memory:'): Keep {
    const keep = openKeep(path);
    ends.push(() => keep.close());
    return keep;
  }

  function consume(keep: Keep, url: string, silent = false) {
    const made = startConsumer(keep, { url, root: 'busbar/v1/+/+', clientId: 'consumer', silent, login: {} });
    ends.push(() => made.stop());
    return made;
  }

  const there = (consumer: ReturnType<typeof consume>) =>
    vi.waitFor(() => expect(consumer.figures().messages).toBeGreaterThan(0), 5_000);
  const stored = (keep: Keep) => keep.database.prepare('SELECT seq FROM events ORDER BY rowid').pluck().all();

  it('acknowledges what is stored, and asks over the line for what is missing', async () => {
    const { url, acks, tell } = await startSiteAtBroker();
    const keep = kept();
    await there(consume(keep, url));
    await tell(1, 2);
    await vi.waitFor(() => expect(acks.at(-1)).toMatchObject({ epoch: 'e1', stream: 't0', upTo: 2 }));
    await tell(5, 6);
    await vi.waitFor(() => expect(acks.at(-1)).toMatchObject({ upTo: 2, want: { from: 3, to: 4 } }));
    await tell(3, 4);
    await vi.waitFor(() => expect(acks.at(-1)).toMatchObject({ upTo: 6 }));
    expect(stored(keep)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('gathers acknowledgements: many batches, few words, and the last tells of all', async () => {
    const { url, acks, tell } = await startSiteAtBroker();
    await there(consume(kept(), url));
    const began = Date.now();
    for (let seq = 1; seq <= 200; seq += 1) await tell(seq, seq);
    await vi.waitFor(() => expect(acks.at(-1)).toMatchObject({ upTo: 200 }));
    expect(acks.length).toBeLessThanOrEqual(2 + (Date.now() - began) / 100);
  });

  it('reads along without a word', async () => {
    const { url, acks, tell } = await startSiteAtBroker();
    const keep = kept();
    const reading = consume(keep, url, true);
    await there(reading);
    await tell(1, 2);
    await tell(5, 6);
    await vi.waitFor(() => expect(reading.figures().open).toBe(1));
    await tell(3, 4);
    await vi.waitFor(() => expect(stored(keep)).toHaveLength(6));
    await reading.stop();
    expect(acks).toEqual([]);
  });

  it('has each event once, and acknowledges it after all, when it falls dead between storing and acknowledging', async () => {
    const { url, acks, tell } = await startSiteAtBroker();
    const db = join(folder(), 'upstream.db');
    const child = startNode(dying, [db, url]);
    ends.push(() => child.kill('SIGKILL'));
    const dead = once(child, 'exit');
    // Told until it has subscribed and taken one: what nobody has subscribed to is kept for nobody.
    const telling = setInterval(() => void tell(1, 3), 200);
    const [, signal] = await dead;
    clearInterval(telling);
    expect(signal).toBe('SIGKILL');
    expect(acks).toEqual([]);
    const keep = kept(db);
    expect(stored(keep)).toEqual([1, 2, 3]);
    consume(keep, url);
    await vi.waitFor(() => expect(acks.at(-1)).toMatchObject({ epoch: 'e1', stream: 't0', upTo: 3 }), 5_000);
    await vi.waitFor(() => expect(keep.sites()[0]?.duplicates).toBeGreaterThanOrEqual(3), 5_000);
    expect(stored(keep)).toEqual([1, 2, 3]);
  });

  it('takes a message again that its disk did not take, and goes on behind one that nobody can read', async () => {
    const { url, acks, say, tell } = await startSiteAtBroker();
    const keep = kept();
    let full = true;
    const transaction: Keep['transaction'] = (work) => {
      if (full && stored(keep).length > 0) throw new Error('disk full');
      return keep.transaction(work);
    };
    const consumer = consume({ ...keep, transaction }, url);
    await there(consumer);
    await tell(1, 1);
    await vi.waitFor(() => expect(acks.at(-1)).toMatchObject({ upTo: 1 }));
    await tell(2, 2);
    await vi.waitFor(() => expect(consumer.figures().notConnected).toBe('disk full'));
    full = false;
    await vi.waitFor(() => expect(acks.at(-1)).toMatchObject({ upTo: 2 }), 5_000);
    await say('evt/t0', { epoch: 'e1', stream: 't0', from: 3, to: 3, events: [{ data: 'x' }] });
    await tell(3, 3);
    await vi.waitFor(() => expect(acks.at(-1)).toMatchObject({ upTo: 3 }));
    expect(consumer.figures().malformed).toBe(1);
    expect(stored(keep)).toEqual([1, 2, 3]);
  });
});
