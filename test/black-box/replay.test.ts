import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBlocks } from '../../src/black-box/blocks.ts';
import type { Step } from '../../src/black-box/items.ts';
import { livesIn, spanOf, stepsIn, storeOf } from '../../src/black-box/lives.ts';
import { momentOf } from '../../src/black-box/moment.ts';
import { createPlayer, type DoorRecord } from '../../src/black-box/player.ts';
import { replayLife } from '../../src/black-box/replay.ts';
import { wanderingLoad } from '../../src/sim/foreign-load.ts';
import { createRandom } from '../../src/sim/random.ts';
import { createBalancedSite } from '../scenarios/balanced-site.ts';
import { storm } from '../scenarios/weather.ts';
import { createKeptLog } from '../support/kept-log.ts';
import { scratchPaths } from '../support/scratch-folder.ts';
import { createRecording, playLife } from './recorded-site.ts';

const scratch = scratchPaths();

describe('a recorded storm', () => {
  it('is replayed frame by frame in every life of the controller, and a changed entry is noticed', async () => {
    const folder = scratch('storm');
    const recording = createRecording(folder);
    const { site } = storm(8, false, { make: recording.make }, 1_500);
    await recording.close();
    site.stop();
    const lives = livesIn(folder);
    expect(lives.length, 'it was killed some times').toBeGreaterThan(2);
    let frames = 0;
    for (const life of lives) {
      const played = playLife(life);
      expect(played.player.difference()).toBeNull();
      expect(played.player.sameFrames()).toBe(played.frames);
      frames += played.frames;
      played.player.close();
    }
    expect(frames).toBeGreaterThan(500);

    const life = lives.at(-1);
    if (life === undefined) throw new Error('there is no life');
    let changedAtMs = 0;
    const { player } = playLife(life, (step) => {
      // Of the sixth minute on: charge points are known by then, and have cars.
      const isMeant = step.entry.kind === 'frame' && step.entry.text.includes('MeterValues');
      if (!isMeant || step.atMs < (spanOf(life)?.fromMs ?? 0) + 300_000) return step;
      if (changedAtMs === 0) changedAtMs = step.atMs;
      return { ...step, entry: { ...step.entry, text: step.entry.text.replace('[2,"', '[2,"x') } };
    });
    expect(changedAtMs).toBeGreaterThan(0);
    expect(player.difference()).toMatchObject({
      recorded: expect.stringMatching(/^an answer sent on connection \d+, sum/),
    });
    expect(Math.abs((player.difference()?.atMs ?? 0) - changedAtMs)).toBeLessThan(60_000);
    player.close();
  }, 60_000);
});

/** A reason is put on record when its kind changes: the time and the phase that it names may move on without a word. */
const timeless = (because: string): string => because.replaceAll(/\d\d:\d\d| on L\d/g, '');

