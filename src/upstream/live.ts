import type { Event } from '../domain/events.ts';
import type { Monotonic } from '../domain/units.ts';
import type { Clock } from '../runtime/ports.ts';
import type { Views } from '../store/views.ts';
import type { Message } from './link.ts';
import type { Topics } from './topics.ts';

/** A lease of live samples, s: whoever still looks asks again. */
export const LIVE_S = 300;
/** Leases at once, and ms between two samples of one connector. */
const MAX_LEASES = 500;
const EVERY_MS = 1_000;

/** Samples of connectors that somebody looks at right now: sent as they come, and lost when nobody takes them. */
export function createLive(site: {
  views: Pick<Views, 'chargePoint'>;
  topics: Topics;
  clock: Clock;
  publish: (message: Message) => void;
}) {
  const { views, topics, clock, publish } = site;
  const leases = new Map<string, Monotonic>();
  const sentAt = new Map<string, Monotonic>();
  return {
    /** False when there are too many. */
    start(chargePointId: string, seconds: number): boolean {
      const now = clock.monotonic();
      for (const [id, until] of leases) if (until < now) leases.delete(id);
      if (!leases.has(chargePointId) && leases.size >= MAX_LEASES) return false;
      leases.set(chargePointId, (now + Math.min(seconds, LIVE_S) * 1_000) as Monotonic);
      return true;
    },
    stop(chargePointId: string): void {
      leases.delete(chargePointId);
    },
    happened(event: Event): void {
      if (event.type !== 'readings-taken' && event.type !== 'grant-changed') return;
      const { chargePointId, connectorId } = event;
      const until = leases.get(chargePointId);
      const now = clock.monotonic();
      if (until === undefined || until < now) return;
      const topic = topics.live(chargePointId, connectorId);
      if (now - (sentAt.get(topic) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return;
      const connector = views.chargePoint(chargePointId)?.connectors.find(({ id }) => id === connectorId);
      if (connector === undefined) return;
      sentAt.set(topic, now);
      const { currentA, powerW, energyWh, socPercent, limitA, because, readingAt, transactionId } = connector;
      const sample = { at: readingAt, transactionId, currentA, powerW, energyWh, socPercent, limitA, because };
      publish({ topic, payload: Buffer.from(JSON.stringify(sample), 'utf8'), qos: 0, retain: false });
    },
    down(): void {
      sentAt.clear();
    },
  };
}
