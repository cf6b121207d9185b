import type { Command } from '../../domain/commands.ts';
import { resynced, unknownList } from '../../domain/local-list.ts';
import { type CommandSite, type Done, ended, recorded } from '../command-steps.ts';
import type { Decision } from '../turn.ts';

/** Begins the list of a charge point anew; sending it is the chore's affair. */
export function resyncLocalList(
  { chargePointId }: Extract<Command, { type: 'resync-local-list' }>,
  site: CommandSite,
  done: Done,
): Decision {
  const { records, policy, clock } = site;
  if (policy.localLists === 'off') {
    const why = 'Local lists are switched off: authorization.localLists in the configuration is off.';
    return ended(done, { kind: 'conflict', why });
  }
  if (records.registration(chargePointId) === null) {
    return ended(done, { kind: 'unknown', what: `registered charge point ${chargePointId}` });
  }
  const list = resynced(records.localList(chargePointId) ?? unknownList);
  return recorded([{ type: 'local-list-changed', chargePointId, list, content: null, at: clock.now() }], site, done);
}
