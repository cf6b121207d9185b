import type { Event } from '../domain/events.ts';
import type { RecordedProfile } from '../domain/profile-record.ts';

/** Changes remembered for who was away for a moment; more than that, and a client loads everything anew. */
const MAX_CHANGES = 2_000;

/** Something that has happened, numbered in the order of its commit. Numbers begin anew with the process. */
export type Change = { readonly seq: number; readonly event: Event };

export type Feed = ReturnType<typeof createFeed>;

/** What has just happened, for live displays. Nothing durable rests on it. */
export function createFeed() {
  const changes: Change[] = [];
  const listeners = new Set<(change: Change) => void>();
  let seq = 0;
  return {
    publish(event: Event): void {
      seq += 1;
      const change = { seq, event: light(event) };
      changes.push(change);
      if (changes.length > MAX_CHANGES * 2) changes.splice(0, changes.length - MAX_CHANGES);
      for (const listener of listeners) listener(change);
    },
    /** All changes after `after`, or null when they are no longer all known. */
    since(after: number): readonly Change[] | null {
      if (after === seq) return [];
      const first = changes[0];
      if (after > seq || first === undefined || after < first.seq - 1) return null;
      return changes.slice(after - first.seq + 1);
    },
    last: () => seq,
    /** Returns how to stop listening. */
    listen(listener: (change: Change) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Without what no display is told and what can be long: a thousand of these are remembered, and it would be 100 MB. */
function light(event: Event): Event {
  switch (event.type) {
    case 'tokens-imported':
      return { ...event, put: [], removed: [] };
    case 'local-list-changed':
      return {
        ...event,
        list: { ...event.list, pending: null },
        content: event.content === null ? null : { ...event.content, put: [], removed: [] },
      };
    case 'operation-requested':
      return { ...event, request: {}, shown: '' };
    case 'operation-answered':
      return event.answer.kind === 'result' ? { ...event, answer: { kind: 'result', shown: '' } } : event;
    case 'charging-profiles-changed':
      return { ...event, profiles: event.profiles.map(withoutPeriods) };
    case 'data-transferred':
      return { ...event, data: null };
    case 'upstream-command-received':
      return { ...event, command: { ...event.command, request: '' } };
    case 'upstream-command-ended':
      return { ...event, outcome: { ...event.outcome, body: '' } };
    default:
      return event;
  }
}

function withoutPeriods(recorded: RecordedProfile): RecordedProfile {
  const { profile } = recorded;
  return { ...recorded, profile: { ...profile, schedule: { ...profile.schedule, periods: [] } } };
}
