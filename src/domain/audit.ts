import type { Actor } from './person.ts';
import type { Instant } from './units.ts';

/** What somebody did over the API, or tried to. Texts are JSON without secrets, cut where they are long. */
export type AuditEntry = {
  readonly who: Actor['kind'];
  /** Of the person or the API token; of a login the one who is known by that name. */
  readonly name: string | null;
  /** From where; null: in this process, for the backend. */
  readonly address: string | null;
  /** Of the backend's command. */
  readonly commandId: string | null;
  readonly method: string;
  /** With its parameters as names, such as `/api/v1/tokens/:idTag`. */
  readonly route: string;
  /** What was asked for: the same with the parameters filled in, and the query. */
  readonly target: string;
  readonly status: number;
  /** Why it was not done; null where it was. */
  readonly why: string | null;
  readonly request: string | null;
  readonly before: string | null;
  readonly after: string | null;
  /** Like ones just before that are not on record: refusals without end, or the same thing over and over. */
  readonly leftOut: number;
};

export type AuditEvent = { type: 'request-audited'; entry: AuditEntry; at: Instant };
