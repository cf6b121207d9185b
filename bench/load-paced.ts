import { performance } from 'node:perf_hooks';
import type { ChargePoint } from './charge-point.ts';
import { quantile } from './figures.ts';
import { bootFleet } from './fleet.ts';

/** How often what is due is sent, ms. */
const TICK_MS = 1;

export type PacedResult = {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Of the answers to Authorize alone: what a person with a card in the hand waits for. */
  readonly authorizeP99Ms: number;
};

/**
 * Messages at a fixed rate over all charge points, each with a place of its own in time. An answer's time counts from
 * when its message was due, so that a server that stalls does not thereby get less to do.
 */
export async function runPaced(options: {
  url: string;
  chargePoints: number;
  messagesPerS: number;
  warmUpMessages: number;
  messages: number;
}): Promise<PacedResult> {
  const { chargePoints, messagesPerS, warmUpMessages, messages } = options;
  const fleet = await bootFleet(options.url, chargePoints);
  const latencies: number[] = [];
  const authorizations: number[] = [];
  const waiting: number[][] = fleet.map(() => []);
  /** What each charge point has sent last, and waits for. */
  const asked: string[] = [];
  const total = warmUpMessages + messages;
  return new Promise((resolve, reject) => {
    let answers = 0;
    let sent = 0;
    const started = performance.now();
    const sendNext = (chargePoint: ChargePoint, index: number): void => {
      const text = chargePoint.script.next();
      asked[index] = text;
      chargePoint.send(text);
    };
    fleet.forEach((chargePoint, index) => {
      chargePoint.onClose(() => reject(new Error('the server closed a connection')));
      chargePoint.onAnswer(() => {
        const due = waiting[index]?.shift() ?? Number.NaN;
        answers += 1;
        if (answers > warmUpMessages) {
          const tookMs = performance.now() - due;
          latencies.push(tookMs);
          if (asked[index]?.includes('"Authorize"')) authorizations.push(tookMs);
        }
        if ((waiting[index]?.length ?? 0) > 0) sendNext(chargePoint, index);
        if (answers === total) {
          clearInterval(ticking);
          resolve({
            p50Ms: quantile(latencies, 0.5),
            p99Ms: quantile(latencies, 0.99),
            maxMs: Math.max(...latencies),
            authorizeP99Ms: quantile(authorizations, 0.99),
          });
        }
      });
    });
    const ticking = setInterval(() => {
      const dueBy = Math.min(total, Math.floor(((performance.now() - started) * messagesPerS) / 1_000));
      for (; sent < dueBy; sent++) {
        const index = sent % chargePoints;
        const chargePoint = fleet[index];
        const queue = waiting[index];
        if (chargePoint === undefined || queue === undefined) continue;
        queue.push(started + ((sent + 1) * 1_000) / messagesPerS);
        if (queue.length === 1) sendNext(chargePoint, index);
      }
    }, TICK_MS);
  });
}
