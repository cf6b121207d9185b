import { schedule } from 'node-cron';
import type { Config } from './config/load.ts';
import type { Controller } from './controller/controller.ts';
import { instant } from './domain/units.ts';
import type { Clock, Log } from './runtime/ports.ts';
import { dropOldBackups, pagesInJournal } from './store/backup.ts';
import { createBalanceThinning } from './store/balance-thinning.ts';
import { backupPath, type Database } from './store/database.ts';
import { maintain } from './store/maintenance.ts';
import { outboxReads, outboxWrites } from './store/outbox.ts';
import { createRetention, type GrowingTable, growing } from './store/retention.ts';

/** How often the journal is looked at, ms, and from how many pages of 4 KiB on it is moved into the database. */
const CHECKPOINT_EVERY_MS = 5_000;
const CHECKPOINT_FROM_PAGES = 1_000;
/** How often it is looked what has run out that was changed on site for a while, ms. */
const LAPSE_EVERY_MS = 60_000;
const DAY_MS = 86_400_000;
const MIB = 1_048_576;

/** For how long each table is kept. */
const keptAs: { readonly [T in GrowingTable]: keyof Config['store']['retentionDays'] } = {
  telemetry: 'telemetry',
  status_log: 'messages',
  security_events: 'telemetry',
  operations: 'operations',
  reservations: 'operations',
  charging_wishes: 'operations',
  campaigns: 'operations',
  file_jobs: 'operations',
  audit: 'audit',
};

/** What the store needs from time to time: checkpoints, a backup every night, and an end to what grows. */
export function startUpkeep(site: {
  config: Config;
  database: Database;
  controller: Controller;
  clock: Clock;
  log: Log;
}) {
  const { config, database, controller, clock, log } = site;
  const { path, backupsKept, retentionDays } = config.store;
  const sweep = createRetention(database);
  const thin = createBalanceThinning(database);
  let working: Promise<void> | null = null;

  let timer = clock.after(CHECKPOINT_EVERY_MS, look);
  function look(): void {
    timer = clock.after(CHECKPOINT_EVERY_MS, look);
    if (working !== null || pagesInJournal(database) < CHECKPOINT_FROM_PAGES) return;
    working = maintain(path)
      .catch((error: unknown) => log.error({ err: error }, 'the journal of the store could not be moved'))
      .finally(() => {
        working = null;
      });
  }

  // Also where there is no backend any more: what was changed of its own for a while ends all the same.
  let lapsing = clock.after(LAPSE_EVERY_MS, lapse);
  function lapse(): void {
    lapsing = clock.after(LAPSE_EVERY_MS, lapse);
    const now = clock.now();
    const { lapsedOverrides, lapsedWishes } = controller.reader;
    if (lapsedOverrides(now).length + lapsedWishes(now).length === 0) return;
    void controller.execute({ type: 'lapse-overrides' });
  }

  async function nightly(): Promise<void> {
    try {
      const now = clock.now();
      await maintain(path, backupPath(path, now));
      dropOldBackups(path, backupsKept);
      const files = await controller.files.dropOlderThan(instant(now - config.files.keepUploadsDays * DAY_MS));
      let dropped = 0;
      for (const table of growing) dropped += await sweepAll(table, now - retentionDays[keptAs[table]] * DAY_MS);
      for (let looked = -1; looked !== 0; ) looked = await controller.housekeep(() => thin(now));
      dropped += await sweepOutbox(now);
      log.info({ dropped, files }, 'nightly backup made, what is too old dropped');
    } catch (error) {
      log.error({ err: error }, 'the nightly upkeep of the store failed');
    }
  }

  async function sweepAll(table: GrowingTable, beforeMs: number): Promise<number> {
    let dropped = 0;
    for (let changed = -1; changed !== 0; dropped += changed) {
      changed = await controller.housekeep(() => sweep(table, beforeMs), { table, beforeMs });
    }
    return dropped;
  }

  /** What the backend has: after its time, and before that as much as the budget asks for. Nothing that it does not have. */
  async function sweepOutbox(now: number): Promise<number> {
    const { upstream } = config;
    if (upstream === null) return 0;
    const { bytes, heads, firstKept } = outboxReads(database);
    const excess = Math.max(0, 1 - (upstream.storageMiB * MIB) / Math.max(1, bytes()));
    const first = firstKept('t0') ?? 0;
    const upTo = first - 1 + Math.ceil(excess * (heads().t0 - first + 1));
    const { drop } = outboxWrites(database);
    let dropped = 0;
    for (let changed = -1; changed !== 0; dropped += changed) {
      changed = await controller.housekeep(() => drop(now - upstream.keepDays * DAY_MS, upTo));
    }
    return dropped;
  }

  // Once a night only: a clock that steps makes node-cron catch up on every missed run of a faster schedule.
  const task = schedule('17 3 * * *', nightly, {
    name: 'nightly-upkeep',
    timezone: config.site.timeZone,
    noOverlap: true,
    suppressMissedWarning: true,
  });

  return {
    async stop(): Promise<void> {
      timer.cancel();
      lapsing.cancel();
      await task.destroy();
      await working;
    },
  };
}
