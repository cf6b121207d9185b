import type { Command, CommandResult } from '../../domain/commands.ts';
import { configurationKey, isSecretKey } from '../../domain/configuration.ts';
import { doubtsAbout } from '../../domain/configuration-keys.ts';
import { type CommandSite, type Done, ended, recorded } from '../command-steps.ts';
import type { Decision } from '../turn.ts';

/** Wishes that the API keeps for one charge point: more keys than any has. */
const MAX_WISHES = 500;

type ConfigurationCommand = Extract<
  Command,
  { type: 'wish-configuration' | 'drop-configuration-wish' | 'refresh-configuration' }
>;

/** What a charge point's configuration shall be. Whether it becomes so is the affair of the chores. */
export function decideConfiguration(command: ConfigurationCommand, site: CommandSite, done: Done): Decision {
  const { chargePointId } = command;
  const { records, clock, lines, policy } = site;
  const at = clock.now();
  if (records.registration(chargePointId) === null) {
    const known = policy.configured.has(chargePointId) || lines.get(chargePointId) !== null;
    return known
      ? ended(done, { kind: 'conflict', why: `${chargePointId} has not sent BootNotification yet.` })
      : ended(done, { kind: 'unknown', what: `charge point ${chargePointId}` });
  }
  switch (command.type) {
    case 'wish-configuration': {
      const { key, value, by = 'api', overrideUntil = null } = command;
      const folded = configurationKey(key);
      if (isSecretKey(key)) {
        const why = `${key} is a secret, and secrets are not kept here: send it with ChangeConfiguration.`;
        return ended(done, { kind: 'invalid', why });
      }
      const doubts = command.override === true ? [] : doubtsAbout(key, value);
      if (doubts.length > 0) return ended(done, { kind: 'mistaken', warnings: doubts });
      const wishes = records.configurationWishes(chargePointId);
      if (wishes.length >= MAX_WISHES && !wishes.some((wish) => configurationKey(wish.key) === folded)) {
        return ended(done, { kind: 'conflict', why: `${chargePointId} has ${MAX_WISHES} wishes already.` });
      }
      const owner = wishes.find((wish) => configurationKey(wish.key) === folded)?.from ?? null;
      const sets = owner === 'upstream' && by === 'api' && overrideUntil !== null;
      if (owner !== null && owner !== by && !sets) return ended(done, ownedElsewhere(key, owner));
      const wished = {
        type: 'configuration-wished',
        chargePointId,
        key,
        value,
        owner: sets ? 'upstream' : by,
        at,
      } as const;
      return recorded([sets ? { ...wished, overrideUntil } : wished], site, done);
    }
    case 'drop-configuration-wish': {
      const { key, by = 'api' } = command;
      const folded = configurationKey(key);
      const owner = records
        .configurationWishes(chargePointId)
        .find((wish) => configurationKey(wish.key) === folded)?.from;
      if (owner !== undefined && owner !== by) return ended(done, ownedElsewhere(key, owner));
      if (owner === undefined) {
        return ended(done, { kind: 'unknown', what: `wish for ${key} of charge point ${chargePointId}` });
      }
      return recorded([{ type: 'configuration-wish-dropped', chargePointId, key, at }], site, done);
    }
    case 'refresh-configuration':
      if (!lines.get(chargePointId)?.session) return ended(done, { kind: 'not-connected' });
      return recorded([{ type: 'configuration-refresh-wanted', chargePointId, at }], site, done);
  }
}

function ownedElsewhere(key: string, owner: string): CommandResult {
  const why =
    owner === 'upstream'
      ? `${key} belongs to the backend: change it there, or here for a while with overrideUntil.`
      : `${key} is wished on site: it has to be taken back there first.`;
  return { kind: 'conflict', why };
}
