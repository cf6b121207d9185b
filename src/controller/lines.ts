import { type CallQueue, createCallQueue } from '../central-system/call-queue.ts';
import type { Registration } from '../domain/charge-point.ts';
import { type ClockWatch, unseenClock } from '../domain/clock-offset.ts';
import type { Event } from '../domain/events.ts';
import type { OpenOperation } from '../domain/operation.ts';
import type { SecurityProfile } from '../domain/security-profile.ts';
import type { Instant } from '../domain/units.ts';
import type { Connection, Timer, UpgradeRequest } from '../runtime/ports.ts';
import { createLive, type LiveChargePoint } from './live.ts';
import type { Session } from './session.ts';

/** A newcomer at the door of a charge point that is connected already, waiting for the old connection's pong. */
export type Contest = { readonly request: UpgradeRequest; readonly profile: SecurityProfile; readonly timer: Timer };

/** Everything in memory about one charge point, connected or not. */
export type Line = {
  readonly chargePointId: string;
  /** As of the last commit; null until it is registered. */
  registration: Registration | null;
  readonly live: LiveChargePoint;
  readonly calls: CallQueue;
  /** Operations that wait for their answer, or for what the charge point does later. */
  readonly openOperations: Map<string, OpenOperation>;
  clock: ClockWatch;
  session: Session | null;
  contest: Contest | null;
  /** Newcomers from the address of the connection that is there, since it last said anything. */
  knocks: { session: Session; since: number; lastFrameAt: Instant; count: number } | null;
  /** A connection that its charge point has given up without closing it, still open: its end would only make it dial again. */
  abandoned: Connection | null;
  /** When live connections were replaced by authenticated newcomers lately, ms on the monotonic clock. */
  replacedAt: number[];
  wake: Timer | null;
  readonly counters: Counters;
};

export type Counters = {
  connections: number;
  framesIn: number;
  framesOut: number;
  ignored: number;
  refused: number;
  replayed: number;
  lateAnswers: number;
  unknownAnswers: number;
  droppedSamples: number;
  /** What was sent wrong and taken all the same, by name of the tolerance. */
  readonly tolerated: Map<string, number>;
};

/** Charge points that are connected without ever having been registered, at most. */
const MAX_STRANGERS = 200;

export type Lines = ReturnType<typeof createLines>;

export function createLines() {
  const lines = new Map<string, Line>();
  return {
    get: (chargePointId: string): Line | null => lines.get(chargePointId) ?? null,
    all: (): Iterable<Line> => lines.values(),
    of(chargePointId: string): Line {
      let line = lines.get(chargePointId);
      if (line === undefined) {
        line = createLine(chargePointId);
        lines.set(chargePointId, line);
      }
      return line;
    },
    /** Forgets a stranger that has gone, so that made-up ids leave nothing behind. */
    forgetStranger(line: Line): void {
      if (line.registration === null && line.session === null && line.contest === null)
        lines.delete(line.chargePointId);
    },
    strangersFull(): boolean {
      let strangers = 0;
      for (const line of lines.values()) if (line.registration === null) strangers += 1;
      return strangers >= MAX_STRANGERS;
    },
    /** Memory follows the record, after its commit. */
    follow(event: Event): void {
      if (!('chargePointId' in event) || event.chargePointId === undefined) return;
      const line = lines.get(event.chargePointId);
      if (line === undefined) return;
      if (event.type === 'charge-point-registered' || event.type === 'registration-changed') {
        line.registration = event.registration;
      }
      line.live.follow(event);
      followOperations(line, event);
    },
  };
}

function followOperations({ openOperations }: Line, event: Event): void {
  if (event.type === 'operation-requested') {
    const { id, action, request, at } = event;
    openOperations.set(id, { id, action, request, requestedAt: at, answer: 'awaited', until: null, seen: null });
  } else if (event.type === 'operation-seen') {
    const open = openOperations.get(event.id);
    if (open !== undefined) openOperations.set(event.id, { ...open, seen: open.seen ?? event.end });
  } else if (event.type === 'operation-answered') {
    const open = openOperations.get(event.id);
    if (event.until === null || open === undefined) openOperations.delete(event.id);
    else {
      const answer = event.state === 'accepted' ? 'agreed' : 'missing';
      openOperations.set(event.id, { ...open, answer, until: event.until });
    }
  } else if (event.type === 'operation-closed') {
    openOperations.delete(event.id);
  }
}

function createLine(chargePointId: string): Line {
  return {
    chargePointId,
    registration: null,
    live: createLive(),
    calls: createCallQueue(),
    openOperations: new Map(),
    clock: unseenClock,
    session: null,
    contest: null,
    knocks: null,
    abandoned: null,
    replacedAt: [],
    wake: null,
    counters: {
      connections: 0,
      framesIn: 0,
      framesOut: 0,
      ignored: 0,
      refused: 0,
      replayed: 0,
      lateAnswers: 0,
      unknownAnswers: 0,
      droppedSamples: 0,
      tolerated: new Map(),
    },
  };
}
