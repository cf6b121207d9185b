import { bootFleet, delay } from './fleet.ts';
import { residentBytes } from './process-figures.ts';

export type IdleResult = { readonly residentBytes: number };

/** Charge points that have booted and say nothing more. */
export async function runIdle(options: {
  url: string;
  serverPid: number;
  chargePoints: number;
  settleMs: number;
}): Promise<IdleResult> {
  await bootFleet(options.url, options.chargePoints);
  await delay(options.settleMs);
  return { residentBytes: residentBytes(options.serverPid) };
}
