import { expect, it } from 'vitest';
import { createTurn } from '../../src/controller/turn.ts';
import { createKeptLog } from '../support/kept-log.ts';
import { openLedger } from '../support/ledger.ts';
import { createManualClock, NOON } from '../support/manual-clock.ts';

it('lets small commits leave without telemetry: they are many, and would have its pages written again and again', () => {
  const { database, record } = openLedger(':memory:');
  const clock = createManualClock();
  let rows = 3;
  const passenger = {
    waiting: () => rows > 0,
    board: () => undefined,
    arrived: () => {
      rows = 0;
    },
  };
  const turn = createTurn({ database, record, passenger, clock, log: createKeptLog() });
  const write = (): void => {
    const events = [{ type: 'commitments-written', commitments: [], at: NOON }] as const;
    turn.enqueue({ key: 'balancing', decide: () => ({ events, effect: () => undefined, failed: () => undefined }) });
    clock.settle();
  };
  write();
  expect(turn.figures().commits).toBe(1);
  expect(rows).toBe(3);
  turn.depart();
  write();
  expect(rows, 'it leaves with the next one when it is time').toBe(0);
});
