import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { monotonic } from '../../src/domain/units.ts';
import { openOutbox, outboxReads } from '../../src/store/outbox.ts';
import { createRecorder } from '../../src/store/record.ts';
import { toldEvents } from '../../src/store/told-upstream.ts';
import { channels } from '../../src/upstream/contract/channels.ts';
import { eventData } from '../../src/upstream/contract/event-schemas.ts';
import { eventBatch } from '../../src/upstream/event-batch.ts';
import { channelOf, contractProblems, dataProblems } from '../support/contract-check.ts';
import { openLedger } from '../support/ledger.ts';
import { NOON } from '../support/manual-clock.ts';
import { toldDay } from '../support/told-events.ts';

const EVENTS = 'busbar/v1/acme/depot/evt/t0';

type Batch = { events: { type: string; data: object }[] };

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

  it('holds no field that the contract does not tell of', () => {
    const described = new Map(
      Object.entries(eventData).map(([type, schema]) => [`busbar.${type}`, new Set(Object.keys(schema.properties))]),
    );
    const untold = batch.events.flatMap(({ type, data }) =>
      Object.keys(data).flatMap((field) => (described.get(type)?.has(field) === true ? [] : [`${type}.${field}`])),
    );
    expect(untold).toEqual([]);
  });
});

/**
 * What sites have sent since the first version. A file here is never changed: one that no longer fits means that the contract
 * has been broken for backends that are in use.
 */
describe('what was sent once', () => {
  const folder = new URL('golden/', import.meta.url);
  const read = (kind: string) =>
    readdirSync(new URL(kind, folder)).map((name) => ({
      name: name.replace('.json', ''),
      content: JSON.parse(readFileSync(new URL(`${kind}/${name}`, folder), 'utf8')),
    }));
  const events = read('events');
  const messages = read('topics');

  it.each(events)('is still an event of the contract ($name)', ({ name, content }) => {
    const seq = Number(content.sequence);
    const epoch = content.id.split(':')[0];
    expect(content.type).toBe(`busbar.${name}`);
    expect(contractProblems(EVENTS, { epoch, stream: 't0', from: seq, to: seq, events: [content] })).toEqual([]);
  });

  it.each(messages)('is still a message of the contract ($name)', ({ content: { topic, payload } }) => {
    expect(contractProblems(topic, payload)).toEqual([]);
  });

  it('is there for each type of event and each topic', () => {
    expect(events.map(({ name }) => name).sort()).toEqual([...toldEvents].sort());
    const seen = new Set(messages.map(({ content }) => channelOf(content.topic)?.name));
    expect([...seen].sort()).toEqual(Object.keys(channels).sort());
  });

  it('without one of its fields would be found out', () => {
    const survived = events.flatMap(({ name, content }) =>
      Object.keys(content.data).flatMap((field) => {
        const { [field]: _, ...rest } = content.data;
        return dataProblems(content.type, rest).length === 0 ? [`${name}.${field}`] : [];
      }),
    );
    expect(survived).toEqual([]);
  });
});
