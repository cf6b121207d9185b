import type { CallOutcome } from '../central-system/call-queue.ts';
import type { Policy } from '../central-system/handler.ts';
import type { Records } from '../central-system/records.ts';
import type { Command, CommandResult } from '../domain/commands.ts';
import type { Event } from '../domain/events.ts';
import type { Monotonic } from '../domain/units.ts';
import type { Clock, Ids } from '../runtime/ports.ts';
import type { createExchange } from './exchange.ts';
import type { Line, Lines } from './lines.ts';
import type { Decision } from './turn.ts';

type Site = {
  lines: Lines;
  records: Records;
  policy: Policy;
  exchange: ReturnType<typeof createExchange>;
  clock: Clock;
  ids: Ids;
  follow: (events: readonly Event[]) => void;
  callTimeoutMs: number;
};

/** The one door for commands. `done` is called once, when the command has come to its end. */
export function decideCommand(command: Command, site: Site, done: (result: CommandResult) => void): Decision {
  switch (command.type) {
    case 'operate':
      return operate(command, site, done);
    case 'approve':
    case 'reject':
      return register(command, site, done);
    case 'put-token':
      return recorded([{ type: 'token-put', token: command.token, at: site.clock.now() }], site, done);
    case 'remove-token':
      return site.records.token(command.idTag) === null
        ? ended(done, { kind: 'unknown', what: `token ${command.idTag}` })
        : recorded([{ type: 'token-removed', idTag: command.idTag, at: site.clock.now() }], site, done);
    case 'clear-alert':
      return recorded([{ type: 'alert-cleared', id: command.id, at: site.clock.now() }], site, done);
  }
}

function operate(
  command: Extract<Command, { type: 'operate' }>,
  site: Site,
  done: (result: CommandResult) => void,
): Decision {
  const { chargePointId, action, payload } = command;
  const line = site.lines.get(chargePointId);
  if (line === null) {
    const known = site.policy.configured.has(chargePointId);
    return ended(done, known ? { kind: 'not-connected' } : { kind: 'unknown', what: `charge point ${chargePointId}` });
  }
  if (line.session === null) return ended(done, { kind: 'not-connected' });
  const run = (): void => {
    const taken = line.calls.add({
      messageId: site.ids.uuid(),
      action,
      payload,
      class: 'operator',
      timeoutMs: site.callTimeoutMs,
      sendBefore: (site.clock.monotonic() + site.callTimeoutMs) as Monotonic,
      ended: (outcome) => done(resultOf(outcome)),
    });
    if (!taken) done({ kind: 'queue-full' });
    site.exchange.pump(line);
  };
  return { events: [], effect: run, failed: run };
}

function resultOf(outcome: CallOutcome): CommandResult {
  switch (outcome.kind) {
    case 'result':
      return { kind: 'answered', payload: outcome.payload };
    case 'error':
      return { kind: 'call-error', code: outcome.code, description: outcome.description, details: outcome.details };
    case 'timeout':
    case 'disconnected':
      return { kind: 'no-answer', why: outcome.kind };
    case 'expired':
      return { kind: 'queue-full' };
  }
}

function register(
  command: Extract<Command, { type: 'approve' | 'reject' }>,
  site: Site,
  done: (result: CommandResult) => void,
): Decision {
  const { chargePointId } = command;
  const known = site.records.registration(chargePointId);
  const registration = command.type === 'approve' ? 'accepted' : 'rejected';
  if (known === null) return ended(done, { kind: 'unknown', what: `charge point ${chargePointId}` });
  if (known === registration) return ended(done, { kind: 'done' });
  const at = site.clock.now();
  return recorded([{ type: 'registration-changed', chargePointId, registration, at }], site, (result) => {
    // It would ask again by itself; asking it to boot now spares the installer the wait.
    const line: Line | null = site.lines.get(chargePointId);
    if (result.kind === 'done' && registration === 'accepted' && line?.session)
      site.exchange.invite(line, line.session);
    done(result);
  });
}

function recorded(events: readonly Event[], site: Site, done: (result: CommandResult) => void): Decision {
  return {
    events,
    effect: () => {
      site.follow(events);
      done({ kind: 'done' });
    },
    failed: () => done({ kind: 'store-failed' }),
  };
}

function ended(done: (result: CommandResult) => void, result: CommandResult): Decision {
  return { events: [], effect: () => done(result), failed: () => done(result) };
}
