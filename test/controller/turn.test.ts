import { describe, expect, it } from 'vitest';
import { Sqlite } from '../../src/store/sqlite.ts';
import { scratchPaths } from '../support/scratch-folder.ts';
import { registered, started } from '../support/things.ts';
import { createTraveller, createWorld } from './turn-world.ts';

const scratch = scratchPaths();

describe('effects', () => {
  it('come only after the commit, as a second connection sees', () => {
    const path = scratch('store.db');
    const world = createWorld({ path });
    const other = new Sqlite(path, { readonly: true });
    const count = other.prepare('SELECT count(*) FROM charge_points').pluck();
    const seen: unknown[] = [];
    world.enqueue('first', [registered('CP1')], 'CP1', () => seen.push(count.get()));
    world.enqueue('second', [registered('CP2')], 'CP2', () => seen.push(count.get()));
    expect(count.get()).toBe(0);
    world.clock.settle();
    expect(seen).toEqual([2, 2]);
    expect(world.turn.figures()).toMatchObject({ turns: 1, inputs: 2, commits: 1 });
    other.close();
    world.database.close();
  });

  it('of inputs that write nothing need no commit', () => {
    const world = createWorld();
    world.enqueue('nothing', []);
    world.enqueue('seen only', [{ type: 'connection-closed', chargePointId: 'CP1', at: world.clock.now() }]);
    world.clock.settle();
    expect(world.outcomes).toEqual(['nothing', 'seen only']);
    expect(world.turn.figures().commits).toBe(0);
  });

  it('that throw stop no other effect', () => {
    const world = createWorld();
    world.enqueue('bad', [], null, () => {
      throw new Error('broken effect');
    });
    world.enqueue('good', []);
    world.clock.settle();
    expect(world.outcomes).toEqual(['good']);
    expect(world.log.texts('error')).toEqual(['an effect failed after its commit: a fault in Busbar']);
  });
});

describe('a failing input', () => {
  it('hurts no other of the same turn, not even its own half', () => {
    const world = createWorld();
    world.enqueue('before', [registered('CP1')], 'CP1');
    world.enqueue('half', [registered('CP2'), registered('CP2')], 'CP2');
    world.enqueue('after', [registered('CP3')], 'CP3');
    world.clock.settle();
    expect(world.outcomes).toEqual(['before', 'half: input failed', 'after']);
    expect(world.values('SELECT id FROM charge_points ORDER BY id')).toEqual(['CP1', 'CP3']);
    expect(world.turn.figures().commits).toBe(1);
  });

  it('gives back the transaction id that it had taken', () => {
    const world = createWorld();
    world.given(registered());
    world.enqueue('bad', [started(1), registered('CP1')], 'a');
    world.enqueue('good', [started(1)], 'b');
    world.clock.settle();
    expect(world.outcomes).toEqual(['bad: input failed', 'good']);
    expect(world.reader.nextTransactionId()).toBe(2);
  });

  it('that can not be decided is logged, told to whoever waits, and left out', () => {
    const world = createWorld();
    world.turn.enqueue({
      key: 'CP1',
      decide: () => {
        throw new Error('broken handler');
      },
      undecided: () => world.outcomes.push('told'),
    });
    world.enqueue('next', [registered('CP1')], 'CP1');
    world.clock.settle();
    expect(world.outcomes).toEqual(['told', 'next']);
    expect(world.log.texts('error')).toEqual(['an input could not be decided: a fault in Busbar']);
  });
});

