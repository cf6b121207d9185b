import { copyFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTurn } from '../../src/controller/turn.ts';
import { instant } from '../../src/domain/units.ts';
import { checkpoint } from '../../src/store/backup.ts';
import { connect, openStore } from '../../src/store/database.ts';
import { createKeptLog } from '../support/kept-log.ts';
import { openLedger } from '../support/ledger.ts';
import { createManualClock, NOON } from '../support/manual-clock.ts';
import { scratchPaths } from '../support/scratch-folder.ts';
import { registered, started, stopped } from '../support/things.ts';

const scratch = scratchPaths();

/** For some 2,700 fsyncs of 150 stores, ms: 3 s on a disk at rest, and many times that on one that others keep busy. */
const SLOW_DISK_MS = 120_000;

/**
 * The files as they are at a moment at which the power goes: what a turn let out must be in them. (That what was written
 * before an fsync survives it is the operating system's word; that nothing is let out before the commit is ours.)
 */
describe('a power cut', { timeout: SLOW_DISK_MS }, () => {
  it('at any answer leaves every acknowledged start and stop, once, in a sound store', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ inputs: fc.integer({ min: 1, max: 6 }), cut: fc.boolean(), checkpoint: fc.boolean() }), {
          minLength: 1,
          maxLength: 12,
        }),
        (turns) => {
          const path = scratch('store.db');
          const { database, record, given } = openLedger(path);
          const other = connect(path);
          given(registered());
          const clock = createManualClock();
          const passenger = { waiting: () => false, board: () => undefined, arrived: () => undefined };
          const turn = createTurn({ database, record, passenger, clock, log: createKeptLog() });
          const acknowledged = new Map<number, 'running' | 'stopped'>();
          const cuts: { copy: string; acknowledged: ReadonlyMap<number, string> }[] = [];
          let nextId = 1;
          for (const { inputs, cut, checkpoint: moved } of turns) {
            for (let input = 0; input < inputs; input++) {
              const running = [...acknowledged].find(([, state]) => state === 'running')?.[0];
              const stops = input === 0 && running !== undefined;
              const id = stops ? running : nextId++;
              const event = stops ? stopped(id) : started(id, { at: instant(NOON + id) });
              turn.enqueue({
                key: null,
                decide: () => ({
                  events: [event],
                  effect: () => {
                    acknowledged.set(id, stops ? 'stopped' : 'running');
                    // In the middle of the answers of a turn: some are out, others never will be.
                    if (cut) cuts.push({ copy: copyOf(path), acknowledged: new Map(acknowledged) });
                  },
                  failed: () => undefined,
                }),
              });
            }
            clock.settle();
            if (moved) checkpoint(other);
          }
          cuts.push({ copy: copyOf(path), acknowledged });
          for (const at of cuts) expectIn(at.copy, at.acknowledged);
          other.close();
          database.close();
        },
      ),
      { numRuns: 25 },
    );
  });
});

function copyOf(path: string): string {
  const copy = scratch('store.db');
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, copy + suffix);
  return copy;
}

function expectIn(path: string, acknowledged: ReadonlyMap<number, string>): void {
  const { database, notices } = openStore(path, { now: NOON, newId: () => 'epoch' });
  expect(notices).toEqual([]);
  const rows = database.prepare('SELECT id, state FROM transactions').all() as { id: number; state: string }[];
  const found = new Map(rows.map((row) => [row.id, row.state]));
  for (const [id, state] of acknowledged) expect([id, found.get(id)]).toEqual([id, state]);
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  database.close();
}
