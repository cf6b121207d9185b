import type { Session } from './sessions.ts';

/**
 * Which connector each session plugs in at: the one that it names, where that is free and exists, else the first one that is
 * free. Null: none was, and the car drove on. Who leaves at the moment in which another comes has made room.
 */
export function assignConnectors(
  sessions: readonly Session[],
  keys: readonly string[],
): ReadonlyMap<Session, string | null> {
  const freeFrom = new Map(keys.map((key) => [key, Number.NEGATIVE_INFINITY]));
  const assigned = new Map<Session, string | null>();
  for (const session of inOrderOfArrival(sessions)) {
    const isFree = (key: string): boolean => (freeFrom.get(key) ?? Number.POSITIVE_INFINITY) <= session.arrival;
    const named = session.connector;
    const key = named !== null && isFree(named) ? named : (keys.find(isFree) ?? null);
    if (key !== null) freeFrom.set(key, session.departure);
    assigned.set(session, key);
  }
  return assigned;
}

export const inOrderOfArrival = (sessions: readonly Session[]): Session[] =>
  [...sessions].sort((a, b) => a.arrival - b.arrival || (a.id < b.id ? -1 : 1));
