import type { Database } from 'better-sqlite3';
import { utc } from './view-values.ts';

export type AlertView = {
  id: string;
  kind: string;
  chargePointId: string | null;
  /** What is wrong, and what to do about it. */
  text: string;
  fix: string;
  since: string;
  lastAt: string;
  times: number;
};

/** Alerts shown at most; who has more than that has one problem. */
const MAX_ALERTS = 500;

type Row = {
  id: string;
  kind: string;
  charge_point_id: string | null;
  text: string;
  fix: string;
  since_ms: number;
  last_ms: number;
  times: number;
};

/** Alerts that nobody has cleared yet. */
export function createAlertViews(database: Database) {
  const open = database.prepare(
    `SELECT * FROM alerts WHERE cleared_ms IS NULL ORDER BY last_ms DESC, id LIMIT ${MAX_ALERTS}`,
  );
  const cleared = database
    .prepare('SELECT id FROM alerts WHERE cleared_ms IS NOT NULL ORDER BY cleared_ms DESC LIMIT ?')
    .pluck();
  const one = database.prepare('SELECT * FROM alerts WHERE id = ? AND cleared_ms IS NULL');
  return {
    /** The latest first. */
    alerts: (): AlertView[] => (open.all() as Row[]).map(view),
    /** Ids of those that are over, the latest first. */
    clearedAlerts: (most: number): string[] => cleared.all(most) as string[],
    alert(id: string): AlertView | null {
      const row = one.get(id) as Row | undefined;
      return row === undefined ? null : view(row);
    },
  };
}

function view({ id, kind, charge_point_id, text, fix, since_ms, last_ms, times }: Row): AlertView {
  return { id, kind, chargePointId: charge_point_id, text, fix, since: utc(since_ms), lastAt: utc(last_ms), times };
}
