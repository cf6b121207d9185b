import { type BlackBox, openBlackBox } from '../../src/black-box/black-box.ts';
import type { Step } from '../../src/black-box/items.ts';
import { type Life, stepsIn, storeOf } from '../../src/black-box/lives.ts';
import { createPlayer } from '../../src/black-box/player.ts';
import { createController } from '../../src/controller/controller.ts';
import type { ControllerParts } from '../../src/virtual-site/world.ts';
import { createKeptLog } from '../support/kept-log.ts';

/** Worlds in virtual time whose controllers are recorded, and the replay of what was. */

/** Makes controllers that are recorded in this folder, each life in its turn. */
export function createRecording(folder: string, options: { maxBytes?: number; flushMs?: number } = {}) {
  const boxes: BlackBox[] = [];
  const log = createKeptLog();
  return {
    log,
    make(parts: ControllerParts) {
      const { database, policy, credentials, clock, callTimeoutMs, telemetryFlushMs, balancing } = parts;
      const box = openBlackBox({
        folder,
        maxBytes: options.maxBytes ?? 64 * 1_048_576,
        flushMs: options.flushMs ?? 30_000,
        version: 'test',
        database,
        settings: {
          policy,
          sharing: balancing ?? null,
          callTimeoutMs,
          telemetryFlushMs,
          timeZone: parts.timeZone ?? 'UTC',
          files: null,
        },
        credentials,
        clock,
        log,
      });
      boxes.push(box);
      return box.record((ports) => createController({ ...parts, ...ports }));
    },
    written: () => boxes.reduce((sum, box) => sum + box.written(), 0),
    /** Lets the disk take what it was given. */
    async settled(): Promise<void> {
      for (const box of boxes) await box.settled();
    },
    /** Writes what is in memory, of all lives. */
    async close(): Promise<void> {
      for (const box of boxes) await box.close();
    },
  };
}

/** Plays a life from its beginning, with `changed` in place of what is on record; the player is still open. */
export function playLife(life: Life, changed: (step: Step) => Step = (step) => step) {
  const [first] = life.segments;
  const store = first === undefined ? null : storeOf(first);
  if (first === undefined || store === null) throw new Error('the life has no beginning');
  const player = createPlayer({
    head: first.head,
    store,
    fromStart: true,
    letIn: () => new Map(),
    log: createKeptLog(),
  });
  let frames = 0;
  let entries = 0;
  for (const step of stepsIn(life.segments)) {
    const given = changed(step);
    entries += 1;
    frames += given.inner.filter(({ kind }) => kind === 'sent').length;
    player.play(given);
  }
  return { player, frames, entries };
}
