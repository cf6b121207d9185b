import { profileBookkeeping } from './charging-profiles/bookkeeping.ts';
import { keptProfiles } from './charging-profiles/kept-profiles.ts';
import type { Chore } from './chore.ts';
import { keepConfiguration } from './configuration/keeping.ts';
import { readConfiguration } from './configuration/reading.ts';
import { fileJobs } from './file-jobs/asking.ts';
import { listRevocations, localLists } from './local-lists/keeping.ts';
import { overdueOperations } from './operations/tracking.ts';
import { keepReservations } from './reservations/keeping.ts';
import { clearCaches } from './tokens/clear-caches.ts';
import { stopBlocked } from './tokens/stop-blocked.ts';

/** Everything that is kept in line on every charge point; of those that have something to send, the first comes first. */
export const chores: readonly Chore[] = [
  listRevocations,
  overdueOperations,
  stopBlocked,
  profileBookkeeping,
  keepReservations,
  clearCaches,
  readConfiguration,
  keptProfiles,
  localLists,
  keepConfiguration,
  fileJobs,
];
