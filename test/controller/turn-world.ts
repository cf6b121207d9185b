import { createTurn, type Decision, type Input, type Passenger } from '../../src/controller/turn.ts';
import type { Event } from '../../src/domain/events.ts';
import { createKeptLog } from '../support/kept-log.ts';
import { openLedger } from '../support/ledger.ts';
import { createManualClock } from '../support/manual-clock.ts';

const noPassenger: Passenger = { waiting: () => false, board: () => undefined, arrived: () => undefined };

/** A turn over a store, with what came of its inputs. */
export function createWorld({
  path = ':memory:',
  passenger = noPassenger,
}: {
  path?: string;
  passenger?: Passenger;
} = {}) {
  const ledger = openLedger(path);
  const clock = createManualClock();
  const log = createKeptLog();
  const { database, record } = ledger;
  const outcomes: string[] = [];
  const turn = createTurn({ database, record, passenger, clock, log });
  return {
    ...ledger,
    clock,
    log,
    turn,
    outcomes,
    /** An input that records `events` and notes its name in `outcomes` when it has come to its end. */
    input(name: string, events: readonly Event[], key: string | null = null, then?: () => void): Input {
      const decision: Decision = {
        events,
        effect: () => {
          then?.();
          outcomes.push(name);
        },
        failed: (what) => outcomes.push(`${name}: ${what} failed`),
      };
      return { key, decide: () => decision };
    },
    enqueue(name: string, events: readonly Event[], key: string | null = null, then?: () => void): void {
      turn.enqueue(this.input(name, events, key, then));
    },
  };
}

/** A passenger with a luggage of rows for the table `luggage`. */
export function createTraveller(world: () => ReturnType<typeof createWorld>) {
  const traveller = {
    luggage: 0,
    board: (): void => {
      for (let piece = 0; piece < traveller.luggage; piece++) {
        world()
          .database.prepare("INSERT INTO meta (key, value) VALUES ('luggage-' || ?, ?)")
          .run(piece, 'x'.repeat(900));
      }
    },
    waiting: () => traveller.luggage > 0,
    arrived: () => {
      traveller.luggage = 0;
    },
  };
  return traveller;
}
