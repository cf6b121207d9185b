import { describe, expect, it } from 'vitest';
import { Sqlite } from '../../src/store/sqlite.ts';
import { scratchPaths } from '../support/scratch-folder.ts';
import { registered } from '../support/things.ts';
import { createTraveller, createWorld } from './turn-world.ts';

const scratch = scratchPaths();

describe('drain', () => {
  it('takes in all that has arrived and writes what is in memory, at once', () => {
    const traveller = createTraveller(() => world);
    const world = createWorld({ passenger: traveller });
    traveller.luggage = 2;
    for (let at = 0; at < 100; at++) world.enqueue(`${at}`, [registered(`CP${at}`)], 'same key');
    world.turn.drain();
    expect(world.outcomes).toHaveLength(100);
    expect([traveller.luggage, world.turn.waiting()]).toEqual([0, 0]);
  });

  it('takes in nothing more, once the store may be closed', () => {
    const traveller = createTraveller(() => world);
    const world = createWorld({ passenger: traveller });
    world.turn.drain();
    world.database.close();
    traveller.luggage = 1;
    world.enqueue('late', [registered('CP1')]);
    world.turn.depart();
    world.clock.settle();
    expect(world.outcomes).toEqual([]);
    expect(world.turn.figures().failedCommits).toBe(0);
  });

  it('ends even when nothing can be written', () => {
    const path = scratch('store.db');
    const traveller = createTraveller(() => world);
    const world = createWorld({ path, passenger: traveller });
    traveller.luggage = 1;
    world.database.pragma('busy_timeout = 0');
    const other = new Sqlite(path);
    other.exec('BEGIN IMMEDIATE');
    world.enqueue('start', [registered()]);
    world.turn.drain();
    expect(world.outcomes).toEqual(['start: commit failed']);
    other.close();
    world.database.close();
  });
});
