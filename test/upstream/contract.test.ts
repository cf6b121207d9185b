import { describe, expect, it } from 'vitest';
import { monotonic } from '../../src/domain/units.ts';
import { openOutbox, outboxReads } from '../../src/store/outbox.ts';
import { createRecorder } from '../../src/store/record.ts';
import { toldEvents } from '../../src/store/told-upstream.ts';
import { eventBatch } from '../../src/upstream/event-batch.ts';
import { contractProblems } from '../support/contract-check.ts';
import { openLedger } from '../support/ledger.ts';
import { NOON } from '../support/manual-clock.ts';
import { toldDay } from '../support/told-events.ts';

const EVENTS = 'busbar/v1/acme/depot/evt/t0';

type Batch = { events: { type: string; data: unknown }[] };

/** The day on record in a real store, as it goes over the line. */
function dayOnTheLine(): Batch {
  const { database, epoch } = openLedger();
  const outbox = openOutbox(database, { epoch, boot: 'boot-1', now: () => NOON, monotonic: () => monotonic(5) });
  const record = createRecorder(database, outbox);
  database.transaction(() => {
    for (const event of toldDay) record(event);
  })();
  const rows = outboxReads(database).eventsAfter(0, 1_000);
  const batch = eventBatch(rows, { epoch, source: '/acme/depot' });
  database.close();
  return JSON.parse(batch?.json ?? '{}');
}

describe('what happens', () => {
  const batch = dayOnTheLine();

  it('is of every type that is told', () => {
    expect(batch.events.map(({ type }) => type).sort()).toEqual(toldEvents.map((type) => `busbar.${type}`).sort());
  });

  it('goes over the line as the contract says', () => {
    expect(contractProblems(EVENTS, batch)).toEqual([]);
  });
});
