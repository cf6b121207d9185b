import type { QueuedMessage } from '../../../src/sim/flash.ts';
import type { Stage } from './stage.ts';

/** What charge points themselves know of their transactions: what they sent, and what was answered. */

export type Session = {
  readonly chargePointId: string;
  readonly localId: number;
  readonly connectorId: number;
  readonly idTag: string;
  readonly meterStartWh: number;
  readonly startedAt: number;
  /** From the answer to its start; null while there is none. */
  transactionId: number | null;
  startAnsweredAt: number | null;
  stop: {
    readonly meterWh: number;
    readonly at: number;
    readonly reason: string;
    /** What it said; -1 where it never got a number. */
    readonly transactionId: number;
  } | null;
  stopAnsweredAt: number | null;
};

export type Sessions = ReturnType<typeof createSessions>;

export function createSessions({ points, world }: Stage) {
  const all = new Map<string, Session>();
  /** What stands in front of the queue while an answer is delivered. */
  let waiting: QueuedMessage | null = null;
  const sessionOf = (index: number, localId: number | null): Session | undefined => all.get(`${index}/${localId}`);

  return {
    all: (): readonly Session[] => [...all.values()],
    sent(index: number, action: string, text: string): void {
      if (action !== 'StartTransaction' && action !== 'StopTransaction') return;
      const point = points[index];
      const first = point?.flash.queue[0];
      if (point === undefined || first === undefined || first.localId === null || first.action !== action) return;
      const payload = JSON.parse(text)[3] as Readonly<Record<string, unknown>>;
      if (action === 'StartTransaction') {
        const key = `${index}/${first.localId}`;
        if (all.has(key)) return;
        all.set(key, {
          chargePointId: point.id,
          localId: first.localId,
          connectorId: Number(payload.connectorId),
          idTag: String(payload.idTag),
          meterStartWh: Number(payload.meterStart),
          startedAt: Date.parse(String(payload.timestamp)),
          transactionId: null,
          startAnsweredAt: null,
          stop: null,
          stopAnsweredAt: null,
        });
        return;
      }
      const session = sessionOf(index, first.localId);
      if (session === undefined) return;
      session.stop = {
        meterWh: Number(payload.meterStop),
        at: Date.parse(String(payload.timestamp)),
        reason: String(payload.reason),
        transactionId: Number(payload.transactionId),
      };
    },
    delivering(index: number): void {
      waiting = points[index]?.flash.queue[0] ?? null;
    },
    delivered(index: number, text: string): void {
      const point = points[index];
      if (point === undefined || waiting === null || point.flash.queue[0] === waiting || !text.startsWith('[3')) return;
      const session = sessionOf(index, waiting.localId);
      if (session === undefined) return;
      const at = world.clock.sim.now();
      if (waiting.action === 'StartTransaction') {
        session.startAnsweredAt = at;
        session.transactionId = JSON.parse(text)[2].transactionId;
      }
      if (waiting.action === 'StopTransaction') session.stopAnsweredAt = at;
    },
  };
}
