import type { Database } from 'better-sqlite3';
import type { Event } from '../domain/events.ts';
import { stopwatchBy } from '../runtime/clock.ts';
import type { Clock, Log, Stopwatch } from '../runtime/ports.ts';

/**
 * The heart: inputs queue up, and a turn decides and records what has arrived, commits once, and only then lets the
 * effects out. No answer ever precedes its durability, and nothing can come between an input and its effects.
 */

/** What an input came to. */
export type Decision = {
  readonly events: readonly Event[];
  /** After the commit: memory first, then the answer. */
  readonly effect: () => void;
  /**
   * Instead of `effect`. 'input': this one alone could not be recorded. 'commit': nothing of the turn could be; a charge
   * point then gets no answer and repeats itself.
   */
  readonly failed: (what: 'input' | 'commit', error: unknown) => void;
};

export type Input = {
  /** Inputs with the same key never share a turn: what one did to memory, the next one must see. */
  readonly key: string | null;
  readonly decide: () => Decision;
  /** Takes the place of the effect when `decide` throws, which is a fault in Busbar: whoever waits must hear of it. */
  readonly undecided?: () => void;
};

/** What waits under one key, in the order of its arrival. Lanes take turns, so that a flood delays only itself. */
type Lane = { readonly key: string | null; readonly inputs: Input[] };

/** Inputs in one turn at most, and ms after which it is closed: what keeps an answer from waiting for too many others. */
const MAX_INPUTS = 32;
const MAX_TURN_MS = 5;
/** A commit slower than this is worth a warning, ms: the card is worn, or busy with something else. */
const SLOW_COMMIT_MS = 500;

export type Passenger = {
  /** Whether there is anything to write. */
  waiting(): boolean;
  /** Writes it inside the open transaction. */
  board(): void;
  /** That transaction has committed. */
  arrived(): void;
};

