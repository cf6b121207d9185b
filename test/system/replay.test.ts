import { execFile } from 'node:child_process';
import { appendFileSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { pass, until } from '../support/live-judge.ts';
import { openLiveStage } from '../support/live-stage.ts';
import { scratchPaths } from '../support/scratch-folder.ts';

/** The real process and its black box: what the API said at a second, the replay says as well. */

const run = promisify(execFile);
const program = new URL('../../dist/cli/busbar.js', import.meta.url).pathname;

type Shown = { chargePointId: string; limitA: number; committedA: number; because: string };
type Look = { readonly atMs: number; readonly items: readonly Shown[] };
type ReplayedMoment = {
  chargePoints: { chargePointId: string; connectors: (Shown & { measuredA: unknown })[]; messages: unknown[] }[];
  replay: { exact: boolean; frames: number; sameFrames: number; difference: unknown };
};

const said = (items: readonly Shown[]): string[] =>
  items.map(({ chargePointId, limitA, because }) => `${chargePointId}: ${limitA} A, ${because}`).sort();

describe('the black box of a real process', { timeout: 120_000 }, () => {
  const scratch = scratchPaths();

  it('shows after a kill what the API showed before it, and survives a torn end', async () => {
    const folder = scratch('box');
    const stage = await openLiveStage(folder, {
      chargePoints: 2,
      limitA: 40,
      reserveA: 12,
      buildingA: 6,
      seed: 9,
      settings: { 'blackBox.flushS': 1 },
    });
    const { site } = stage;
    const looks: Look[] = [];
    try {
      const busbar = await stage.begin();
      const port = /"httpPort":(\d+)/.exec(busbar.lines.join('\n'))?.[1];
      const look = async (): Promise<void> => {
        const answer = await fetch(`http://127.0.0.1:${port}/api/v1/plan`);
        looks.push({ atMs: Date.now(), items: ((await answer.json()) as { items: Shown[] }).items });
      };
      const isCharging = (): boolean => looks.at(-1)?.items.every(({ limitA }) => limitA >= 6) ?? false;
      await until(site, 'both cars have a limit', 60, () => {
        void look();
        return isCharging();
      });
      for (let more = 0; more < 12; more += 1) {
        await pass(site, 0.25);
        await look();
      }
      await pass(site, 1.5);
      await busbar.kill();
    } finally {
      await stage.stop();
    }

    const box = join(folder, 'black-box');
    const replayAt = async (atMs: number): Promise<ReplayedMoment> => {
      const at = new Date(atMs).toISOString();
      const { stdout } = await run(process.execPath, [program, 'replay', '--box', box, '--at', at, '--json']);
      return JSON.parse(stdout) as ReplayedMoment;
    };
    /** Looks beside which nothing changed: a moment and its request are some milliseconds apart. */
    const still = looks.filter((one, at) => {
      const around = [looks[at - 1], looks[at + 1]];
      return around.every((other) => other !== undefined && said(other.items).join() === said(one.items).join());
    });
    const last = still.at(-1);
    const first = still.find(({ items }) => items.some(({ limitA }) => limitA > 0));
    if (last === undefined || first === undefined) throw new Error('it never stood still');
    for (const { atMs, items } of [first, last]) {
      const { chargePoints, replay } = await replayAt(atMs);
      const shown = chargePoints.flatMap(({ chargePointId, connectors }) =>
        connectors.map((each) => ({ ...each, chargePointId })),
      );
      expect(said(shown)).toEqual(said(items));
      expect(replay).toMatchObject({ exact: true, difference: null });
      expect(replay.sameFrames).toBe(replay.frames);
      if (atMs === last.atMs) expect(chargePoints.every(({ messages }) => messages.length > 0)).toBe(true);
    }

    const [file = ''] = readdirSync(box).map((name) => join(box, name));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    truncateSync(file, statSync(file).size - 7);
    appendFileSync(file, 'torn');
    const { stdout } = await run(process.execPath, [program, 'replay', '--box', box]);
    expect(stdout).toContain('Replayed exactly');
    expect(stdout).toMatch(/CP00[12]\/1 \d+(?:\.\d)? A: /);
  });
});
