import { createHash } from 'node:crypto';
import type { Event } from '../domain/events.ts';
import type { Monotonic } from '../domain/units.ts';
import type { Clock } from '../runtime/ports.ts';
import type { Views } from '../store/views.ts';
import type { Message } from './link.ts';
import type { Topics } from './topics.ts';

/** Between two states of one charge point, ms: after something has happened, and where only readings came. */
const AFTER_EVENT_MS = 1_000;
const AFTER_READING_MS = 30_000;
/** Between two states of the site, ms. */
const SITE_EVERY_MS = 10_000;
/** Alerts that are over, of which a broker may still hold the last word, cleared after each connect. */
const MAX_CLEARED = 200;

/** One thing whose last state the broker keeps. */
type Thing = {
  readonly topic: string;
  /** Null: nothing of it is left, and the broker is to forget it. */
  readonly build: () => object | null;
  readonly everyMs: number;
  dueAt: Monotonic | null;
  sentAt: Monotonic | null;
  hash: string | null;
};

/**
 * The last state of everything, retained at the broker. It is marked when something happens and made when there is room to
 * send it, so that after weeks without a line each goes out once, as it is now.
 */
export function createStates(site: {
  views: Pick<Views, 'site' | 'chargePoint' | 'chargePoints' | 'alert' | 'alerts' | 'clearedAlerts'>;
  topics: Topics;
  clock: Clock;
  info: () => object;
  /** Something is due. */
  due: () => void;
}) {
  const { views, topics, clock } = site;
  const things = new Map<string, Thing>();
  let timer: { cancel(): void } | null = null;

  const add = (topic: string, everyMs: number, build: () => object | null): Thing => {
    const known = things.get(topic);
    if (known !== undefined) return known;
    const thing: Thing = { topic, build, everyMs, dueAt: null, sentAt: null, hash: null };
    things.set(topic, thing);
    return thing;
  };
  const ofSite = add(topics.site, SITE_EVERY_MS, () => views.site());
  const ofInfo = add(topics.info, SITE_EVERY_MS, () => withVersion(site.info()));
  const ofChargePoint = (id: string): Thing =>
    add(topics.state(id), AFTER_EVENT_MS, () => {
      const view = views.chargePoint(id);
      if (view === null) return null;
      const { counters, callsWaiting, lastSeenAt, ...shown } = view;
      return shown;
    });
  const ofAlert = (id: string): Thing => add(topics.alert(id), AFTER_EVENT_MS, () => views.alert(id));

  /** Not before `afterMs` since it was sent last. */
  function mark(thing: Thing, afterMs: number): void {
    const now = clock.monotonic();
    const at = Math.max(now, (thing.sentAt ?? Number.NEGATIVE_INFINITY) + afterMs) as Monotonic;
    if (thing.dueAt !== null && thing.dueAt <= at) return;
    thing.dueAt = at;
    wake();
  }

  function wake(): void {
    timer?.cancel();
    timer = null;
    const next = Math.min(...[...things.values()].flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt])));
    if (next === Number.POSITIVE_INFINITY) return;
    timer = clock.after(Math.max(0, next - clock.monotonic()), site.due);
  }

  return {
    happened(event: Event): void {
      if ('chargePointId' in event && event.chargePointId !== null && typeof event.chargePointId === 'string') {
        const quiet = event.type === 'readings-taken' || event.type === 'grant-changed';
        mark(ofChargePoint(event.chargePointId), quiet ? AFTER_READING_MS : AFTER_EVENT_MS);
      }
      if (event.type === 'alert-raised') mark(ofAlert(event.alert.id), AFTER_EVENT_MS);
      if (event.type === 'alert-cleared') mark(ofAlert(event.id), AFTER_EVENT_MS);
      if (event.type === 'charge-point-booted') mark(ofInfo, SITE_EVERY_MS);
      mark(ofSite, SITE_EVERY_MS);
    },
    /** A new connection: the broker may know nothing, or what is long over. */
    up(): void {
      for (const thing of things.values()) thing.hash = null;
      for (const { id } of views.chargePoints()) ofChargePoint(id);
      for (const { id } of views.alerts()) ofAlert(id);
      for (const id of views.clearedAlerts(MAX_CLEARED)) ofAlert(id);
      const now = clock.monotonic();
      for (const thing of things.values()) {
        thing.dueAt = now;
        thing.sentAt = null;
      }
    },
    down(): void {
      timer?.cancel();
      timer = null;
    },
    /** The next one that is due; null where none is. */
    next(): Message | null {
      const now = clock.monotonic();
      for (const thing of things.values()) {
        if (thing.dueAt === null || thing.dueAt > now) continue;
        thing.dueAt = null;
        const state = thing.build();
        if (state === null && thing.topic !== topics.site) things.delete(thing.topic);
        const payload = state === null ? Buffer.alloc(0) : Buffer.from(JSON.stringify(state), 'utf8');
        const hash = createHash('sha256').update(payload).digest('base64');
        if (hash === thing.hash) continue;
        thing.hash = hash;
        thing.sentAt = now;
        wake();
        return { topic: thing.topic, payload, qos: 1, retain: true };
      }
      wake();
      return null;
    },
    stop(): void {
      timer?.cancel();
    },
  };
}

/** Another version for another content: whoever knows this one need not read it. */
function withVersion(info: object): object {
  const version = createHash('sha256').update(JSON.stringify(info)).digest('hex').slice(0, 16);
  return { version, ...info };
}
