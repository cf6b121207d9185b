import type { Event } from '../../src/domain/events.ts';
import { type Database, openStore } from '../../src/store/database.ts';
import { createReader } from '../../src/store/reader.ts';
import { createRecorder } from '../../src/store/record.ts';
import { NOON } from './manual-clock.ts';

/** A store with its writer and its reader; in memory unless a path is given. */
export function openLedger(path = ':memory:') {
  let ids = 0;
  const opened = openStore(path, { now: NOON, newId: () => `epoch-${++ids}` });
  return { ...opened, ...aroundStore(opened.database) };
}

export function aroundStore(database: Database) {
  const record = createRecorder(database);
  return {
    reader: createReader(database),
    record,
    /** Records all or none of the events. */
    given: database.transaction((...events: Event[]) => {
      for (const event of events) record(event);
    }),
    rows: (sql: string): unknown[] => database.prepare(sql).all(),
    values: (sql: string): unknown[] => database.prepare(sql).pluck().all(),
  };
}
