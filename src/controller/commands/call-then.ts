import type { CallOutcome } from '../../central-system/call-queue.ts';
import type { ChoreCall } from '../../central-system/chore.ts';
import { operationRequested } from '../../central-system/operations/tracking.ts';
import type { CommandResult } from '../../domain/commands.ts';
import type { Event } from '../../domain/events.ts';
import { type CommandSite, type Done, resultOfCall } from '../command-steps.ts';
import type { Line } from '../lines.ts';
import type { Decision } from '../turn.ts';

/**
 * A command that records `events` and then sends a call, which shows among the operations. `told` makes the end of the call
 * into the command's; what the answer means is on record by then.
 */
export function callThen(
  line: Line,
  call: ChoreCall,
  events: readonly Event[],
  site: CommandSite,
  done: Done,
  told: (outcome: CallOutcome, operationId: string) => CommandResult = resultOfCall,
): Decision {
  const { action, payload } = call;
  const messageId = site.ids.uuid();
  const all = [...events, operationRequested(line.chargePointId, messageId, action, payload, site.clock.now())];
  return {
    events: all,
    effect: () => {
      site.follow(all);
      site.exchange.call(line, {
        messageId,
        action,
        payload,
        tracked: true,
        class: 'operator',
        timeoutMs: site.callTimeoutMs,
        waitMs: site.callTimeoutMs,
        ended: (outcome) => done(told(outcome, messageId)),
      });
    },
    failed: () => done({ kind: 'store-failed' }),
  };
}
