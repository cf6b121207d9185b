/**
 * Bad frames and payloads from a charge point that is accepted, so that nothing but the frame itself is wrong. After
 * each: the outcome that OCPP-J §4.2.3 asks for, no trace but the one named, and an innocent witness answered at once.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChargePoint, connect, type Payload } from '../support/charge-point.ts';
import { startSite, type TestSite } from '../support/site.ts';
import { putToken } from '../support/site-rows.ts';
import { memoryInUse, startWitness, traces, WITNESS_WITHIN_MS, witnessWait } from '../support/witness.ts';
import { MIB } from './case.ts';
import { badCalls, notFrames } from './frame-cases.ts';
import { badPayloads } from './payload-cases.ts';

const cases = [...notFrames, ...badCalls, ...badPayloads];

describe(`${cases.length} bad frames`, () => {
  let site: TestSite;
  let witness: ChargePoint;
  let abuser: ChargePoint;
  let memoryBefore: number;

  beforeAll(async () => {
    site = await startSite();
    await putToken(site, 'CARD');
    witness = await startWitness(site);
    abuser = await connect(site.url, 'ABUSER');
    await abuser.boot();
    memoryBefore = await memoryInUse();
  });
  afterAll(() => site.stop());

  it.each(cases.map((each, index) => [each.name, each, `case-${index}`] as const))('%s', async (_, bad, id) => {
    const before = traces(site);
    const frame = bad.frame(id);
    if (bad.asText === true) abuser.socket.send(frame, { binary: false });
    else abuser.send(frame);
    if (typeof bad.outcome === 'number') {
      expect((await abuser.closed).code).toBe(bad.outcome);
      abuser = await connect(site.url, 'ABUSER');
    } else if (bad.outcome === 'answered') {
      expect(await abuser.nextFrame()).toEqual([3, id, expect.anything()]);
    } else if (bad.outcome !== 'ignored') {
      const answer = await abuser.nextFrame();
      expect(answer).toEqual([4, id, bad.outcome, expect.any(String), {}]);
      expect(String(answer[3]).length).toBeLessThanOrEqual(255);
    }
    // The next thing that is said to it answers its next call: there was no word too many.
    abuser.send(`[2,"after-${id}","Heartbeat",{}]`);
    expect(await abuser.nextFrame()).toEqual([3, `after-${id}`, expect.anything()]);
    expect(await witnessWait(witness)).toBeLessThan(WITNESS_WITHIN_MS);
    const expected: Record<string, number> = { ...before };
    for (const [what, grown] of Object.entries(bad.leaves ?? {})) expected[what] = (expected[what] ?? 0) + grown;
    expect(traces(site)).toEqual(expected);
    expect(Object.keys(Object.prototype)).toEqual([]);
    const polluted: Payload = {};
    expect(polluted.polluted).toBeUndefined();
  });

  it('took no memory with it', async () => {
    expect((await memoryInUse()) - memoryBefore).toBeLessThan(64 * MIB);
  });

  it('are a table of at least 120, and counted', () => {
    expect(cases.length).toBeGreaterThanOrEqual(120);
    const counters = site.controller.lines.get('ABUSER')?.counters;
    expect(counters?.ignored).toBeGreaterThan(25);
    expect(counters?.refused).toBeGreaterThan(50);
  });
});
