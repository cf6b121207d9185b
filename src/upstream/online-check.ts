import type { Controller } from '../controller/controller.ts';
import { idTagKey } from '../domain/token.ts';
import { blankToken } from '../domain/token-import.ts';
import { type Instant, instant, type Monotonic } from '../domain/units.ts';
import { parseTimestamp } from '../ocpp/timestamp.ts';
import type { Clock, Ids, Log, UpgradeRequest } from '../runtime/ports.ts';
import { objectIn } from './json.ts';
import type { Inbound, Message } from './link.ts';
import type { Topics } from './topics.ts';

/** What the backend accepts is remembered so long where it does not say, s, and at most. */
const CACHE_S = 86_400;
const MAX_CACHE_S = 30 * 86_400;
/** A card that the backend does not know is not asked for again so soon, ms. */
const UNKNOWN_MS = 60_000;
/** Questions at once, frames of one connection that wait for an answer, and cards remembered as unknown. */
const MAX_OPEN = 200;
const MAX_HELD = 50;
const MAX_UNKNOWN = 1_000;
/** A start that tells of longer ago happened without us: whatever is answered now changes nothing, ms. */
const OFFLINE_AFTER_MS = 60_000;
const statuses = ['Accepted', 'Blocked', 'Expired'] as const;

/**
 * Asks the backend for cards that nobody here knows, while there is a connection to it. It stands before the controller: a
 * frame that names such a card waits for the answer, at most until the deadline, and those behind it in their order; then all
 * is decided as ever, by what is known here. What the backend has said is a token by then, and holds without it for a while.
 */
export function createOnlineCheck(site: {
  controller: Pick<Controller, 'execute' | 'reader'>;
  publish: (message: Message) => void;
  topics: Topics;
  isUp: () => boolean;
  deadlineMs: number;
  clock: Clock;
  ids: Ids;
  log: Log;
}) {
  const { controller, publish, topics, clock, log } = site;
  const open = new Map<string, { readonly idTag: string; readonly settle: () => void }>();
  const unknown = new Map<string, Monotonic>();

  /** Calls back when the backend has answered or will not in time. */
  function ask(idTag: string, chargePointId: string, connectorId: number | null, settled: () => void): void {
    const id = site.ids.uuid();
    let over = false;
    const settle = (): void => {
      if (over) return;
      over = true;
      patience.cancel();
      open.delete(id);
      settled();
    };
    const patience = clock.after(site.deadlineMs, settle);
    open.set(id, { idTag, settle });
    const question = { id, idTag, chargePointId, connectorId, deadlineMs: site.deadlineMs };
    publish({
      topic: topics.askAuthorize,
      payload: Buffer.from(JSON.stringify(question), 'utf8'),
      qos: 1,
      retain: false,
    });
  }

  /** Whether the backend could say more of this card than is known here. */
  function isWorthAsking(idTag: string): boolean {
    if (!site.isUp() || open.size >= MAX_OPEN) return false;
    const until = unknown.get(idTagKey(idTag));
    if (until !== undefined && clock.monotonic() < until) return false;
    const token = controller.reader.tokenFor(idTag);
    if (token === null) return true;
    return token.source === 'upstream' && token.expiresAt !== null && token.expiresAt <= clock.now();
  }

  async function received({ payload }: Inbound): Promise<void> {
    const answer = answerIn(payload);
    const question = answer === null ? undefined : open.get(answer.id);
    if (answer === null || question === undefined) {
      log.debug({ id: answer?.id }, 'an answer to no question, or too late');
      return;
    }
    const { idTag, settle } = question;
    const status = statuses.find((one) => one === answer.status);
    if (status === undefined) {
      if (unknown.size >= MAX_UNKNOWN) unknown.clear();
      unknown.set(idTagKey(idTag), (clock.monotonic() + UNKNOWN_MS) as Monotonic);
    } else {
      const { parentIdTag, cacheS, expiresAt } = answer;
      const keptUntil = clock.now() + Math.min(cacheS ?? CACHE_S, MAX_CACHE_S) * 1_000;
      const until = instant(Math.round(expiresAt === null ? keptUntil : Math.min(expiresAt, keptUntil)));
      const token = { ...blankToken(idTag, 'upstream'), status, parentIdTag, expiresAt: until };
      await controller.execute({ type: 'put-token', token });
    }
    settle();
  }

  /** The same charge point at the door, with frames held back that wait for an answer. */
  function door(request: UpgradeRequest): UpgradeRequest {
    const { chargePointId } = request;
    return {
      chargePointId,
      remoteAddress: request.remoteAddress,
      credentials: request.credentials,
      transport: request.transport,
      gone: () => request.gone(),
      refuse: (status, reason) => request.refuse(status, reason),
      accept(listener): void {
        let held: { readonly first: string; readonly behind: string[] } | null = null;
        const frame = (text: string): void => {
          if (held !== null) {
            held.behind.push(text);
            if (held.behind.length > MAX_HELD) release();
            return;
          }
          const card = cardIn(text, clock.now());
          if (card === null || !isWorthAsking(card.idTag)) {
            listener.frame(text);
            return;
          }
          const mine = { first: text, behind: [] };
          held = mine;
          ask(card.idTag, chargePointId, card.connectorId, () => {
            if (held === mine) release();
          });
        };
        /** The first is decided now, whatever is known of its card; those behind it may have cards of their own. */
        const release = (): void => {
          const freed = held;
          held = null;
          if (freed === null) return;
          listener.frame(freed.first);
          for (const one of freed.behind) frame(one);
        };
        request.accept({
          ...listener,
          frame,
          closed(code, reason): void {
            while (held !== null) release();
            listener.closed(code, reason);
          },
        });
      },
    };
  }

  return { door, received };
}

/** The card that a frame asks or tells of; null for any other frame. Only a look: the controller reads it in full. */
function cardIn(text: string, now: Instant): { readonly idTag: string; readonly connectorId: number | null } | null {
  if (!text.includes('"Authorize"') && !text.includes('"StartTransaction"')) return null;
  try {
    const [kind, , action, payload] = JSON.parse(text) as [unknown, unknown, unknown, Record<string, unknown> | null];
    const idTag = payload?.idTag;
    if (kind !== 2 || typeof idTag !== 'string' || idTag.length === 0 || idTag.length > 255) return null;
    if (action === 'Authorize') return { idTag, connectorId: null };
    if (action !== 'StartTransaction') return null;
    const at = typeof payload?.timestamp === 'string' ? parseTimestamp(payload.timestamp) : null;
    if (at === null || now - at > OFFLINE_AFTER_MS) return null;
    return { idTag, connectorId: typeof payload?.connectorId === 'number' ? payload.connectorId : null };
  } catch {
    return null;
  }
}

type Answer = {
  readonly id: string;
  readonly status: string;
  readonly expiresAt: Instant | null;
  readonly parentIdTag: string | null;
  readonly cacheS: number | null;
};

/** Bytes of an answer. */
const MAX_BYTES = 4_096;

function answerIn(payload: Buffer): Answer | null {
  const { id, status, expiresAt, parentIdTag, cacheS } = objectIn(payload, MAX_BYTES) ?? {};
  if (typeof id !== 'string' || typeof status !== 'string') return null;
  const group =
    typeof parentIdTag === 'string' && parentIdTag.length >= 1 && parentIdTag.length <= 20 ? parentIdTag : null;
  const seconds = typeof cacheS === 'number' && cacheS >= 0 ? cacheS : null;
  const until = typeof expiresAt === 'string' ? parseTimestamp(expiresAt) : null;
  return { id, status, expiresAt: until, parentIdTag: group, cacheS: seconds };
}
