import type { Event } from '../domain/events.ts';
import type { Instant } from '../domain/units.ts';
import type { CentralSystemAction, RequestOf } from '../ocpp/messages/actions.ts';
import type { Live, Policy } from './handler.ts';
import type { Records } from './records.ts';

/** What a chore may know of the charge point that it looks at. */
export type ChoreContext = {
  readonly chargePointId: string;
  readonly now: Instant;
  readonly records: Records;
  readonly live: Live;
  readonly policy: Policy;
  /**
   * Connected, accepted, and settled: it may be called. Without this a chore can still record what time alone brings
   * about, such as an expiry.
   */
  readonly reachable: boolean;
  /** `http://host:port` under which it has reached us; null while it is not connected. */
  readonly reachedAt: string | null;
  /** Since when the connection is open; null without one. */
  readonly connectedAt: Instant | null;
};

/** A message that a chore wants to send. What the answer means stands in answers.ts, as for any other sender. */
export type ChoreCall = {
  readonly [A in CentralSystemAction]: { readonly action: A; readonly payload: RequestOf<A> };
}[CentralSystemAction];

export type ChoreStep = {
  /** What is thereby decided, recorded before anything is sent. */
  readonly events?: readonly Event[];
  /** Sent once the events are durable. The chore is asked again when the answer has been recorded. */
  readonly call?: ChoreCall;
  /** The call is to be followed as an operation, for everybody to see. */
  readonly tracked?: boolean;
  /** Look again then, even if nothing happens before. */
  readonly again?: Instant;
};

/**
 * Something that is kept in line on every charge point: a local list, a configuration, a reservation. It looks at what is
 * wanted and at what is on record, and says the next step. It has no memory of its own: a restart loses nothing, and
 * doing it twice does nothing twice.
 */
export type Chore = {
  readonly name: string;
  /** After these events it looks at the charge point that they name, or at all where they name none. */
  readonly wakes: ReadonlySet<Event['type']>;
  look(context: ChoreContext): ChoreStep;
};
