import { type ChargePoint, createChargePoint } from './charge-point.ts';

/** Charge points that connect at the same time when nothing is measured yet. */
const AT_ONCE = 50;

/** Connects and boots `count` charge points, a few at a time. */
export async function bootFleet(url: string, count: number): Promise<ChargePoint[]> {
  const fleet = Array.from({ length: count }, (_, index) => createChargePoint(url, index + 1));
  for (let from = 0; from < count; from += AT_ONCE) {
    await Promise.all(
      fleet.slice(from, from + AT_ONCE).map(async (chargePoint) => {
        await chargePoint.connect();
        await ask(chargePoint, chargePoint.script.boot());
      }),
    );
  }
  return fleet;
}

/** Sends one message and resolves with its answer; rejects when the connection closes before. */
export function ask(chargePoint: ChargePoint, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    chargePoint.onAnswer(resolve);
    chargePoint.onClose(() => reject(new Error('closed before the answer')));
    chargePoint.send(text);
  });
}

export const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
