import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant } from '../../src/domain/units.ts';
import { createDesk, stamp } from '../support/desk.ts';
import { NOON } from '../support/manual-clock.ts';

const chargePoints = ['CP1', 'CP2'] as const;

/** One session as a charge point knows it; few values each, so that sessions often resemble each other. */
const session = fc.record({
  chargePointId: fc.constantFrom(...chargePoints),
  connectorId: fc.integer({ min: 1, max: 2 }),
  idTag: fc.constantFrom('A', 'a', 'B'),
  atS: fc.integer({ min: 0, max: 2 }),
  meterStart: fc.integer({ min: 0, max: 2 }),
});

/** What is sent of it and when: its start or its stop, any number of times and in any order. */
const sending = fc.record({
  session: fc.nat(7),
  edge: fc.constantFrom('start', 'start', 'stop', 'orphan stop'),
  receivedS: fc.integer({ min: 0, max: 600 }),
  spelling: fc.constantFrom('lower', 'upper', 'as it is'),
});

const spelt = (idTag: string, spelling: string): string =>
  spelling === 'lower' ? idTag.toLowerCase() : spelling === 'upper' ? idTag.toUpperCase() : idTag;

describe('starts and stops, repeated and in any order', () => {
  it('make one row each, under ids of their own, and every repetition gets the first answer', () => {
    fc.assert(
      fc.property(
        fc.array(session, { minLength: 1, maxLength: 8 }),
        fc.array(sending, { maxLength: 40 }),
        (sessions, sendings) => {
          const desk = createDesk({ unknownCards: 'accept' });
          const answers = new Map<string, { transactionId: number }>();
          const orphans = new Set<string>();
          const stopsOf = new Map<number, number>();
          for (const { session: at, edge, receivedS, spelling } of sendings) {
            const index = at % sessions.length;
            const known = sessions[index];
            if (known === undefined) continue;
            const { chargePointId, connectorId, idTag, atS, meterStart } = known;
            const circumstances = { chargePointId, at: instant(NOON + receivedS * 1_000) };
            const start = JSON.stringify([chargePointId, connectorId, idTag.toLowerCase(), atS, meterStart]);
            const answered = answers.get(start);
            if (edge === 'start') {
              const { response } = desk.receive(
                'StartTransaction',
                { connectorId, idTag: spelt(idTag, spelling), meterStart, timestamp: stamp(atS) },
                circumstances,
              );
              if (answered !== undefined) expect(response).toEqual(answered);
              else
                expect([...answers.values()].map(({ transactionId }) => transactionId)).not.toContain(
                  response.transactionId,
                );
              answers.set(start, response);
            } else {
              // A charge point that got no answer says -1; another one says what it was told.
              const transactionId = edge === 'stop' && answered !== undefined ? answered.transactionId : -1;
              const meterStop = meterStart + 100 + index;
              const { response } = desk.receive(
                'StopTransaction',
                { transactionId, meterStop, timestamp: stamp(1_000 + atS) },
                circumstances,
              );
              expect(response).toEqual({});
              if (transactionId === -1) orphans.add(JSON.stringify([chargePointId, atS, meterStop]));
              else if (!stopsOf.has(transactionId)) stopsOf.set(transactionId, meterStop);
            }
          }
          const rows = desk.rows('SELECT id, state, meter_stop_wh AS stop FROM transactions ORDER BY id') as {
            id: number;
            state: string;
            stop: number | null;
          }[];
          const made = rows.filter(({ state }) => state !== 'orphan');
          expect(made.map(({ id }) => id).sort()).toEqual(
            [...answers.values()].map(({ transactionId }) => transactionId).sort(),
          );
          expect(rows).toHaveLength(answers.size + orphans.size);
          for (const { id, state, stop } of made) {
            expect([id, state, stop]).toEqual([id, stopsOf.has(id) ? 'stopped' : 'running', stopsOf.get(id) ?? null]);
          }
          expect(desk.reader.nextTransactionId()).toBe(rows.length + 1);
          desk.database.close();
        },
      ),
      { numRuns: 150 },
    );
  });
});
