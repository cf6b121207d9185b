import type { Controller } from '../controller/controller.ts';
import type { Clock } from '../runtime/ports.ts';

/** Without a connection for so long somebody is told, ms: shorter than that, a router was restarted. */
const AWAY_MS = 15 * 60_000;
/** How often the weight of the outbox is looked at, ms. */
const WEIGH_EVERY_MS = 10 * 60_000;
const AWAY = 'upstream:away';
const FULL = 'upstream:storage';

/** Raises what a person on site should know of the line to the backend, and clears it again. */
export function createWatch(site: { controller: Controller; clock: Clock; bytes: () => number; budgetBytes: number }) {
  const { controller, clock, bytes, budgetBytes } = site;
  let away: { cancel(): void } | null = null;
  let weighing = clock.after(WEIGH_EVERY_MS, weigh);
  let reason = 'it has not connected yet';
  waitLong();

  function waitLong(): void {
    away ??= clock.after(AWAY_MS, () => {
      void controller.raise({
        id: AWAY,
        kind: 'upstream-away',
        chargePointId: null,
        text: `There has been no connection to the backend for ${AWAY_MS / 60_000} minutes: ${reason}. The site goes on charging, and what happens is kept.`,
        fix: 'Look at the internet connection of this site, at upstream in the configuration, and at the broker.',
      });
    });
  }

  function weigh(): void {
    weighing = clock.after(WEIGH_EVERY_MS, weigh);
    const full = bytes() > budgetBytes;
    const known = controller.reader.isAlertOpen(FULL);
    if (full && !known) {
      void controller.raise({
        id: FULL,
        kind: 'upstream-storage',
        chargePointId: null,
        text: `What the backend has not taken yet fills more than ${Math.round(budgetBytes / 1_048_576)} MiB of the store. Nothing of it is dropped.`,
        fix: 'Bring the backend back, or give upstream.storageMiB more room if the disk has it.',
      });
    }
    if (!full && known) void controller.execute({ type: 'clear-alert', id: FULL });
  }

  return {
    up(): void {
      away?.cancel();
      away = null;
      if (controller.reader.isAlertOpen(AWAY)) void controller.execute({ type: 'clear-alert', id: AWAY });
    },
    down(why: string): void {
      reason = why;
      waitLong();
    },
    stop(): void {
      away?.cancel();
      weighing.cancel();
    },
  };
}
