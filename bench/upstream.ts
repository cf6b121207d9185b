import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { pino } from 'pino';
import { instant } from '../src/domain/units.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { outboxReads, outboxWrites } from '../src/store/outbox.ts';
import { ackIn } from '../src/upstream/acks.ts';
import type { Message } from '../src/upstream/link.ts';
import { mqttBroker } from '../src/upstream/mqtt-link.ts';
import { createPump } from '../src/upstream/pump.ts';
import { topicsOf } from '../src/upstream/topics.ts';
import { monthOffline } from '../test/support/month-offline.ts';
import { startMosquitto } from '../test/support/mosquitto.ts';

/**
 * `npm run bench:upstream`: a month without a line at 50 charge points, sent to a real mosquitto on loopback and taken by the
 * reference consumer in a process of its own, which acknowledges what it has stored. Prints bytes and rates; the baseline of
 * bytes is the same content as plain JSON.
 */

const folder = mkdtempSync(join(tmpdir(), 'busbar-bench-'));
const say = (what: string, value: string | number): void => void process.stdout.write(`${what.padEnd(46)} ${value}\n`);
const topics = topicsOf('busbar/v1/acme/bench');
const now = Math.floor(Date.now() / 1_000) * 1_000;
const path = join(folder, 'busbar.db');
const { database, sessions, readings } = monthOffline(now, { path });
database.pragma('wal_checkpoint(TRUNCATE)');
const reads = outboxReads(database);
const writes = outboxWrites(database);
const heads = reads.heads();
say('charge points, days, sessions, readings', `50, 30, ${sessions}, ${readings}`);
say(
  'events, and what they take in the store',
  `${heads.t0}, ${(reads.bytes() / 1_048_576).toFixed(1)} MiB of ${(statSync(path).size / 1_048_576).toFixed(1)} MiB`,
);

const mosquitto = await startMosquitto({ persistence: false });
const program = fileURLToPath(new URL('../src/cli/busbar.js', import.meta.url));
const url = `mqtt://127.0.0.1:${mosquitto.port}`;
const consumer = spawn(
  process.execPath,
  [program, 'upstream-consumer', '--url', url, '--db', join(folder, 'upstream.db'), '--once-idle', '600'],
  { stdio: 'ignore' },
);
// Until it listens; what it missed it would ask for, which is not what is measured here.
await pause(3_000);

const sums = { t0: { messages: 0, bytes: 0, plain: 0 }, t1: { messages: 0, bytes: 0, plain: 0 } };
function weigh({ topic, payload, encoding }: Message): void {
  const stream = topic === topics.events('t0') ? 't0' : topic === topics.events('t1') ? 't1' : null;
  if (stream === null) return;
  const sum = sums[stream];
  const plain = encoding === 'deflate' ? inflateSync(payload) : payload;
  sum.messages += 1;
  sum.bytes += payload.length;
  sum.plain += stream === 't0' ? plain.length : asObjects(JSON.parse(plain.toString('utf8')) as Batch);
}

type Batch = { series: ({ n: number } & Record<string, unknown>)[] };
/** Bytes of the same rows as a list of objects. */
function asObjects({ series }: Batch): number {
  let bytes = 0;
  for (const one of series) {
    const row = Object.fromEntries(
      Object.entries(one).map(([name, value]) => [name, Array.isArray(value) ? (value[0] ?? null) : value]),
    );
    bytes += JSON.stringify(row).length * one.n;
    rows += one.n;
  }
  return bytes;
}
let rows = 0;

const began = performance.now();
const cpu = process.cpuUsage();
const acked = { t0: reads.acked('t0'), t1: reads.acked('t1') };
await new Promise<void>((resolve) => {
  const look = (): void => {
    if (acked.t0 >= heads.t0 && acked.t1 >= heads.t1) resolve();
  };
  const link = mqttBroker(
    {
      url,
      clientId: 'acme-bench',
      username: undefined,
      password: undefined,
      subscriptions: [topics.ack],
      keepaliveS: 60,
      tls: { ca: undefined, cert: undefined, key: undefined, servername: undefined, alpn: [] },
    },
    { clock: systemClock, log: pino({ level: 'silent' }), random: Math.random },
  )({
    will: { topic: topics.status, payload: Buffer.from('{"state":"lost"}'), qos: 1, retain: true },
    listener: {
      up: (parameters) =>
        pump.up(parameters, { topic: topics.status, payload: Buffer.from('{"state":"online"}'), qos: 1, retain: true }),
      async received({ payload }): Promise<void> {
        const ack = ackIn(payload);
        if (ack === null) return;
        pump.streams[ack.stream].acknowledged(ack.epoch, ack.upTo);
        pump.run();
        look();
      },
      down: () => pump.down(),
    },
  });
  const pump = createPump({
    clock: systemClock,
    reads,
    topics,
    ackMode: 'app',
    compress: true,
    source: '/acme/bench',
    publish(message, done): void {
      weigh(message);
      link.publish(message, done);
    },
    drop: (why) => link.drop(why),
    nextState: () => null,
    note: () => undefined,
    acknowledged(stream, upTo): void {
      acked[stream] = upTo;
      writes.acknowledge(stream, upTo, instant(Date.now()));
    },
  });
});
const seconds = (performance.now() - began) / 1_000;
const { user, system } = process.cpuUsage(cpu);
say('drained and acknowledged in, s', seconds.toFixed(1));
say('of it CPU of the site (with weighing), s', ((user + system) / 1e6).toFixed(1));
say('messages of events, of telemetry', `${sums.t0.messages}, ${sums.t1.messages}`);
say('events a second', Math.round(heads.t0 / seconds));
say('bytes of events for a session', Math.round(sums.t0.bytes / sessions));
say('  to the same as plain JSON', (sums.t0.bytes / sums.t0.plain).toFixed(2));
say('readings sent after thinning', rows);
say('bytes for a reading that is sent', (sums.t1.bytes / rows).toFixed(1));
say('  to the same as a list of objects', (sums.t1.bytes / sums.t1.plain).toFixed(3));
consumer.kill('SIGTERM');
await once(consumer, 'exit');
await mosquitto.stop();
database.close();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
