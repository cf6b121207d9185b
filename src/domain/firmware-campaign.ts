import type { FileJobState } from './file-job.ts';
import type { Instant } from './units.ts';

/** One firmware for many charge points: few at a time, while nobody charges, and no further once it goes wrong. */

export type CampaignState = 'running' | 'paused' | 'stopped' | 'cancelled' | 'done';

/** `skipped`: it has the version already. */
export type CampaignItemState = 'waiting' | 'running' | 'done' | 'skipped' | 'failed' | 'cancelled';

export type CampaignItem = {
  readonly chargePointId: string;
  readonly state: CampaignItemState;
  readonly jobId: string | null;
  /** Why it waits, or what became of it, in words. */
  readonly outcome: string;
};

export type CampaignPlan = {
  readonly firmwareId: string;
  /** Of the file. */
  readonly name: string;
  /** What charge points call it; those that have it are left out. Null: nobody knows. */
  readonly version: string | null;
  readonly onlyWhenIdle: boolean;
  /** When updates may begin, in the time zone of the site: from each time of `cron` on, so many seconds. Null: always. */
  readonly window: { readonly cron: string; readonly durationS: number } | null;
  readonly atATime: number;
  readonly stopAfterFailures: number;
  readonly signature: string | null;
  readonly signingCertificate: string | null;
  readonly retries: number | null;
  readonly retryIntervalS: number | null;
};

export type Campaign = {
  readonly id: string;
  readonly plan: CampaignPlan;
  readonly state: CampaignState;
  readonly outcome: string;
  readonly createdAt: Instant;
  /** In the order of their turn. */
  readonly items: readonly CampaignItem[];
};

export type CampaignEvent =
  | { type: 'campaign-created'; campaign: Campaign; at: Instant }
  | { type: 'campaign-changed'; id: string; state: CampaignState; outcome: string; at: Instant }
  | { type: 'campaign-item-changed'; id: string; item: CampaignItem; at: Instant };

/** A charge point as a campaign sees it. */
export type CampaignPoint = {
  /** Connected and accepted. */
  readonly reachable: boolean;
  /** Somebody charges or has reserved. */
  readonly inUse: boolean;
  /** Another firmware job is under way. */
  readonly updating: boolean;
  readonly firmwareVersion: string | null;
};

/** The job of an item; `asked`: the charge point may know of it. */
export type CampaignJob = { readonly state: FileJobState; readonly outcome: string; readonly asked: boolean };

export type CampaignStep = {
  /** Those that change. */
  readonly items: readonly CampaignItem[];
  /** Charge points whose update begins now. */
  readonly begin: readonly string[];
  /** Where the campaign as a whole comes to an end. */
  readonly ends: { readonly state: 'done' | 'stopped'; readonly outcome: string } | null;
};

/** What a campaign does next. `windowOpen`: updates may begin now. */
export function nextOfCampaign(
  { plan, state, items }: Pick<Campaign, 'plan' | 'state' | 'items'>,
  known: {
    readonly windowOpen: boolean;
    point(chargePointId: string): CampaignPoint;
    job(jobId: string): CampaignJob | null;
  },
): CampaignStep {
  const changed = new Map<string, CampaignItem>();
  const now = (): CampaignItem[] => items.map((item) => changed.get(item.chargePointId) ?? item);
  for (const item of items) {
    const next = item.state === 'running' ? afterJob(item, known) : null;
    if (next !== null) changed.set(item.chargePointId, next);
  }
  const failures = now().filter((item) => item.state === 'failed');
  const running = now().filter((item) => item.state === 'running').length;
  if (state !== 'running') return { items: [...changed.values()], begin: [], ends: null };
  if (failures.length >= plan.stopAfterFailures) {
    const names = failures.map(({ chargePointId }) => chargePointId).join(', ');
    const left = now().filter((item) => item.state === 'waiting').length;
    const outcome = `Stopped after ${failures.length} of at most ${plan.stopAfterFailures} failures (${names}); ${left} not begun.`;
    return { items: [...changed.values()], begin: [], ends: { state: 'stopped', outcome } };
  }
  const begin: string[] = [];
  for (const item of now()) {
    if (item.state !== 'waiting') continue;
    const next = whatOf(item, plan, known, running + begin.length < plan.atATime);
    if (next === 'begin') begin.push(item.chargePointId);
    else if (next.state !== item.state || next.outcome !== item.outcome) changed.set(item.chargePointId, next);
  }
  const left = running + begin.length + now().filter((item) => item.state === 'waiting').length;
  const ends = left > 0 ? null : ({ state: 'done', outcome: summary(now()) } as const);
  return { items: [...changed.values()], begin, ends };
}

function afterJob(item: CampaignItem, known: { job(jobId: string): CampaignJob | null }): CampaignItem | null {
  const job = item.jobId === null ? null : known.job(item.jobId);
  if (job === null) return { ...item, state: 'failed', outcome: 'Its job is gone.' };
  switch (job.state) {
    case 'done':
      return { ...item, state: 'done', outcome: job.outcome };
    case 'failed':
      return { ...item, state: 'failed', outcome: job.outcome };
    case 'cancelled':
      return { ...item, state: 'cancelled', outcome: job.outcome };
    case 'timed-out':
      // It went away before it was asked: nothing has gone wrong, it has its turn again.
      return job.asked
        ? { ...item, state: 'failed', outcome: job.outcome }
        : { ...item, state: 'waiting', jobId: null, outcome: job.outcome };
    default:
      return job.outcome === item.outcome ? null : { ...item, outcome: job.outcome };
  }
}

function whatOf(
  item: CampaignItem,
  plan: CampaignPlan,
  known: { readonly windowOpen: boolean; point(chargePointId: string): CampaignPoint },
  hasRoom: boolean,
): CampaignItem | 'begin' {
  const { reachable, inUse, updating, firmwareVersion } = known.point(item.chargePointId);
  if (plan.version !== null && firmwareVersion === plan.version) {
    return { ...item, state: 'skipped', outcome: `It has ${plan.version} already.` };
  }
  const waits = (outcome: string): CampaignItem => ({ ...item, outcome });
  if (!reachable) return waits('It waits until it is connected.');
  if (updating) return waits('It waits for another firmware job of this charge point.');
  if (plan.onlyWhenIdle && inUse) return waits('It waits until nobody charges there.');
  if (!known.windowOpen) return waits('It waits for the hours of the campaign.');
  return hasRoom ? 'begin' : waits('It waits for its turn.');
}

function summary(items: readonly CampaignItem[]): string {
  const count = (state: CampaignItemState): number => items.filter((item) => item.state === state).length;
  return `${count('done')} updated, ${count('skipped')} had it already, ${count('failed')} failed, ${count('cancelled')} cancelled.`;
}