describe('a failing commit', () => {
  it('drops every answer of its turn; the senders repeat, and then it is recorded once', () => {
    const world = createWorld();
    world.given(registered());
    // A deferred constraint speaks up only at COMMIT.
    world.database.exec(
      'CREATE TABLE trap (id INTEGER PRIMARY KEY REFERENCES charge_points (ref) DEFERRABLE INITIALLY DEFERRED)',
    );
    world.database.exec('CREATE TRIGGER sprung AFTER INSERT ON charge_points BEGIN INSERT INTO trap VALUES (999); END');
    world.enqueue('start', [started(1)], 'CP1');
    world.enqueue('boot', [registered('CP2')], 'CP2');
    world.enqueue('silent', [], 'CP3');
    world.clock.settle();
    expect(world.outcomes).toEqual(['start', 'boot', 'silent'].map((name) => `${name}: commit failed`));
    expect(world.values('SELECT count(*) FROM transactions')).toEqual([0]);
    expect(world.turn.figures()).toMatchObject({ commits: 0, failedCommits: 1 });

    world.database.exec('DROP TRIGGER sprung');
    world.enqueue('start again', [started(1)], 'CP1');
    world.clock.settle();
    expect(world.outcomes.slice(3)).toEqual(['start again']);
    expect(world.values('SELECT id FROM transactions')).toEqual([1]);
  });

  it('that SQLite rolled back in the middle of a turn drops the turn, and not the process', () => {
    const world = createWorld();
    world.database.exec(
      "CREATE TRIGGER full AFTER INSERT ON charge_points WHEN new.id = 'CP2' BEGIN SELECT RAISE(ROLLBACK, 'full'); END",
    );
    world.enqueue('one', [registered('CP1')], 'CP1');
    world.enqueue('two', [registered('CP2')], 'CP2');
    world.enqueue('three', [registered('CP3')], 'CP3');
    world.clock.settle();
    expect(world.outcomes).toEqual(['one: commit failed', 'two: commit failed', 'three']);
    expect(world.values('SELECT id FROM charge_points')).toEqual(['CP3']);
    expect(world.database.inTransaction).toBe(false);
  });

  it('of a really full disk recovers as soon as there is room', () => {
    const world = createWorld({ path: scratch('store.db') });
    const pages = Number(world.database.pragma('page_count', { simple: true }));
    world.database.pragma(`max_page_count = ${pages}`);
    const many = Array.from({ length: 500 }, (_, at) => registered(`CP-${at}-${'x'.repeat(40)}`));
    world.enqueue('small', [registered('CP1')], 'small');
    world.enqueue('huge', many, 'huge');
    world.clock.settle();
    expect(world.outcomes).toEqual(['small: commit failed', 'huge: commit failed']);
    world.database.pragma('max_page_count = 100000');
    world.enqueue('huge again', many, 'huge');
    world.clock.settle();
    expect(world.outcomes.slice(2)).toEqual(['huge again']);
    world.database.close();
  });
});

describe('a locked store', () => {
  it('is tried once a turn, drops what would write, serves the rest, and is over when the lock is', () => {
    const path = scratch('store.db');
    const world = createWorld({ path });
    world.database.pragma('busy_timeout = 0');
    const other = new Sqlite(path);
    other.exec('BEGIN IMMEDIATE');
    world.enqueue('reads', [], 'a');
    world.enqueue('writes', [registered('CP1')], 'b');
    world.enqueue('writes too', [registered('CP2')], 'c');
    world.clock.settle();
    expect(world.outcomes).toEqual(['reads', 'writes: commit failed', 'writes too: commit failed']);
    expect(world.turn.figures()).toMatchObject({ turns: 1, failedCommits: 1 });
    expect(world.log.texts('error')).toHaveLength(1);

    other.exec('ROLLBACK');
    world.enqueue('writes again', [registered('CP1')], 'b');
    world.clock.settle();
    expect(world.outcomes.at(-1)).toBe('writes again');
    other.close();
    world.database.close();
  });
});

describe('batches', () => {
  it('hold at most 32 inputs', () => {
    const world = createWorld();
    for (let at = 0; at < 130; at++) world.enqueue(`${at}`, [registered(`CP${at}`)], `CP${at}`);
    world.clock.settle();
    expect(world.outcomes).toEqual(Array.from({ length: 130 }, (_, at) => `${at}`));
    expect(world.turn.figures()).toMatchObject({ turns: 5, inputs: 130, commits: 5 });
  });

  it('hold one input of a key: the next one sees what the first did to memory', () => {
    const world = createWorld();
    const seen: string[][] = [];
    for (const name of ['a1', 'a2']) {
      const input = world.input(name, [], 'A');
      world.turn.enqueue({
        key: input.key,
        decide: () => {
          seen.push([...world.outcomes]);
          return input.decide();
        },
      });
    }
    world.clock.settle();
    expect(seen).toEqual([[], ['a1']]);
    expect(world.turn.figures().turns).toBe(2);
  });

  it('close after 5 ms, so that an answer does not wait for too many others', () => {
    const world = createWorld();
    for (const name of ['slow', 'next']) {
      const input = world.input(name, []);
      world.turn.enqueue({
        key: null,
        decide: () => {
          world.clock.pass(6);
          return input.decide();
        },
      });
    }
    world.clock.settle();
    expect(world.outcomes).toEqual(['slow', 'next']);
    expect(world.turn.figures().turns).toBe(2);
  });

  it('that commit slowly are warned of', () => {
    const world: ReturnType<typeof createWorld> = createWorld({
      passenger: { waiting: () => true, board: () => world.clock.pass(600), arrived: () => undefined },
    });
    world.enqueue('start', [registered()]);
    world.clock.settle();
    expect(world.log.texts('warn')).toEqual(['a commit was slow: the storage is worn or busy']);
    expect(world.turn.figures().slowestCommitMs).toBe(600);
  });
});

