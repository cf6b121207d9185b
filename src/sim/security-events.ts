import type { Flash } from './flash.ts';
import type { Payload } from './frames.ts';
import type { Outcome } from './rpc.ts';

/** The security log, and telling the Central System of it: each event until it is answered (security whitepaper A04). */

export type SecurityEvents = {
  /** Writes down and tells; a type of §8 of the whitepaper. */
  happened(type: string, techInfo?: string): void;
  /** Tells what waits: after a boot or a reconnect. */
  wake(): void;
};

type SecurityEventsOptions = {
  readonly flash: Flash;
  readonly time: () => number;
  readonly call: (action: string, payload: Payload, done: (outcome: Outcome) => void) => void;
  /** False: the events are written down and nobody is told. */
  readonly tells: boolean;
};

/** Events kept; the oldest goes first. */
const mostEvents = 200;
const longestTechInfo = 255;

export function createSecurityEvents({ flash, time, call, tells }: SecurityEventsOptions): SecurityEvents {
  let busy = false;

  const wake = (): void => {
    const event = flash.securityEvents.find((one) => !one.told);
    if (busy || event === undefined) return;
    busy = true;
    const { type, at, techInfo } = event;
    const payload = { type, timestamp: new Date(at).toISOString(), ...(techInfo === null ? {} : { techInfo }) };
    call('SecurityEventNotification', payload, (outcome) => {
      busy = false;
      // Without an answer it is told again after the next boot or reconnect; an answer of any kind is one.
      if (outcome.kind !== 'answer' && outcome.kind !== 'refused') return;
      event.told = true;
      wake();
    });
  };

  return {
    happened: (type, techInfo) => {
      const event = { at: time(), type, techInfo: techInfo?.slice(0, longestTechInfo) ?? null, told: !tells };
      flash.securityEvents.push(event);
      if (flash.securityEvents.length > mostEvents) flash.securityEvents.shift();
      wake();
    },
    wake,
  };
}
