import type { Event } from '../domain/events.ts';

/** The part of the store that writes one event; leaving out an event does not compile. */
export type Writers<E extends Event = Event> = {
  readonly [T in E['type']]: (event: Extract<E, { type: T }>) => void;
};

/** The number under which the rows of a registered charge point stand; throws for any other. */
export type RefOf = (chargePointId: string) => number;
