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
  /** When the timer falls due. */
  let wakesAt = Number.POSITIVE_INFINITY;

  const add = (topic: string, build: () => object | null): Thing => {
    const known = things.get(topic);
    if (known !== undefined) return known;
    const thing: Thing = { topic, build, dueAt: null, sentAt: null, hash: null };
    things.set(topic, thing);
    return thing;
  };
  const ofSite = add(topics.site, () => views.site());
  const ofInfo = add(topics.info, () => withVersion(site.info()));
  const ofChargePoint = (id: string): Thing =>
    add(topics.state(id), () => {
      const view = views.chargePoint(id);
      if (view === null) return null;
      const { counters, callsWaiting, lastSeenAt, ...shown } = view;
      return shown;
    });
  const ofAlert = (id: string): Thing => add(topics.alert(id), () => views.alert(id));

  /** Not before `afterMs` since it was sent last. */
  function mark(thing: Thing, afterMs: number): void {
    const now = clock.monotonic();
    const at = Math.max(now, (thing.sentAt ?? Number.NEGATIVE_INFINITY) + afterMs) as Monotonic;
    if (thing.dueAt !== null && thing.dueAt <= at) return;
    thing.dueAt = at;
    wakeBy(at);
  }

  function wakeBy(at: number): void {
    if (at >= wakesAt) return;
    timer?.cancel();
    wakesAt = at;
    timer = clock.after(Math.max(0, at - clock.monotonic()), () => {
      rest();
      site.due();
    });
  }

  function rest(): void {
    timer?.cancel();
    timer = null;
    wakesAt = Number.POSITIVE_INFINITY;
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
    down: rest,
    /** The next one that is due; null where none is. */
    next(): Message | null {
      const now = clock.monotonic();
      let soonest = Number.POSITIVE_INFINITY;
      for (const thing of things.values()) {
        if (thing.dueAt === null) continue;
        if (thing.dueAt > now) {
          soonest = Math.min(soonest, thing.dueAt);
          continue;
        }
        thing.dueAt = null;
        const state = thing.build();
        if (state === null && thing.topic !== topics.site) things.delete(thing.topic);
        const payload = state === null ? Buffer.alloc(0) : Buffer.from(JSON.stringify(state), 'utf8');
        const hash = createHash('sha256').update(payload).digest('base64');
        if (hash === thing.hash) continue;
        thing.hash = hash;
        thing.sentAt = now;
        return { topic: thing.topic, payload, qos: 1, retain: true };
      }
      wakeBy(soonest);
      return null;
    },
    stop: rest,
  };
}

/** Another version for another content: whoever knows this one need not read it. */
function withVersion(info: object): object {
  const version = createHash('sha256').update(JSON.stringify(info)).digest('hex').slice(0, 16);
  return { version, ...info };
}
