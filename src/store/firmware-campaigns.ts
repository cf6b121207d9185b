import type { Database } from 'better-sqlite3';
import type {
  Campaign,
  CampaignEvent,
  CampaignItem,
  CampaignItemState,
  CampaignPlan,
  CampaignState,
} from '../domain/firmware-campaign.ts';
import type { Instant } from '../domain/units.ts';
import { type Page, type PageRequest, utc } from './view-values.ts';
import type { RefOf, Writers } from './writers.ts';

/** Campaigns on record: written, read for deciding, and shown. */

export function campaignWriters(database: Database, refOf: RefOf): Writers<CampaignEvent> {
  const create = database.prepare(
    'INSERT INTO campaigns (id, plan, state, outcome, created_ms, changed_ms) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const add = database.prepare(`
    INSERT INTO campaign_items (campaign_id, place, charge_point_ref, state, job_id, outcome) VALUES (?, ?, ?, ?, ?, ?)`);
  const change = database.prepare('UPDATE campaigns SET state = ?, outcome = ?, changed_ms = ? WHERE id = ?');
  const changeItem = database.prepare(`
    UPDATE campaign_items SET state = ?, job_id = ?, outcome = ? WHERE campaign_id = ? AND charge_point_ref = ?`);
  return {
    'campaign-created': ({ campaign: { id, plan, state, outcome, items }, at }) => {
      create.run(id, JSON.stringify(plan), state, outcome, at, at);
      for (const [place, item] of items.entries()) {
        add.run(id, place, refOf(item.chargePointId), item.state, item.jobId, item.outcome);
      }
    },
    'campaign-changed': ({ id, state, outcome, at }) => {
      change.run(state, outcome, at, id);
    },
    'campaign-item-changed': ({ id, item: { chargePointId, state, jobId, outcome } }) => {
      changeItem.run(state, jobId, outcome, id, refOf(chargePointId));
    },
  };
}

type CampaignRow = {
  seq: number;
  id: string;
  plan: string;
  state: CampaignState;
  outcome: string;
  created_ms: number;
  changed_ms: number;
};
type ItemRow = { charge_point_id: string; state: CampaignItemState; job_id: string | null; outcome: string };

const columns = 'SELECT g.rowid AS seq, g.* FROM campaigns g';
const itemColumns = `SELECT i.*, c.id AS charge_point_id
  FROM campaign_items i JOIN charge_points c ON c.ref = i.charge_point_ref WHERE i.campaign_id = ? ORDER BY i.place`;

export function campaignReads(database: Database) {
  // One that was stopped is followed until the updates that it began have ended.
  const open = database.prepare(`${columns}
    WHERE g.state IN ('running', 'paused')
      OR EXISTS (SELECT 1 FROM campaign_items i WHERE i.campaign_id = g.id AND i.state = 'running')
    ORDER BY g.rowid`);
  const one = database.prepare(`${columns} WHERE g.id = ?`);
  const items = database.prepare(itemColumns);
  const toCampaign = (row: CampaignRow): Campaign => ({
    id: row.id,
    plan: JSON.parse(row.plan) as CampaignPlan,
    state: row.state,
    outcome: row.outcome,
    createdAt: row.created_ms as Instant,
    items: (items.all(row.id) as ItemRow[]).map(toItem),
  });
  return {
    openCampaigns: (): Campaign[] => (open.all() as CampaignRow[]).map(toCampaign),
    campaign: (id: string): Campaign | null => {
      const row = one.get(id) as CampaignRow | undefined;
      return row === undefined ? null : toCampaign(row);
    },
  };
}

const toItem = (row: ItemRow): CampaignItem => ({
  chargePointId: row.charge_point_id,
  state: row.state,
  jobId: row.job_id,
  outcome: row.outcome,
});

export type CampaignView = Pick<
  CampaignPlan,
  'firmwareId' | 'name' | 'version' | 'onlyWhenIdle' | 'window' | 'atATime' | 'stopAfterFailures'
> & {
  id: string;
  state: CampaignState;
  outcome: string;
  createdAt: string;
  changedAt: string;
  chargePoints: CampaignItem[];
};

export function createCampaignViews(database: Database) {
  const one = database.prepare(`${columns} WHERE g.id = ?`);
  const page = database.prepare(
    `${columns} WHERE (@before IS NULL OR g.rowid < @before) ORDER BY g.rowid DESC LIMIT @limit`,
  );
  const items = database.prepare(itemColumns);
  const view = (row: CampaignRow): CampaignView => {
    const plan = JSON.parse(row.plan) as CampaignPlan;
    return {
      id: row.id,
      state: row.state,
      outcome: row.outcome,
      firmwareId: plan.firmwareId,
      name: plan.name,
      version: plan.version,
      onlyWhenIdle: plan.onlyWhenIdle,
      window: plan.window,
      atATime: plan.atATime,
      stopAfterFailures: plan.stopAfterFailures,
      createdAt: utc(row.created_ms),
      changedAt: utc(row.changed_ms),
      chargePoints: (items.all(row.id) as ItemRow[]).map(toItem),
    };
  };
  return {
    campaign(id: string): CampaignView | null {
      const row = one.get(id) as CampaignRow | undefined;
      return row === undefined ? null : view(row);
    },
    /** The latest first. Null for a cursor that is none of ours. */
    campaigns({ limit, cursor }: PageRequest): Page<CampaignView> | null {
      if (cursor !== null && !/^\d{1,15}$/.test(cursor)) return null;
      const rows = page.all({ before: cursor === null ? null : Number(cursor), limit: limit + 1 }) as CampaignRow[];
      const shown = rows.slice(0, limit);
      return { items: shown.map(view), next: rows.length > limit ? String(shown.at(-1)?.seq) : null };
    },
  };
}
