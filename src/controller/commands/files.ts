import type { Command } from '../../domain/commands.ts';
import type { Event } from '../../domain/events.ts';
import { afterInput, hasEnded, isUpload, newFileJob } from '../../domain/file-job.ts';
import type { CampaignState } from '../../domain/firmware-campaign.ts';
import { refuseCron } from '../campaign-window.ts';
import { type CommandSite, type Done, ended, recorded } from '../command-steps.ts';
import type { Decision } from '../turn.ts';

/** Jobs of one charge point that have not ended, at most: more than a person can follow. */
const MAX_OPEN_JOBS = 8;
/** Campaigns that have not ended, at most. */
const MAX_OPEN_CAMPAIGNS = 20;
const noFiles = { kind: 'conflict', why: 'This Busbar has no place for files.' } as const;

type Of<T extends Command['type']> = Extract<Command, { type: T }>;

export function createFileJob(command: Of<'create-file-job'>, site: CommandSite, done: Done): Decision {
  const { chargePointId, kind, request } = command;
  const { records, policy, clock } = site;
  if (policy.files === null) return ended(done, noFiles);
  if (records.registration(chargePointId) === null) {
    return policy.configured.has(chargePointId)
      ? ended(done, { kind: 'conflict', why: `${chargePointId} has never been connected.` })
      : ended(done, { kind: 'unknown', what: `charge point ${chargePointId}` });
  }
  const open = records.openFileJobs(chargePointId);
  const [other] = open.filter((job) => job.kind === kind);
  const hasId = kind === 'log' || kind === 'signed-firmware';
  if (other !== undefined && !hasId) {
    const why = `A job of this kind is under way (${other.id}): the charge point's statuses would not tell them apart.`;
    return ended(done, { kind: 'conflict', why });
  }
  if (open.length >= MAX_OPEN_JOBS) {
    return ended(done, { kind: 'conflict', why: `${MAX_OPEN_JOBS} jobs of this charge point have not ended yet.` });
  }
  const job = newFileJob(
    {
      id: site.ids.uuid(),
      chargePointId,
      kind,
      request,
      requestId: hasId ? records.nextFileRequestId() : null,
      versionBefore: isUpload(kind) ? null : (records.nameplate(chargePointId)?.firmwareVersion ?? null),
    },
    clock.now(),
    policy.files.limits,
  );
  const at = clock.now();
  return recorded([{ type: 'file-job-created', chargePointId, job, at }], site, done, { kind: 'created', id: job.id });
}

export function cancelFileJob({ id }: Of<'cancel-file-job'>, site: CommandSite, done: Done): Decision {
  const { records, policy, clock } = site;
  const job = records.fileJob(id);
  if (job === null) return ended(done, { kind: 'unknown', what: `file job ${id}` });
  if (policy.files === null) return ended(done, noFiles);
  if (hasEnded(job)) return ended(done, { kind: 'conflict', why: `It has ended: ${job.outcome}` });
  const at = clock.now();
  const next = afterInput(job, { kind: 'cancelled' }, at, policy.files.limits);
  const { chargePointId } = job;
  return recorded(next === null ? [] : [{ type: 'file-job-changed', chargePointId, job: next, at }], site, done);
}

/** Removes an upload; its job and what is known of the file stay. */
export function dropFile({ id }: Of<'drop-file'>, site: CommandSite, done: Done): Decision {
  if (!site.records.keptFiles().some((file) => file.id === id))
    return ended(done, { kind: 'unknown', what: `file ${id}` });
  const why = 'It was removed by hand.';
  return recorded([{ type: 'file-dropped', fileId: id, why, at: site.clock.now() }], site, done);
}

export function createCampaign(
  { plan, chargePointIds }: Of<'create-campaign'>,
  site: CommandSite,
  done: Done,
): Decision {
  const { records, policy, clock } = site;
  if (policy.files === null) return ended(done, noFiles);
  const wrong = plan.window === null ? null : refuseCron(plan.window.cron);
  if (wrong !== null) return ended(done, { kind: 'invalid', why: wrong });
  const ids = [...new Set(chargePointIds)];
  if (ids.length === 0) return ended(done, { kind: 'invalid', why: 'No charge point is meant by this.' });
  const stranger = ids.find((id) => records.registration(id) === null);
  if (stranger !== undefined) return ended(done, { kind: 'invalid', why: `There is no charge point ${stranger}.` });
  const open = records.openCampaigns();
  if (open.length >= MAX_OPEN_CAMPAIGNS) {
    return ended(done, { kind: 'conflict', why: `${MAX_OPEN_CAMPAIGNS} campaigns have not ended yet.` });
  }
  const at = clock.now();
  const outcome = 'It has yet to begin.';
  const items = ids.map((chargePointId) => ({ chargePointId, state: 'waiting', jobId: null, outcome }) as const);
  const campaign = {
    id: site.ids.uuid(),
    plan,
    state: 'running',
    outcome: 'It goes from one charge point to the next; each says where it stands.',
    createdAt: at,
    items,
  } as const;
  return recorded([{ type: 'campaign-created', campaign, at }], site, done, { kind: 'created', id: campaign.id });
}

/** From which states a campaign can be brought into which. */
const ways: Readonly<Record<Of<'change-campaign'>['to'], { from: readonly CampaignState[]; words: string }>> = {
  paused: { from: ['running'], words: 'Paused: what has begun goes on, nothing new begins.' },
  running: { from: ['paused'], words: 'It goes on.' },
  cancelled: { from: ['running', 'paused'], words: 'Cancelled: what has begun goes on, nothing new begins.' },
};

export function changeCampaign({ id, to }: Of<'change-campaign'>, site: CommandSite, done: Done): Decision {
  const campaign = site.records.campaign(id);
  if (campaign === null) return ended(done, { kind: 'unknown', what: `campaign ${id}` });
  const { from, words } = ways[to];
  if (!from.includes(campaign.state))
    return ended(done, { kind: 'conflict', why: `The campaign is ${campaign.state}.` });
  const at = site.clock.now();
  const events: Event[] = [{ type: 'campaign-changed', id, state: to, outcome: words, at }];
  if (to === 'cancelled') {
    for (const item of campaign.items) {
      if (item.state !== 'waiting') continue;
      events.push({ type: 'campaign-item-changed', id, item: { ...item, state: 'cancelled', outcome: words }, at });
    }
  }
  return recorded(events, site, done);
}