export function createTurn(world: {
  database: Database;
  record: (event: Event) => void;
  /** Telemetry: rides along with any commit that happens anyway. */
  passenger: Passenger;
  clock: Clock;
  /** By the clock where it is left out. */
  stopwatch?: Stopwatch;
  log: Log;
}) {
  const { database, record, passenger, clock, log } = world;
  const stopwatch = world.stopwatch ?? stopwatchBy(clock);
  const sql = {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    rollback: database.prepare('ROLLBACK'),
    savepoint: database.prepare('SAVEPOINT input'),
    release: database.prepare('RELEASE input'),
    undo: database.prepare('ROLLBACK TO input'),
  };
  const figures = { turns: 0, inputs: 0, commits: 0, failedCommits: 0, slowestCommitMs: 0, lastCommitMs: 0 };
  const lanes = new Map<string, Lane>();
  let ready: Lane[] = [];
  let waiting = 0;
  let scheduled = false;
  let departing = false;
  let closed = false;
  /** The passenger's last journey failed: it then travels alone, so that no start or stop pays for telemetry. */
  let isolated = false;

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    clock.soon(() => {
      scheduled = false;
      run();
      if (waiting > 0) schedule();
    });
  };

  return {
    enqueue(input: Input): void {
      if (closed) return;
      const lane = input.key === null ? undefined : lanes.get(input.key);
      if (lane === undefined) {
        const made: Lane = { key: input.key, inputs: [input] };
        if (input.key !== null) lanes.set(input.key, made);
        ready.push(made);
      } else {
        lane.inputs.push(input);
      }
      waiting += 1;
      schedule();
    },
    /** Lets the passenger depart with the next turn, even if no input writes. */
    depart(): void {
      if (closed) return;
      departing = true;
      schedule();
    },
    /** Takes in all that has arrived, at once; for the end: what comes later finds no store any more. */
    drain(): void {
      departing = true;
      while (waiting > 0 || departing) run();
      closed = true;
    },
    waiting: () => waiting,
    figures: () => ({ ...figures }),
  };

  function run(): void {
    const started = stopwatch.readMs();
    const taken: Decision[] = [];
    let transaction: 'none' | 'open' | 'refused' | 'lost' = 'none';
    let index = 0;
    while (index < ready.length && taken.length < MAX_INPUTS) {
      const input = ready[index]?.inputs.shift();
      index += 1;
      if (input === undefined) continue;
      const decision = decide(input);
      if (decision.events.some(isKept)) {
        if (transaction === 'none') transaction = begin(taken) ? 'open' : 'refused';
        taken.push(transaction === 'open' ? recorded(decision) : undone(decision));
      } else {
        taken.push(decision);
      }
      // SQLite rolls back by itself when the disk is full: what was recorded before is gone as well.
      if (transaction === 'open' && !database.inTransaction) transaction = 'lost';
      if (transaction === 'lost' || stopwatch.isPast(started, MAX_TURN_MS)) break;
    }
    waiting -= taken.length;
    ready = [...ready.slice(index), ...ready.slice(0, index).filter(hasMore)];
    figures.turns += 1;
    figures.inputs += taken.length;
    const due = departing;
    departing = false;
    const takes = transaction === 'open' && (due || taken.some(({ events }) => events.some(takesPassenger)));
    const boards = !isolated && (takes || (due && transaction === 'none')) && passenger.waiting();
    if (boards && transaction === 'none') transaction = begin(taken) ? 'open' : 'refused';
    const failed = transaction === 'lost' || (transaction === 'open' && !committed(boards));
    if (transaction === 'lost') lose(new Error('the transaction was rolled back'));
    for (const decision of taken) {
      if (failed) settle(() => decision.failed('commit', new Error('the store could not be written')));
      else settle(decision.effect);
    }
    if (isolated && due && passenger.waiting() && begin([])) committed(true);
  }

  /** Whose turn has been goes behind all others, or out. */
  function hasMore({ key, inputs }: Lane): boolean {
    if (inputs.length === 0 && key !== null) lanes.delete(key);
    return inputs.length > 0;
  }

  function decide({ decide: decideNow, undecided = () => undefined }: Input): Decision {
    try {
      return decideNow();
    } catch (error) {
      log.error({ err: error }, 'an input could not be decided: a fault in Busbar');
      return { events: [], effect: undecided, failed: undecided };
    }
  }

  function begin(taken: readonly Decision[]): boolean {
    try {
      sql.begin.run();
      return true;
    } catch (error) {
      lose(error, { waiting: taken.length });
      return false;
    }
  }

  function lose(error: unknown, fields: object = {}): void {
    figures.failedCommits += 1;
    log.error({ err: error, ...fields }, 'the store can not be written; charge points get no answer and will repeat');
  }

  /** Records one input inside a savepoint, so that its failure hurts no other. */
  function recorded(decision: Decision): Decision {
    // Without a transaction, a savepoint would begin one, and its release commit it.
    if (!database.inTransaction) return decision;
    try {
      sql.savepoint.run();
      for (const event of decision.events) record(event);
      sql.release.run();
      return decision;
    } catch (error) {
      if (!database.inTransaction) return decision;
      sql.undo.run();
      sql.release.run();
      log.error({ err: error, events: decision.events.map(({ type }) => type) }, 'an input could not be recorded');
      return { events: [], effect: () => decision.failed('input', error), failed: decision.failed };
    }
  }

  function committed(boards: boolean): boolean {
    const started = stopwatch.readMs();
    const boarded = boards && board();
    try {
      sql.commit.run();
    } catch (error) {
      if (database.inTransaction) sql.rollback.run();
      isolated = boards;
      lose(error);
      return false;
    }
    if (boarded) {
      isolated = false;
      passenger.arrived();
    }
    // What follows happens now, and not when the commit began.
    stopwatch.catchUp();
    const tookMs = stopwatch.readMs() - started;
    figures.commits += 1;
    figures.lastCommitMs = tookMs;
    figures.slowestCommitMs = Math.max(figures.slowestCommitMs, tookMs);
    if (tookMs > SLOW_COMMIT_MS)
      log.warn({ tookMs: Math.round(tookMs) }, 'a commit was slow: the storage is worn or busy');
    return true;
  }

  /** Telemetry never takes the ledger down with it: what can't be written now stays buffered. */
  function board(): boolean {
    sql.savepoint.run();
    try {
      passenger.board();
      sql.release.run();
      return true;
    } catch (error) {
      isolated = true;
      log.error({ err: error }, 'telemetry can not be written and stays in memory');
      if (!database.inTransaction) return false;
      sql.undo.run();
      sql.release.run();
      return false;
    }
  }

  function settle(effect: () => void): void {
    try {
      effect();
    } catch (error) {
      log.error({ err: error }, 'an effect failed after its commit: a fault in Busbar');
    }
  }
}

/** What is left of an input when the store can't even be opened for writing. */
function undone({ failed }: Decision): Decision {
  return { events: [], effect: () => failed('commit', new Error('the store could not be written')), failed };
}

/** What leaves no row of its own behind: a turn of nothing else opens no transaction. */
const passing: ReadonlySet<Event['type']> = new Set([
  'readings-taken',
  'connection-opened',
  'connection-closed',
  'obedience-changed',
  'grant-changed',
]);

/** Small and many: telemetry that rode along with each of them would have the same pages written again and again. */
const small: ReadonlySet<Event['type']> = new Set(['commitments-written', 'charging-profiles-changed']);

function takesPassenger({ type }: Event): boolean {
  return isKept({ type }) && !small.has(type);
}

function isKept({ type }: Pick<Event, 'type'>): boolean {
  return !passing.has(type);
}