describe('a long life in a small box', () => {
  it('stays within its bound, and tells limits and reasons also where its beginning is gone', async () => {
    const folder = scratch('small');
    const maxBytes = 130_000;
    const recording = createRecording(folder, { maxBytes });
    const site = createBalancedSite({ limitA: 63, chargePoints: 3, metered: true, make: recording.make });
    const wander = { random: createRandom(3), lowestA: 5, highestA: 30, strideA: 2, everySeconds: 5 };
    site.electricity.burden(wanderingLoad({ circuit: 'grid', ...wander }));
    site.powerOn();
    site.advance(60);
    for (let at = 0; at < 3; at += 1) site.plugIn(at);
    const seen: { atMs: number; said: string[] }[] = [];
    const bytes = (): number => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    while (livesIn(folder)[0]?.segments[0]?.head.part !== 1) {
      if (seen.length > 100) throw new Error('the first segment never goes');
      site.advance(60);
      if (seen.length === 12) site.world.network.cut('CP02');
      // Virtual time leaves the disk no time of its own.
      await recording.settled();
      expect(bytes()).toBeLessThanOrEqual(maxBytes);
      const said = site.plan().map((one) => `${one.chargePointId} ${one.limitA} A ${timeless(one.because)}`);
      seen.push({ atMs: site.world.clock.server.now(), said });
    }
    await recording.close();
    expect(recording.log.texts('error')).toEqual([]);
    const [life] = livesIn(folder);
    const span = life === undefined ? null : spanOf(life);
    if (life === undefined || span === null) throw new Error('there is no life');
    const [first] = life.segments;
    const store = first === undefined ? null : storeOf(first);
    if (first === undefined || store === null) throw new Error('it has no beginning');
    const letIn = new Map<number, DoorRecord>();
    const player = createPlayer({
      head: first.head,
      store,
      fromStart: false,
      letIn: () => letIn,
      log: createKeptLog(),
    });
    player.beginFreely(first.head.connections);
    const marks = seen.filter(({ atMs }) => atMs > span.fromMs + 1_000 && atMs < span.toMs);
    expect(marks.length).toBeGreaterThan(5);
    const look = (untilMs: number): void => {
      for (let mark = marks[0]; mark !== undefined && mark.atMs < untilMs; mark = marks[0]) {
        marks.shift();
        const { chargePoints } = momentOf(player, mark.atMs, null);
        const shown = chargePoints.flatMap(({ chargePointId, connectors }) =>
          connectors.map(({ limitA, because }) => `${chargePointId} ${limitA} A ${timeless(because ?? '')}`),
        );
        expect(shown).toEqual(mark.said);
      }
    };
    for (const step of stepsIn(life.segments)) {
      for (const item of step.inner) if (item.kind === 'opened') letIn.set(item.conn, item);
      look(step.atMs);
      player.play(step);
    }
    expect(marks).toEqual([]);
    player.close();
    site.stop();
  }, 60_000);
});

describe('secrets', () => {
  it('are not in the box, and it replays exactly without them', async () => {
    const folder = scratch('secrets');
    const recording = createRecording(folder);
    const [password, given] = ['correct-horse-battery', 'a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2'];
    const site = createBalancedSite({
      limitA: 63,
      chargePoints: 2,
      passwords: new Map([['CP01', password]]),
      make: recording.make,
    });
    site.powerOn();
    site.advance(30);
    const operate = (action: string, payload: object): void => {
      void site.world.controller().execute({ type: 'operate', chargePointId: 'CP01', action, payload });
      site.advance(10);
    };
    operate('ChangeConfiguration', { key: 'AuthorizationKey', value: given });
    operate('GetDiagnostics', { location: 'ftp://somebody:hidden-word@10.0.0.1/logs' });
    operate('GetConfiguration', {});
    site.world.network.cut('CP01');
    site.advance(120);
    site.world.killController();
    site.world.startController();
    site.advance(60);
    await recording.close();
    site.stop();
    const secrets = [password, given, 'hidden-word'];
    const needles = secrets.flatMap((text) => [text, Buffer.from(text).toString('base64')]);
    let looked = 0;
    for (const life of livesIn(folder)) {
      const { difference, exact, frames, sameFrames, player } = replayLife(life, {
        untilMs: null,
        log: createKeptLog(),
      });
      expect(difference).toBeNull();
      expect([exact, sameFrames]).toEqual([true, frames]);
      player.close();
      const kept = [...stepsIn(life.segments)].map((step: Step) => JSON.stringify(step)).join('\n');
      const store = life.segments.map((segment) => storeOf(segment)?.toString('latin1') ?? '').join('\n');
      const heads = JSON.stringify(life.segments.map(({ head }) => head));
      looked += kept.length;
      for (const needle of needles) {
        expect([kept, store, heads].map((text) => text.includes(needle))).toEqual([false, false, false]);
      }
    }
    expect(looked).toBeGreaterThan(10_000);
    expect(readBlocks(join(folder, '00000002.box')).map(({ kind }) => kind)).toContain('store');
  });
});
