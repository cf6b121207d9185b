import { carTypes, createCar } from '../../src/sim/car.ts';
import { type ChargePoint, createChargePoint } from '../../src/sim/charge-point.ts';
import type { SimClock } from '../../src/sim/clock.ts';
import type { Connector } from '../../src/sim/connector.ts';
import type { DcOutlet } from '../../src/sim/dc.ts';
import { models } from '../../src/sim/models.ts';
import type { Quirks } from '../../src/sim/quirks.ts';
import { createRandom } from '../../src/sim/random.ts';
import type { Transfer } from '../../src/sim/transfer.ts';
import type { Dial, Transport, TransportEvents } from '../../src/sim/transport.ts';

/** Virtual time: nothing passes but by `advance`, and what is due at the same moment runs in the order it was asked for. */

export type VirtualClock = SimClock & { advance(seconds: number): void };

export function virtualClock(start: number): VirtualClock {
  const timers = new Map<number, { readonly at: number; readonly run: () => void }>();
  let now = start;
  let last = 0;
  const nextDue = (until: number): number | null => {
    let best: number | null = null;
    for (const [id, { at }] of timers) {
      if (at <= until && (best === null || at < (timers.get(best)?.at ?? 0))) best = id;
    }
    return best;
  };
  return {
    now: () => now,
    setTimeout: (run, milliseconds) => {
      timers.set(++last, { at: now + Math.max(0, milliseconds), run });
      return last;
    },
    clearTimeout: (timer) => timers.delete(timer),
    advance: (seconds) => {
      const until = now + seconds * 1000;
      for (let id = nextDue(until); id !== null; id = nextDue(until)) {
        const timer = timers.get(id);
        timers.delete(id);
        now = Math.max(now, timer?.at ?? now);
        timer?.run();
      }
      now = until;
    },
  };
}

export type Sent = {
  readonly at: number;
  readonly id: string;
  readonly action: string;
  readonly payload: Record<string, unknown>;
};
/** An answer, the code of a CALLERROR, or silence. */
export type Reply = Record<string, unknown> | string | null;

export type Script = {
  /** Every CALL of any charge point, in order. */
  readonly sent: Sent[];
  /** All frames of both directions as they went. */
  readonly transcript: string[];
  readonly dial: Dial;
  /** Whether dialling succeeds. */
  reachable: boolean;
  /** A CALL to this charge point; gives the frame that came back at once. */
  call(id: string, action: string, payload: Record<string, unknown>): string | null;
  hangUp(id: string): void;
};

const wayMs = 10;

/** The other end, by script: each CALL gets the reply of this function, a moment later. */
export function scripted(clock: SimClock, reply: (sent: Sent) => Reply): Script {
  const lines = new Map<string, { readonly events: TransportEvents; readonly end: () => void }>();
  let lastBack: string | null = null;
  const script: Script = {
    sent: [],
    transcript: [],
    reachable: true,
    dial: ({ chargePointId: id }, events) => {
      let ended = false;
      const end = (): void => {
        if (ended) return;
        ended = true;
        lines.delete(id);
        clock.setTimeout(() => events.closed('gone'), 0);
      };
      const receive = (text: string): void => {
        script.transcript.push(`${clock.now()} ${id} ${text}`);
        const [type, messageId, action, payload] = JSON.parse(text);
        if (type !== 2) {
          lastBack = text;
          return;
        }
        const sent = { at: clock.now(), id, action, payload };
        script.sent.push(sent);
        const answer = reply(sent);
        if (answer === null) return;
        const frame = typeof answer === 'string' ? [4, messageId, answer, '', {}] : [3, messageId, answer];
        clock.setTimeout(() => {
          if (!ended) events.text(JSON.stringify(frame));
        }, wayMs);
      };
      clock.setTimeout(() => {
        if (ended) return;
        if (!script.reachable) {
          end();
          return;
        }
        lines.set(id, { events, end });
        events.opened();
      }, wayMs);
      const transport: Transport = {
        send: (text) => {
          if (!ended) receive(text);
        },
        ping: () => script.transcript.push(`${clock.now()} ${id} ping`),
        close: end,
        cut: end,
      };
      return transport;
    },
    call: (id, action, payload) => {
      lastBack = null;
      lines.get(id)?.events.text(JSON.stringify([2, 'c', action, payload]));
      return lastBack;
    },
    hangUp: (id) => lines.get(id)?.end(),
  };
  return script;
}

/** What a friendly Central System says; transaction ids count from 1. */
export function friendly(clock: SimClock): (sent: Sent) => Reply {
  let transactionId = 0;
  const idTagInfo = { status: 'Accepted' };
  const now = () => new Date(clock.now()).toISOString();
  return ({ action, payload }) => {
    if (action === 'BootNotification') return { status: 'Accepted', currentTime: now(), interval: 300 };
    if (action === 'Heartbeat') return { currentTime: now() };
    const known = !String(payload.idTag ?? '').startsWith('UNKNOWN');
    if (action === 'Authorize') return { idTagInfo: known ? idTagInfo : { status: 'Invalid' } };
    if (action === 'StartTransaction') return { transactionId: ++transactionId, idTagInfo };
    return {};
  };
}

/** When virtual time begins, in milliseconds since 1970. */
export const start = Date.parse('2026-03-02T08:00:00Z');

export type World = { clock: VirtualClock; script: Script; point: ChargePoint; connector: Connector };

/** One charge point with power; the reply function may leave what it doesn't care for (undefined) to a friendly Central System. */
export function world(
  reply: (sent: Sent) => Reply | undefined = () => undefined,
  clockErrorMs = 0,
  { quirks = {}, transfer, dc }: { quirks?: Partial<Quirks>; transfer?: Transfer; dc?: DcOutlet } = {},
): World {
  const clock = virtualClock(start);
  const usual = friendly(clock);
  const script = scripted(clock, (sent) => {
    const answer = reply(sent);
    return answer === undefined ? usual(sent) : answer;
  });
  const [model] = models;
  if (model === undefined) throw new Error('no model');
  const random = createRandom(5);
  const point = createChargePoint({
    id: 'CP',
    model: { ...model, quirks, ...(dc === undefined ? {} : { dc, connectors: 1, maxAmps: 80 }) },
    dial: script.dial,
    clock,
    random,
    clockErrorMs,
    ...(transfer === undefined ? {} : { transfer }),
  });
  const [connector] = point.connectors;
  if (connector === undefined) throw new Error('no connector');
  point.powerOn();
  return { clock, script, point, connector };
}

const car = () => createCar(createRandom(1).pick(carTypes), 20);

/** A car and a card come; the start has gone out. */
export function begin({ clock, connector }: World, idTag = 'CARD'): void {
  connector.plug(car());
  connector.presentCard(idTag);
  clock.advance(1);
}
