import type { Monotonic } from '../domain/units.ts';

/**
 * Our calls to one charge point: at most one outstanding (OCPP-J §4.1.1), the rest waiting in a bounded queue by class,
 * which always advances, whether the charge point answers, refuses, stays silent or goes away. Pure: time is an argument.
 */

/** In order of urgency (safety.md rule 1 of the project's design). */
export const callClasses = ['decrease', 'floor', 'increase', 'operator', 'housekeeping'] as const;
export type CallClass = (typeof callClasses)[number];

export type CallOutcome =
  /** `keepsSchema` is false for an answer that breaks it: it is shown as it came. */
  | { kind: 'result'; payload: unknown; keepsSchema: boolean }
  | { kind: 'error'; code: string; description: string; details: unknown }
  /** Sent, and no answer in time. The charge point may still have acted on it. */
  | { kind: 'timeout' }
  /** Sent, then the connection was lost before the answer. The charge point may still have acted on it. */
  | { kind: 'disconnected' }
  /** Never sent: it waited longer than its caller would, or there was no room to wait. */
  | { kind: 'expired' };

export type Call = {
  readonly messageId: string;
  readonly action: string;
  readonly payload: object;
  /** Somebody asked for it: its outcome is kept on record. */
  readonly tracked: boolean;
  readonly class: CallClass;
  /** How long to wait for the answer once sent, ms. */
  readonly timeoutMs: number;
  /** Dropped unsent after this instant. */
  readonly sendBefore: Monotonic;
  /** `recorded`: what its answer means is on record; false where no answer came, or the store did not take it. */
  readonly ended: (outcome: CallOutcome, overlapped: boolean, recorded: boolean) => void;
};

type Outstanding = { call: Call; sentAt: Monotonic; timeoutAt: Monotonic; overlapped: boolean };

/** Calls waiting for one charge point at most; a person's patience and a Pi's memory end before this. */
const MAX_WAITING = 100;
/** A decrease may be sent beside a pending call once that has been out this long, ms. */
const OVERTAKE_AFTER_MS = 2_000;
/** Message ids remembered after their time-out, to tell a late answer from an unknown one. */
const MAX_REMEMBERED = 32;

export type CallQueue = ReturnType<typeof createCallQueue>;

export function createCallQueue() {
  const waiting = new Map<CallClass, Call[]>(callClasses.map((name) => [name, []]));
  const outstanding = new Map<string, Outstanding>();
  const timedOut: string[] = [];

  const size = (): number => callClasses.reduce((sum, name) => sum + (waiting.get(name)?.length ?? 0), 0);

  return {
    /** Returns false, having taken nothing, when the queue is full; decreases and floors always find room. */
    add(call: Call): boolean {
      const mustFit = call.class === 'decrease' || call.class === 'floor';
      if (!mustFit && size() >= MAX_WAITING) return false;
      waiting.get(call.class)?.push(call);
      return true;
    },

    /** Takes back a call that has not been sent: something more urgent came before it. False where it has left, or never was. */
    withdraw(messageId: string): boolean {
      for (const [name, calls] of waiting) {
        const call = calls.find((one) => one.messageId === messageId);
        if (call === undefined) continue;
        waiting.set(
          name,
          calls.filter((one) => one !== call),
        );
        call.ended({ kind: 'expired' }, false, false);
        return true;
      }
      return false;
    },

    /** The next call that may go out now, taken from the queue and counted as sent; null when none may. */
    take(now: Monotonic): Call | null {
      const next = head(now);
      if (next === null) return null;
      waiting.get(next.class)?.shift();
      const overlaps = outstanding.size > 0;
      for (const other of outstanding.values()) other.overlapped = true;
      outstanding.set(next.messageId, {
        call: next,
        sentAt: now,
        timeoutAt: (now + next.timeoutMs) as Monotonic,
        overlapped: overlaps,
      });
      return next;
    },

    /** The call that waits for this answer, left as it is; null where there is none. */
    awaiting: (messageId: string): Call | null => outstanding.get(messageId)?.call ?? null,

    /** Matches an answer to its call: the call, or why there is none. */
    answered(messageId: string): { call: Call; overlapped: boolean; sentAt: Monotonic } | 'late' | 'unknown' {
      const found = outstanding.get(messageId);
      if (found === undefined) return timedOut.includes(messageId) ? 'late' : 'unknown';
      outstanding.delete(messageId);
      return found;
    },

    /** Ends what is overdue: outstanding calls as timed out, waiting ones as expired. */
    expire(now: Monotonic): void {
      for (const [messageId, { call, timeoutAt, overlapped }] of outstanding) {
        if (timeoutAt > now) continue;
        outstanding.delete(messageId);
        timedOut.push(messageId);
        if (timedOut.length > MAX_REMEMBERED) timedOut.shift();
        call.ended({ kind: 'timeout' }, overlapped, false);
      }
      for (const [name, calls] of waiting) {
        const overdue = calls.filter((call) => call.sendBefore <= now);
        if (overdue.length === 0) continue;
        waiting.set(
          name,
          calls.filter((call) => call.sendBefore > now),
        );
        for (const call of overdue) call.ended({ kind: 'expired' }, false, false);
      }
    },

    /** The connection is gone: what was out has failed, what waits stays for the next connection. */
    disconnected(): void {
      const failed = [...outstanding.values()];
      outstanding.clear();
      timedOut.length = 0;
      for (const { call, overlapped } of failed) call.ended({ kind: 'disconnected' }, overlapped, false);
    },

    /** The process ends: nothing that waits will be sent any more. */
    abandon(): void {
      for (const [name, calls] of waiting) {
        waiting.set(name, []);
        for (const call of calls) call.ended({ kind: 'expired' }, false, false);
      }
    },

    /** When `expire` or `take` could next do something; null when nothing is out and nothing waits. */
    wakeAt(now: Monotonic): Monotonic | null {
      let at = Number.POSITIVE_INFINITY;
      for (const { timeoutAt } of outstanding.values()) at = Math.min(at, timeoutAt);
      for (const calls of waiting.values()) for (const call of calls) at = Math.min(at, call.sendBefore);
      const decrease = waiting.get('decrease')?.[0];
      if (decrease !== undefined && outstanding.size === 1) {
        for (const { sentAt } of outstanding.values()) at = Math.min(at, Math.max(now, sentAt + OVERTAKE_AFTER_MS));
      }
      return at === Number.POSITIVE_INFINITY ? null : (at as Monotonic);
    },

    waiting: size,
    outstanding: () => outstanding.size,
  };

  function head(now: Monotonic): Call | null {
    for (const name of callClasses) {
      const first = waiting.get(name)?.[0];
      if (first === undefined) continue;
      if (outstanding.size === 0) return first;
      return name === 'decrease' && mayOvertake(now) ? first : null;
    }
    return null;
  }

  /** One outstanding call is a SHOULD; a decrease is worth breaking it, but never by more than one more call. */
  function mayOvertake(now: Monotonic): boolean {
    if (outstanding.size > 1) return false;
    for (const { sentAt } of outstanding.values()) if (now - sentAt < OVERTAKE_AFTER_MS) return false;
    return true;
  }
}
