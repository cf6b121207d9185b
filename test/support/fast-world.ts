import type { Policy } from '../../src/central-system/handler.ts';
import { defaultPolicy, type SharingPolicy } from '../../src/domain/sharing-policy.ts';
import type { Database } from '../../src/store/database.ts';
import { createWorld, type WorldOptions } from '../../src/virtual-site/world.ts';
import { createKeptLog } from './kept-log.ts';
import { NOON } from './manual-clock.ts';
import { openPolicy } from './site.ts';

/** The world in virtual time as tests want it: at noon, open to every charge point and card, with a log that can be read. */
export function createFastWorld(
  options: {
    seed?: number;
    policy?: Partial<Policy>;
    database?: Database;
    leaseS?: number | 'auto';
    passwords?: ReadonlyMap<string, string>;
    sharing?: Partial<SharingPolicy>;
    make?: WorldOptions['make'];
  } = {},
) {
  const { seed = 1, policy, leaseS = 'auto', sharing, database, passwords, make } = options;
  const log = createKeptLog();
  const world = createWorld({
    seed,
    start: NOON,
    policy: { ...openPolicy, unknownCards: 'accept', ...policy },
    sharing: { leaseS, rules: { policy: { ...defaultPolicy, ...sharing }, tierOf: [] } },
    log,
    ...(database === undefined ? {} : { database }),
    ...(passwords === undefined ? {} : { passwords }),
    ...(make === undefined ? {} : { make }),
  });
  return Object.assign(world, { log });
}
