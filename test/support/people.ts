import { randomUUID } from 'node:crypto';
import { createPasswords } from '../../src/people/passwords.ts';
import { createPeople, type People } from '../../src/people/people.ts';
import { setupCodeIn } from '../../src/people/setup-code.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Clock } from '../../src/runtime/ports.ts';
import type { Database } from '../../src/store/database.ts';
import { createPeopleStore } from '../../src/store/people.ts';

/** The people of a site in a test: nobody at first, hashes that cost next to nothing. */
export function peopleOf(database: Database, change: { clock?: Clock; setupFile?: string } = {}): People {
  return createPeople({
    store: createPeopleStore(database),
    passwords: createPasswords({ n: 16, r: 1, p: 1 }),
    setup: setupCodeIn(change.setupFile ?? '/nonexistent/setup-code'),
    clock: change.clock ?? systemClock,
    ids: { uuid: randomUUID },
  });
}