describe('the passenger', () => {
  it('rides along with a commit that happens anyway, and has arrived only after it', () => {
    const traveller = createTraveller(() => world);
    const world = createWorld({ passenger: traveller });
    traveller.luggage = 3;
    world.enqueue('reads', []);
    world.clock.settle();
    expect(traveller.luggage).toBe(3);
    world.enqueue('writes', [registered()]);
    world.clock.settle();
    expect(traveller.luggage).toBe(0);
    expect(world.values("SELECT count(*) FROM meta WHERE key LIKE 'luggage%'")).toEqual([3]);
    expect(world.turn.figures().commits).toBe(1);
  });

  it('departs by itself when told to', () => {
    const traveller = createTraveller(() => world);
    const world = createWorld({ passenger: traveller });
    traveller.luggage = 1;
    world.turn.depart();
    world.clock.settle();
    expect(traveller.luggage).toBe(0);
  });

  it('that can not be written stays, and the ledger is written without it', () => {
    let broken = true;
    let arrivals = 0;
    const world = createWorld({
      passenger: {
        waiting: () => true,
        board: () => {
          if (broken) throw new Error('no room');
        },
        arrived: () => {
          arrivals += 1;
        },
      },
    });
    world.enqueue('start', [registered('CP1')]);
    world.clock.settle();
    expect(world.outcomes).toEqual(['start']);
    expect(world.values('SELECT id FROM charge_points')).toEqual(['CP1']);
    expect(world.log.texts('error')).toEqual(['telemetry can not be written and stays in memory']);

    // From then on it travels alone, when it is due, until it has arrived once.
    world.enqueue('stop', [registered('CP2')]);
    world.clock.settle();
    expect(world.log.texts('error')).toHaveLength(1);
    broken = false;
    world.turn.depart();
    world.clock.settle();
    expect(arrivals).toBe(1);
    world.enqueue('next', [registered('CP3')]);
    world.clock.settle();
    expect(arrivals).toBe(2);
  });

  it('that makes the commit fail costs one turn of the ledger', () => {
    const world: ReturnType<typeof createWorld> = createWorld({
      passenger: {
        waiting: () => true,
        board: () => world.database.exec('INSERT INTO trap VALUES (999)'),
        arrived: () => undefined,
      },
    });
    world.database.exec(
      'CREATE TABLE trap (id INTEGER PRIMARY KEY REFERENCES charge_points (ref) DEFERRABLE INITIALLY DEFERRED)',
    );
    world.enqueue('start', [registered('CP1')]);
    world.clock.settle();
    world.enqueue('start again', [registered('CP1')]);
    world.clock.settle();
    expect(world.outcomes).toEqual(['start: commit failed', 'start again']);
    expect(world.values('SELECT id FROM charge_points')).toEqual(['CP1']);
  });

  it('that fills the disk costs at most one turn of the ledger', () => {
    const traveller = createTraveller(() => world);
    const world = createWorld({ path: scratch('store.db'), passenger: traveller });
    const pages = Number(world.database.pragma('page_count', { simple: true }));
    world.database.pragma(`max_page_count = ${pages + 4}`);
    traveller.luggage = 100;
    world.enqueue('start', [registered('CP1')]);
    world.clock.settle();
    world.enqueue('start again', [registered('CP1')]);
    world.enqueue('stop', [registered('CP2')]);
    world.turn.depart();
    world.clock.settle();
    world.enqueue('boot', [registered('CP3')]);
    world.clock.settle();
    expect(world.outcomes.slice(1)).toEqual(['start again', 'stop', 'boot']);
    expect(traveller.luggage).toBe(100);
    world.database.pragma('max_page_count = 100000');
    world.turn.depart();
    world.clock.settle();
    expect(traveller.luggage).toBe(0);
    world.database.close();
  });
});
