import type { CallOutcome } from '../central-system/call-queue.ts';
import type { Credentials } from '../central-system/credentials.ts';
import type { Policy } from '../central-system/handler.ts';
import type { Records } from '../central-system/records.ts';
import type { CommandResult } from '../domain/commands.ts';
import type { Event } from '../domain/events.ts';
import type { Clock, Ids } from '../runtime/ports.ts';
import type { Balancing } from './balancing/balancing.ts';
import type { createExchange } from './exchange.ts';
import type { Lines } from './lines.ts';
import type { Decision } from './turn.ts';

/** What a command may see and use, and the ends that it can come to at once. */
export type CommandSite = {
  readonly lines: Lines;
  readonly records: Records;
  readonly policy: Policy;
  readonly credentials: Credentials;
  /** Null where nothing is balanced. */
  readonly balancing: () => Balancing | null;
  readonly exchange: ReturnType<typeof createExchange>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly follow: (events: readonly Event[]) => void;
  /** How long an answer to a call of ours may take, ms. */
  readonly callTimeoutMs: number;
};

/** Called once, when a command has come to its end. */
export type Done = (result: CommandResult) => void;

/** The command is these events, and done when they are durable. */
export function recorded(
  events: readonly Event[],
  site: CommandSite,
  done: Done,
  result: CommandResult = { kind: 'done' },
): Decision {
  return {
    events,
    effect: () => {
      site.follow(events);
      done(result);
    },
    failed: () => done({ kind: 'store-failed' }),
  };
}

/** The command comes to its end without changing anything. */
export function ended(done: Done, result: CommandResult): Decision {
  return { events: [], effect: () => done(result), failed: () => done(result) };
}

/** What the end of a call is as the end of a command. */
export function resultOfCall(outcome: CallOutcome, operationId: string): CommandResult {
  switch (outcome.kind) {
    case 'result':
      return { kind: 'answered', operationId, payload: outcome.payload };
    case 'error': {
      const { code, description, details } = outcome;
      return { kind: 'call-error', operationId, code, description, details };
    }
    case 'timeout':
    case 'disconnected':
      return { kind: 'no-answer', why: outcome.kind };
    case 'expired':
      return { kind: 'queue-full' };
  }
}
