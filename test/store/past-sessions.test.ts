import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { ChargingWish } from '../../src/domain/charging-wish.ts';
import { instant, wattHours } from '../../src/domain/units.ts';
import { readPastSessions } from '../../src/store/past-sessions.ts';
import { sessionsFromStore } from '../../src/study/from-store.ts';
import { openLedger } from '../support/ledger.ts';
import { NOON } from '../support/manual-clock.ts';
import { scratchPaths } from '../support/scratch-folder.ts';
import { registered, started, stopped } from '../support/things.ts';

const scratch = scratchPaths();

const hours = (number: number) => instant(NOON + number * 3_600_000);
const wish = (transactionId: number, kWh: number): ChargingWish => ({
  subject: { kind: 'transaction', id: transactionId },
  ...{ departAt: null, energyWh: wattHours(kWh * 1_000), boostUntil: null, tier: null, setAt: NOON },
});

it('reads sessions that are over beside the process that writes, and what drivers asked for', () => {
  const path = scratch('busbar.db');
  const { given, database } = openLedger(path);
  given(
    registered(),
    started(1, { meterWh: wattHours(1_000) }),
    stopped(1, { at: hours(2), meterWh: wattHours(9_000) }),
    started(2, { at: hours(3), meterWh: wattHours(9_000) }),
    { type: 'charging-wish-set', wish: wish(2, 30), at: NOON },
    stopped(2, { at: hours(5), meterWh: wattHours(20_000) }),
    started(3, { at: hours(6), meterWh: wattHours(20_000) }),
    stopped(3, { at: hours(7), meterWh: wattHours(20_000) }),
    started(4, { at: hours(8), connectorId: 2 }),
  );
  // The writer goes on: nothing of this holds it up, or is held up by it.
  const past = readPastSessions(path, 100);
  given(stopped(4, { at: hours(9), meterWh: wattHours(4_000) }));
  expect(past.sessions.map(({ transactionId, deliveredWh, askedWh }) => [transactionId, deliveredWh, askedWh])).toEqual(
    [
      [1, 8_000, null],
      [2, 11_000, 30_000],
      [3, 0, null],
    ],
  );
  expect(past).toMatchObject({ running: 1, orphans: 0 });
  expect(readPastSessions(path, 2).sessions.map(({ transactionId }) => transactionId)).toEqual([3, 4]);
  database.close();

  const connectors = [{ key: 'CP1/1', chargePointId: 'CP1', connectorId: 1, phases: 3 as const, maxA: 32 }];
  const read = sessionsFromStore(past, { timeZone: 'UTC', voltageV: 230, connectors }, { phases: 3, maxA: 16 });
  expect(read).toMatchObject({
    ok: true,
    sessions: [
      { id: '1', arrival: NOON, departure: hours(2), energyWh: 8_000, connector: 'CP1/1' },
      { id: '2', energyWh: 30_000 },
    ],
    warnings: [
      'Left out: 1 still running, 1 without energy.',
      expect.stringMatching(/^What cars wanted is known of 1 of 2 sessions/),
      expect.stringMatching(/^1 session wants more than fits.*transaction 2 wants 30 kWh in 2 h/),
    ],
  });
});

it('says what is no store', () => {
  const path = scratch('other.db');
  expect(() => readPastSessions(path, 1)).toThrow('there is no file');
  writeFileSync(path, 'not a database, but long enough to be looked at as one '.repeat(40));
  expect(() => readPastSessions(path, 1)).toThrow('is no database');
});
