import type { Database } from 'better-sqlite3';
import type { WishedConfiguration } from '../domain/configuration.ts';
import type { Start, Transaction } from '../domain/transaction.ts';
import { type AlertView, createAlertViews } from './alert-view.ts';
import { createAuditViews } from './audit.ts';
import { createBalanceHistoryViews } from './balance-views.ts';
import { createCardViews } from './card-views.ts';
import {
  type ChargePointPolicy,
  type ChargePointView,
  createChargePointViews,
  type LiveState,
} from './charge-point-view.ts';
import { createChargingProfileViews } from './charging-profiles.ts';
import { createChargingWishViews } from './charging-wishes.ts';
import { createConfigurationViews } from './configuration.ts';
import { createDataTransferViews } from './data-transfers.ts';
import { createDialectViews } from './dialects.ts';
import { createFileJobViews } from './file-jobs.ts';
import { createCampaignViews } from './firmware-campaigns.ts';
import { createLocalListViews } from './local-lists.ts';
import { createOperationViews } from './operations.ts';
import { createReservationViews } from './reservations.ts';
import { createSecurityEventViews } from './security-events.ts';
import { createSiteLimitViews } from './site-limits.ts';
import { createTokenViews } from './token-view.ts';
import { createTransactionViews } from './transaction-view.ts';

export type SiteView = {
  id: string;
  name: string;
  /** Sum over the connectors whose power is known now; null where none is. */
  powerW: number | null;
  /** `degraded`: a meter does not tell, or somebody does not obey. `off`: no circuits are configured, nothing is limited. */
  limitState: 'balancing' | 'degraded' | 'off';
  chargePoints: Record<ChargePointView['status'], number>;
  transactionsRunning: number;
  alerts: AlertView[];
};

export type { HistoryRequest } from './balance-views.ts';
export type { FileJobView } from './file-jobs.ts';
export type Views = ReturnType<typeof createViews>;

/**
 * The one read-model: whatever shows the site takes its shapes from here. It reads what is committed and what memory
 * knows at the moment; it writes nothing but the probe of `proveWritable`.
 */
export function createViews(
  database: Database,
  live: LiveState,
  site: ChargePointPolicy & {
    readonly id: string;
    readonly name: string;
    readonly wishedConfiguration?: WishedConfiguration;
  },
) {
  const running = database.prepare("SELECT count(*) FROM transactions WHERE state = 'running'").pluck();
  const probe = database.prepare(
    "INSERT INTO meta (key, value) VALUES ('written_ms', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
  );
  const chargePoints = createChargePointViews(database, live, site);
  const alerts = createAlertViews(database);

  return {
    ...chargePoints,
    ...alerts,
    ...createOperationViews(database),
    ...createConfigurationViews(database, site.wishedConfiguration),
    ...createChargingProfileViews(database),
    ...createChargingWishViews(database),
    ...createBalanceHistoryViews(database),
    ...createLocalListViews(database),
    ...createReservationViews(database),
    ...createDataTransferViews(database),
    ...createSecurityEventViews(database),
    ...createDialectViews(database),
    ...createFileJobViews(database),
    ...createCampaignViews(database),
    ...createSiteLimitViews(database),
    ...createTokenViews(database, live.now),
    ...createAuditViews(database),
    ...createCardViews(database),
    ...createTransactionViews(database, lastRegister),

    site(): SiteView {
      const counts = { online: 0, offline: 0, pending: 0, rejected: 0 };
      let powerW: number | null = null;
      for (const chargePoint of chargePoints.chargePoints()) {
        counts[chargePoint.status] += 1;
        for (const connector of chargePoint.connectors) {
          if (connector.powerW !== null) powerW = (powerW ?? 0) + connector.powerW;
        }
      }
      return {
        id: site.id,
        name: site.name,
        powerW,
        limitState: live.limitState?.() ?? 'off',
        chargePoints: counts,
        transactionsRunning: running.get() as number,
        alerts: alerts.alerts(),
      };
    },

    /** Writes one small row, for readiness to know that the store takes one. Throws where it does not. */
    proveWritable: (): number => probe.run(String(live.now())).changes,
  };

  function lastRegister({ id, chargePointId }: Transaction, start: Start): number | null {
    const known = live.line(chargePointId)?.live;
    const reading = known?.readings.get(start.connectorId)?.reading;
    const isOfIt =
      known?.runningTransaction(start.connectorId) === id && reading !== undefined && reading.at >= start.at;
    return isOfIt ? reading.energyWh : null;
  }
}
