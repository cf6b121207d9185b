import type { Housework } from '../controller/housekeeping.ts';
import type { Command } from '../domain/commands.ts';
import type { Alert } from '../domain/events.ts';
import type { MeterSample } from '../domain/meter.ts';
import type { Transport } from '../domain/security-profile.ts';
import type { FileResult } from '../runtime/ports.ts';

/**
 * What stands in the box, in the order in which it happened: entries, which are what came into the controller; answers,
 * which are what it then asked of the world; and outputs, which are what it did to the world.
 */

/** Something that came in. Connections are counted from 1 in the life of a process, by their requests at the door. */
export type Entry =
  /** The controller begins: with the process, on the store as it then was. */
  | { readonly kind: 'begin' }
  /** A timer has fired: so many before the last one that was set. */
  | { readonly kind: 'timer'; readonly back: number }
  /** The queue of inputs has its turn. */
  | { readonly kind: 'turn' }
  | {
      readonly kind: 'upgrade';
      readonly conn: number;
      readonly chargePointId: string;
      readonly remoteAddress: string;
      /** With a password, which is not kept. */
      readonly authenticates: boolean;
      readonly transport: Transport;
    }
  | { readonly kind: 'frame'; readonly conn: number; readonly text: string }
  | { readonly kind: 'binary' | 'pong' | 'closed'; readonly conn: number }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'alert'; readonly alert: Alert }
  | { readonly kind: 'sample'; readonly sample: MeterSample }
  | { readonly kind: 'housework'; readonly work: Housework | null }
  | { readonly kind: 'transfer'; readonly transfer: Transfer }
  | { readonly kind: 'stop' };

/** What the door of files was told. `token`: as hash where it was given out before this process, else its number. */
export type Transfer =
  | { readonly step: 'started' | 'progress'; readonly token: string | number; readonly bytes: number }
  | { readonly step: 'finished'; readonly token: string | number; readonly result: FileResult }
  | { readonly step: 'failed'; readonly token: string | number; readonly why: string }
  | { readonly step: 'drop-older'; readonly beforeMs: number };

/** What the controller asked, and was told. */
export type Answer =
  | { readonly kind: 'opened'; readonly conn: number; readonly remoteAddress: string; readonly reachedAt: string }
  | { readonly kind: 'not-opened'; readonly conn: number }
  | { readonly kind: 'gone'; readonly is: boolean }
  /** A question about passwords. */
  | { readonly kind: 'credential'; readonly is: boolean }
  | { readonly kind: 'credential-used'; readonly events: readonly unknown[] }
  /** This question of whether time is over, counted in the life of the process, was answered with yes; others with no. */
  | { readonly kind: 'past'; readonly question: number }
  | { readonly kind: 'took'; readonly ms: number }
  /** A clock that stood still went on, by so many ms. */
  | { readonly kind: 'caught-up'; readonly ms: number };

/** What a connector was given, mA per phase, and why, in words. */
export type Decided = {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly grantMA: number;
  readonly because: string;
};

/** What the controller did. */
export type Output =
  /** `action` of a call; null for an answer. */
  | { readonly kind: 'sent'; readonly conn: number; readonly sum: string; readonly action: string | null }
  | { readonly kind: 'refused'; readonly conn: number; readonly status: number }
  | { readonly kind: 'ended'; readonly conn: number }
  | ({ readonly kind: 'decided' } & Decided);

/** An entry that came in while another one was being worked off: after so many changes of the feed. */
export type Nested = { readonly kind: 'nested'; readonly feedSeq: number; readonly entry: Entry };

export type Inner = Answer | Output | Nested;

/** One entry with all that followed from it, and when: ms since 1970, and on the monotonic clock of its process. */
export type Step = {
  readonly atMs: number;
  readonly monotonicMs: number;
  readonly entry: Entry;
  readonly inner: readonly Inner[];
};
