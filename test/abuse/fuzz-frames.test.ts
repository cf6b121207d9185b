/**
 * Frames made from the schemas and bent or torn by chance (threats 3.9): whatever comes, nothing throws, the one that sends
 * it and an innocent one beside it are answered, memory stays. The seed is in the name of the test; FUZZ_CASES plays more.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { actions, isCentralSystemAction, isChargePointAction } from '../../src/ocpp/messages/actions.ts';
import { type ChargePoint, connect } from '../support/charge-point.ts';
import { createFuzz } from '../support/fuzz.ts';
import { seeded } from '../support/seeded.ts';
import { startSite, type TestSite } from '../support/site.ts';
import { memoryInUse, startWitness, WITNESS_WITHIN_MS, witnessWait } from '../support/witness.ts';
import { MIB } from './case.ts';

const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 1e9));
const cases = Number(process.env.FUZZ_CASES ?? 2_000);
/** How many frames go out before both are asked whether they are still answered. */
const BATCH = 40;

let folder: string;
let site: TestSite;
let witness: ChargePoint;
const faults: unknown[] = [];
const note = (error: unknown): void => void faults.push(error);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-fuzz-'));
  site = await startSite({ storePath: join(folder, 'busbar.db') });
  witness = await startWitness(site);
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
});
afterAll(async () => {
  process.off('uncaughtException', note);
  process.off('unhandledRejection', note);
  await site.stop();
  rmSync(folder, { recursive: true });
});

it(`${cases} frames of a charge point, seed ${seed}`, async () => {
  const fuzz = createFuzz(seeded(seed));
  const asked = Object.keys(actions).filter(isChargePointAction);
  const answered = Object.keys(actions).filter(isCentralSystemAction);
  let abuser = await enter();
  const before = await memoryInUse();
  const internal: string[] = [];
  let longest = 0;
  for (let sent = 0; sent < cases; sent += BATCH) {
    const frames = Array.from({ length: BATCH }, (_, at) => frame(`f${sent + at}`));
    const action = fuzz.pick(answered);
    void site.controller.execute({
      type: 'operate',
      chargePointId: 'ABUSER',
      action,
      payload: fuzz.valid(actions[action].request as object) as object,
    });
    for (const text of frames) abuser.send(text);
    abuser.send(`[2,"still-${sent}","Heartbeat",{}]`);
    const isAnswered = Promise.race([heard(abuser, `still-${sent}`), abuser.closed.then(() => false)]);
    longest = Math.max(longest, await witnessWait(witness));
    if (!(await isAnswered)) {
      abuser = await enter();
    }
    internal.push(
      ...[...site.controller.messages()].filter(({ outcome }) => outcome === 'InternalError').map(({ text }) => text),
    );
  }
  abuser.crash();
  expect(faults).toEqual([]);
  expect(longest).toBeLessThan(WITNESS_WITHIN_MS);
  expect((await memoryInUse()) - before).toBeLessThan(64 * MIB);
  // A fault of ours that was caught is a fault all the same.
  expect(internal).toEqual([]);

  /** What it is asked gets bent answers as well. */
  async function enter(): Promise<ChargePoint> {
    const charger = await connect(site.url, 'ABUSER');
    charger.socket.on('message', (data) => {
      const [kind, id, action] = JSON.parse(String(data)) as [number, string, string];
      if (kind !== 2 || !isCentralSystemAction(action)) return;
      const answer = JSON.stringify([3, id, fuzz.bent(fuzz.valid(actions[action].response as object))]);
      charger.send(fuzz.chance(0.2) ? fuzz.torn(answer) : answer);
    });
    await charger.boot();
    return charger;
  }

  function frame(id: string): string {
    const action = fuzz.pick(asked);
    const payload = fuzz.valid(actions[action].request as object);
    const call = [2, id, action, fuzz.chance(0.7) ? fuzz.bent(payload) : payload];
    const text = JSON.stringify(fuzz.chance(0.1) ? fuzz.bent(call) : call);
    return fuzz.chance(0.25) ? fuzz.torn(text) : text;
  }
}, 600_000);

/** Reads on until this message is answered. */
async function heard(from: ChargePoint, id: string): Promise<boolean> {
  for (;;) {
    const [kind, answeredId] = (await from.nextFrame()) as [number, string];
    if (kind !== 2 && answeredId === id) return true;
  }
}
