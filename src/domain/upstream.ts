import type { Instant } from './units.ts';

/**
 * What the site keeps of its upstream system: a backend that is told what happens here, and that may command. Two streams
 * go up, each numbered without a gap: `t0`, of which nothing is ever dropped, and `t1`, telemetry, which may be thinned.
 */
export type UpstreamStream = 't0' | 't1';

/** A command of the backend as it was taken in. */
export type InboxCommand = {
  /** Given by the backend; the same id again is the same command. */
  readonly id: string;
  readonly name: string;
  /** SHA-256 of what it asks for, hexadecimal: another one under the same id is a mistake. */
  readonly hash: string;
  /** What it asks for, as JSON. */
  readonly request: string;
  /** Where the answer goes; null for the usual topic. */
  readonly replyTo: string | null;
  /** What the answer is to carry, as it came, base64; null for nothing. */
  readonly correlation: string | null;
  readonly receivedAt: Instant;
  /** Nothing is begun after this; null: it never expires. */
  readonly expiresAt: Instant | null;
};

/** `unknown`: the process ended while it was carried out, and doing it again could do harm. */
export type CommandEnd = 'done' | 'failed' | 'refused' | 'expired' | 'unknown';
export type CommandState = 'accepted' | 'executing' | CommandEnd;

/** What became of a command. */
export type CommandOutcome = {
  readonly state: CommandEnd;
  /** As HTTP would answer it. */
  readonly status: number;
  /** The answer as JSON, or the problem (RFC 9457); secrets are masked. */
  readonly body: string;
};

export type UpstreamEvent =
  /** Rows of t1 that the backend will not get as they were, on purpose. `keptEveryS` null: not at all. */
  | {
      type: 'upstream-gap';
      stream: 't1';
      from: number;
      to: number;
      reason: 'thinned' | 'retention';
      keptEveryS: number | null;
      at: Instant;
    }
  | { type: 'upstream-command-received'; command: InboxCommand; at: Instant }
  | { type: 'upstream-command-began'; id: string; at: Instant }
  | { type: 'upstream-command-ended'; id: string; name: string; outcome: CommandOutcome; at: Instant }
  /** The site has this version of the backend's list of tokens. */
  | { type: 'upstream-tokens-synced'; version: number; at: Instant }
  /** The backend has said what the configuration shall be, and this came of it. */
  | { type: 'upstream-configuration-taken'; version: number; problems: readonly string[]; at: Instant };
