import { afterEach } from 'vitest';
import { outboxReads, outboxWrites } from '../../src/store/outbox.ts';
import { createViews } from '../../src/store/views.ts';
import { topicsOf } from '../../src/upstream/topics.ts';
import { type OwnCommands, startUpstream } from '../../src/upstream/upstream.ts';
import { createControlRoom } from './control-room.ts';
import { createLoopbackBroker } from './loopback-broker.ts';

/** A site with a backend, over a broker in process and on a clock of the test. */

export const topics = topicsOf('busbar/v1/acme/depot');
type Batch = {
  epoch: string;
  stream: string;
  from: number;
  to: number;
  events: { type: string; sequence: string; data: Record<string, unknown> }[];
};

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

export type UpstreamSite = ReturnType<typeof createUpstreamSite>;

export function createUpstreamSite(
  more: {
    ackMode?: 'app' | 'puback';
    room?: ReturnType<typeof createControlRoom>;
    broker?: Parameters<typeof createLoopbackBroker>[1];
  } = {},
) {
  const room = more.room ?? createControlRoom({ outbox: { boot: 'boot-1' }, policy: { unknownCards: 'accept' } });
  const { clock, controller, database } = room;
  const far = createLoopbackBroker(clock, more.broker);
  const received: string[] = [];
  let commands: OwnCommands = new Map();
  const views = createViews(database, controller.live, {
    id: 'depot',
    name: 'Depot',
    configured: new Set(),
    connectorsOf: () => [],
    securityProfile: () => 0,
  });
  const upstream = startUpstream({
    controller,
    views,
    reads: outboxReads(database),
    writes: outboxWrites(database),
    broker: far.broker,
    topics,
    ackMode: more.ackMode ?? 'app',
    compress: true,
    source: '/acme/depot',
    epoch: 'epoch',
    boot: 'boot-1',
    software: '1.2.3',
    description: () => ({
      software: '1.2.3',
      site: { id: 'depot', name: 'Depot', timeZone: 'UTC' },
      chargePoints: [],
      circuits: [{ id: 'grid', parent: null, limitA: [63, 63, 63] }],
      meters: ['main'],
      commands: ['site.get'],
    }),
    budgetBytes: 1_000_000,
    clock,
    log: room.log,
    desk: ({ own }) => ({
      received: async ({ topic }) => {
        received.push(topic);
      },
      start: () => {
        commands = own;
      },
      stop: () => undefined,
    }),
  });
  stops.push(() => void upstream.stop());
  const batches = (): Batch[] => far.on(topics.events('t0')) as Batch[];
  const types = (): string[] => batches().flatMap(({ events }) => events.map(({ type }) => type));
  const command = (name: string, request: Record<string, unknown>) => commands.get(name)?.(request);
  return { ...room, command, room, far, upstream, received, batches, types };
}

/** The backend has everything up to here. */
export async function acknowledge(site: UpstreamSite, upTo: number, more: object = {}): Promise<void> {
  await site.far.say(topics.ack, { epoch: 'epoch', stream: 't0', upTo, ...more });
  site.clock.settle();
}
