import { expect, it } from 'vitest';
import { instant } from '../../src/domain/units.ts';
import { outboxReads, outboxWrites } from '../../src/store/outbox.ts';
import { createPump } from '../../src/upstream/pump.ts';
import { topicsOf } from '../../src/upstream/topics.ts';
import { createIntake } from '../../src/upstream-consumer/intake.ts';
import { openKeep } from '../../src/upstream-consumer/keep.ts';
import { createLoopbackBroker } from '../support/loopback-broker.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { monthOffline } from '../support/month-offline.ts';

const MIB = 1_048_576;
const topics = topicsOf('busbar/v1/acme/month');

it('a month without a line at 50 charge points goes up in less than a minute, and takes less than its budget', () => {
  const clock = createManualClock();
  const { database, sessions, readings } = monthOffline(clock.now());
  const reads = outboxReads(database);
  const writes = outboxWrites(database);
  expect([sessions, readings]).toEqual([3_000, 360_000]);
  // The default of upstream.storageMiB.
  expect(reads.bytes()).toBeLessThan(256 * MIB);

  const keep = openKeep(':memory:');
  const intake = createIntake(keep, clock.now);
  // Far away: a fifth of a second there and back.
  const far = createLoopbackBroker(clock, { delayMs: 100, receiveMaximum: 20 });
  let waiting = false;
  far.hear(({ topic, message }) => {
    const word = intake.take(topics.root, topic.slice(topics.root.length + 1), message.payload, message.encoding);
    if (word === null || waiting) return;
    waiting = true;
    clock.after(100, () => {
      waiting = false;
      for (const stream of ['t0', 't1'] as const) {
        pump.streams[stream].acknowledged('month', keep.upTo(topics.root, 'month', stream) ?? 0);
      }
      pump.run();
    });
  });
  const { t0, t1 } = reads.heads();
  const birth = {
    state: 'online',
    boot: 'boot-1',
    epoch: 'month',
    since: new Date(clock.now()).toISOString(),
    software: '0',
    proto: 1,
    ackMode: 'app',
    heads: { t0, t1 },
    first: reads.epochs()[0]?.first,
  };
  const link = far.broker({
    will: { topic: topics.status, payload: Buffer.alloc(0), qos: 1, retain: true },
    listener: {
      up: (parameters) =>
        pump.up(parameters, {
          topic: topics.status,
          payload: Buffer.from(JSON.stringify(birth)),
          qos: 1,
          retain: true,
        }),
      received: async () => undefined,
      down: () => pump.down(),
    },
  });
  const pump = createPump({
    clock,
    reads,
    topics,
    ackMode: 'app',
    compress: true,
    source: '/acme/month',
    publish: (message, done) => link.publish(message, done),
    drop: () => undefined,
    nextState: () => null,
    note: () => undefined,
    acknowledged: (stream, upTo) => void writes.acknowledge(stream, upTo, instant(clock.now())),
  });
  far.connect();
  let seconds = 0;
  while (reads.acked('t0') < reads.heads().t0 || reads.acked('t1') < reads.heads().t1) {
    clock.advance(1_000);
    seconds += 1;
    if (seconds > 60) throw new Error('it takes longer than a minute');
  }
  pump.stop();
  expect(keep.sites()).toMatchObject([{ sessions, duplicates: 0, lost: 0 }]);
  // Thinned by age: what is older than a week to quarters of an hour, than a day to minutes.
  const rows = keep.database
    .prepare('SELECT every_s AS everyS, count(*) AS n FROM readings GROUP BY every_s ORDER BY every_s')
    .all();
  expect(rows).toEqual([
    { everyS: null, n: expect.any(Number) },
    { everyS: 60, n: expect.any(Number) },
    { everyS: 900, n: expect.any(Number) },
  ]);
  keep.close();
  database.close();
}, 120_000);
