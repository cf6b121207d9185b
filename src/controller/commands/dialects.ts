import type { Command } from '../../domain/commands.ts';
import type { DialectValues } from '../../domain/dialect.ts';
import { type CommandSite, type Done, ended, recorded } from '../command-steps.ts';
import type { Decision } from '../turn.ts';

/** What people know better about how a make takes limits, and forgetting it all. */
export function decideDialect(
  command: Extract<Command, { type: 'set-dialect' | 'reset-dialect' }>,
  site: CommandSite,
  done: Done,
): Decision {
  const { key } = command;
  const { records, clock } = site;
  const at = clock.now();
  if (!records.isMake(key)) {
    return ended(done, { kind: 'unknown', what: `make ${key.vendor} ${key.model} ${key.firmwareVersion}`.trim() });
  }
  if (command.type === 'reset-dialect') return recorded([{ type: 'dialect-reset', key, at }], site, done);
  const all = Object.entries({ ...records.dialect(key).set, ...command.values });
  const values: DialectValues = Object.fromEntries(all.filter(([, value]) => value !== undefined));
  return recorded([{ type: 'dialect-set', key, values, at }], site, done);
}
