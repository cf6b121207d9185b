/** An innocent charge point beside an abuser, and what must be the same before and after the abuse. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type ChargePoint, connect } from './charge-point.ts';
import type { TestSite } from './site.ts';
import { rowCounts } from './site-rows.ts';

/** How soon the innocent must be answered whatever happens beside it, ms. */
export const WITNESS_WITHIN_MS = 1_000;

/** Connects and boots the innocent one. */
export async function startWitness(site: TestSite): Promise<ChargePoint> {
  const witness = await connect(site.url, 'WITNESS');
  await witness.boot();
  return witness;
}

/** How long the witness waited for an answer, ms. */
export async function witnessWait(witness: ChargePoint): Promise<number> {
  const began = performance.now();
  await witness.heartbeat();
  return performance.now() - began;
}

/** Rows of every table (readings also while they wait in memory), and charge points that memory knows. */
export function traces(site: TestSite): Record<string, number> {
  const { telemetry = 0, ...tables } = rowCounts(site);
  return {
    ...tables,
    readings: telemetry + site.controller.figures().telemetry.waiting,
    lines: [...site.controller.lines.all()].length,
  };
}

setFlagsFromString('--expose_gc');
const collect: () => void = runInNewContext('gc');

/** Collections after which everything that is free has been given back: buffers are swept in the background. */
const COLLECTIONS = 10;

/** Bytes in use once what is free has been collected. */
export async function memoryInUse(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < COLLECTIONS; round += 1) {
    collect();
    await new Promise<void>((resolve) => setImmediate(resolve));
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
}
