import { createController } from '../../../src/controller/controller.ts';
import type { SimClock } from '../../../src/sim/clock.ts';
import { createRandom } from '../../../src/sim/random.ts';
import { openOutbox, outboxReads, outboxWrites } from '../../../src/store/outbox.ts';
import { createViews } from '../../../src/store/views.ts';
import { topicsOf } from '../../../src/upstream/topics.ts';
import { startUpstream } from '../../../src/upstream/upstream.ts';
import type { ControllerParts } from '../../../src/virtual-site/world.ts';
import { createLoopbackBroker } from '../../support/loopback-broker.ts';
import type { Told } from './findings.ts';
import type { Losses } from './life.ts';
import type { Stage } from './stage.ts';

/**
 * A backend behind a bad line: the connection breaks and hangs, acknowledgements are late or lost, the consumer is away for a
 * while. It has its own idea of what is right: every event once, in order, none left out, and in the end every finished session
 * of the ledger.
 */

const topics = topicsOf('busbar/v1/storm/site');
/** The line is up and down for so long, s. */
const UP_S = { least: 20, most: 900 };
const DOWN_S = { least: 1, most: 400 };

type CloudEvent = { id: string; type: string; data: Record<string, unknown> };
type Batch = { epoch: string; stream: 't0' | 't1'; from: number; to: number; events?: CloudEvent[] };

export function createBackend(seed: number, clockOf: () => SimClock) {
  const random = createRandom(seed * 15_485_863);
  let far: ReturnType<typeof createLoopbackBroker> | null = null;
  let told: Told | null = null;
  let lives = 0;
  let calm = false;
  let consumes = true;
  const events = new Map<string, string>();
  const sessions = new Map<number, string[]>();
  const last = new Map<string, number>();
  let duplicates = 0;
  let cuts = 0;

  function make(parts: ControllerParts) {
    lives += 1;
    const { database, clock } = parts;
    const epoch = database.prepare("SELECT value FROM meta WHERE key = 'epoch'").pluck().get() as string;
    const boot = `life-${lives}`;
    const controller = createController({ ...parts, outbox: openOutbox(database, { epoch, boot, ...clock }) });
    // What the last life had is gone with it: its broker has nobody to tell.
    far = createLoopbackBroker(clock, { delayMs: 30 });
    far.hear(({ topic, json }) => {
      if (topic === topics.events('t0') || topic === topics.events('t1')) heard(json as Batch);
    });
    startUpstream({
      controller,
      views: createViews(database, controller.live, {
        id: 'site',
        name: 'Site',
        configured: new Set(),
        connectorsOf: () => [],
        securityProfile: () => 0,
      }),
      reads: outboxReads(database),
      writes: outboxWrites(database),
      broker: far.broker,
      topics,
      ackMode: 'app',
      compress: false,
      source: '/storm/site',
      epoch,
      boot,
      software: '0',
      description: () => ({
        software: '0',
        site: { id: 'site', name: 'Site', timeZone: 'UTC' },
        chargePoints: [],
        circuits: [],
        meters: [],
        commands: [],
      }),
      budgetBytes: 1e9,
      clock,
      log: parts.log,
      desk: () => ({ received: async () => undefined, start: () => undefined, stop: () => undefined }),
    });
    return controller;
  }

  /** The consumer: takes a batch, drops what it has, and says so far it has everything. */
  function heard(batch: Batch): void {
    if (!consumes) return;
    const key = `${batch.epoch} ${batch.stream}`;
    if (batch.stream === 't0') for (const event of batch.events ?? []) take(event);
    else if (batch.from > (last.get(key) ?? batch.from - 1) + 1)
      told?.find(`telemetry is missing before ${batch.from}`);
    last.set(key, Math.max(last.get(key) ?? 0, batch.to));
    if (!calm && random.chance(0.2)) return;
    const lateMs = calm ? 0 : random.integer(0, 3_000);
    clockOf().setTimeout(() => {
      if (far?.isUp() !== true) return;
      void far.say(topics.ack, { epoch: batch.epoch, stream: batch.stream, upTo: last.get(key) });
    }, lateMs);
  }

  function take(event: CloudEvent): void {
    const [epoch = '', , number = ''] = event.id.split(':');
    const text = JSON.stringify(event);
    const known = events.get(event.id);
    if (known !== undefined) {
      duplicates += 1;
      if (known !== text) told?.find(`event ${event.id} is another one than before: ${known} ${text}`);
      return;
    }
    const before = last.get(`${epoch} events`);
    const seq = Number(number);
    const first = event.type === 'busbar.epoch-began';
    if (before === undefined ? !first : seq !== before + 1) {
      told?.find(`event ${event.id} (${event.type}) follows ${before ?? 'nothing'}`);
    }
    last.set(`${epoch} events`, seq);
    events.set(event.id, text);
    if (event.type === 'busbar.transaction-stopped' || event.type === 'busbar.orphan-stopped') {
      const id = event.data.transactionId as number;
      sessions.set(id, [...(sessions.get(id) ?? []), text]);
    }
  }

  function weather(): void {
    const clock = clockOf();
    const up = far?.isUp() === true;
    if (calm) {
      if (!up) far?.connect();
    } else if (up) {
      cuts += 1;
      if (random.chance(0.2)) far?.hang();
      else far?.cut();
    } else {
      consumes = !random.chance(0.15);
      far?.connect();
    }
    const { least, most } = far?.isUp() === true ? UP_S : DOWN_S;
    clock.setTimeout(weather, calm ? 5_000 : random.integer(least, most) * 1_000);
  }

  return {
    make,
    begin(to: Told): void {
      told = to;
      weather();
    },
    /** The line stays, and the consumer takes everything. */
    calm(): void {
      calm = true;
      consumes = true;
      far?.cut();
      far?.connect();
    },
    /** Every finished session of the ledger is there once, and nothing else is unless a database was lost. */
    judge({ world }: Stage, losses: Losses): void {
      const rows = world.database
        .prepare("SELECT id, meter_stop_wh AS meterStopWh FROM transactions WHERE state <> 'running'")
        .all() as { id: number; meterStopWh: number }[];
      for (const { id, meterStopWh } of rows) {
        const found = sessions.get(id) ?? [];
        const [one] = found;
        if (found.length !== 1 || one === undefined)
          told?.find(`session ${id} stands ${found.length} times with the backend`);
        else if ((JSON.parse(one) as CloudEvent).data.meterStopWh !== meterStopWh)
          told?.find(`session ${id} is another one with the backend`);
      }
      const known = new Set(rows.map(({ id }) => id));
      for (const id of sessions.keys()) {
        if (!known.has(id) && !losses.any()) told?.find(`session ${id} stands with the backend alone`);
      }
      const head = outboxReads(world.database).heads();
      const acked = outboxReads(world.database).acked('t0');
      if (acked < head.t0 - 5)
        told?.find(`the backend has ${acked} of ${head.t0} events after a quarter of an hour of calm`);
      told?.count('events with the backend', events.size);
      told?.count('events that it got again', duplicates);
      told?.count('cuts of the line to the backend', cuts);
      told?.count('sessions with the backend', sessions.size);
    },
  };
}
