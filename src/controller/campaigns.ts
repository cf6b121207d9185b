import type { Policy } from '../central-system/handler.ts';
import type { Event } from '../domain/events.ts';
import { type FileJob, isUpload, newFileJob } from '../domain/file-job.ts';
import { type Campaign, type CampaignPoint, type CampaignStep, nextOfCampaign } from '../domain/firmware-campaign.ts';
import type { Clock, Ids, Log, Timer } from '../runtime/ports.ts';
import type { createReader } from '../store/reader.ts';
import { createCampaignWindows } from './campaign-window.ts';
import type { Lines } from './lines.ts';
import type { Decision, Input } from './turn.ts';

/** How often a running campaign looks around even if nothing happens, ms: windows open by the minute. */
const LOOK_EVERY_MS = 60_000;
/** How long the job of a campaign may wait for its charge point, ms: it blocks those behind it. */
const WAIT_MS = 600_000;

/** After these events a campaign may go on. */
const wakes: ReadonlySet<Event['type']> = new Set([
  'campaign-created',
  'campaign-changed',
  'file-job-changed',
  'transaction-stopped',
  'connection-opened',
  'charge-point-booted',
]);

/** Carries campaigns on: each look is one input of the turn, and has no memory but the record. */
export function createCampaigns(site: {
  reader: ReturnType<typeof createReader>;
  lines: Lines;
  policy: Policy;
  timeZone: string;
  clock: Clock;
  ids: Ids;
  log: Log;
  enqueue: (input: Input) => void;
  follow: (events: readonly Event[]) => void;
}) {
  const { reader, lines, policy, clock, ids, log, enqueue, follow } = site;
  const windows = createCampaignWindows(site.timeZone);
  let open = policy.files !== null && reader.openCampaigns().length > 0;
  let looking = false;
  let timer: Timer | null = null;
  let stopped = false;
  if (open) look();

  return {
    noticed(event: Event): void {
      if (event.type === 'campaign-created' || event.type === 'campaign-changed') open = true;
      if (open && wakes.has(event.type)) look();
    },
    stop(): void {
      stopped = true;
      timer?.cancel();
      windows.stop();
    },
  };

  function look(): void {
    if (looking || stopped || policy.files === null) return;
    looking = true;
    enqueue({
      key: 'campaigns',
      decide: () => {
        looking = false;
        return decide();
      },
      undecided: () => lookLater(),
    });
  }

  function lookLater(): void {
    timer?.cancel();
    if (!stopped) timer = clock.after(LOOK_EVERY_MS, look);
  }

  function decide(): Decision {
    const campaigns = reader.openCampaigns();
    const begun = new Set<string>();
    let requestId = reader.nextFileRequestId();
    const events = campaigns.flatMap((campaign) => {
      const step = nextOfCampaign(campaign, {
        windowOpen: windows.isOpen(campaign.plan.window, clock.now()),
        point: (chargePointId) => pointOf(chargePointId, begun),
        job: (jobId) => {
          const job = reader.fileJob(jobId);
          return job === null ? null : { ...job, asked: reader.wasAsked(jobId) };
        },
      });
      for (const chargePointId of step.begin) begun.add(chargePointId);
      return eventsOf(campaign, step, () => requestId++);
    });
    return {
      events,
      effect: () => {
        open = campaigns.length > 0;
        follow(events);
        if (open) lookLater();
        else timer?.cancel();
      },
      failed: (_, error) => {
        log.error({ err: error }, 'what a campaign decided could not be recorded');
        lookLater();
      },
    };
  }

  function pointOf(chargePointId: string, begun: ReadonlySet<string>): CampaignPoint {
    const line = lines.get(chargePointId);
    const open = reader.openFileJobs(chargePointId).some(({ kind }) => !isUpload(kind));
    return {
      reachable: line?.session != null && !line.session.closed && line.registration === 'accepted',
      inUse: reader.isInUse(chargePointId),
      updating: open || begun.has(chargePointId),
      firmwareVersion: reader.nameplate(chargePointId)?.firmwareVersion ?? null,
    };
  }

  function eventsOf(campaign: Campaign, { items, begin, ends }: CampaignStep, requestId: () => number): Event[] {
    const at = clock.now();
    const { id, plan } = campaign;
    const events: Event[] = items.map((item) => ({ type: 'campaign-item-changed', id, item, at }));
    for (const chargePointId of begin) {
      const job = jobFor(campaign, chargePointId, requestId());
      const item = { chargePointId, state: 'running', jobId: job.id, outcome: job.outcome } as const;
      events.push(
        { type: 'file-job-created', chargePointId, job, at },
        { type: 'campaign-item-changed', id, item, at },
      );
    }
    if (ends !== null) events.push({ type: 'campaign-changed', id, ...ends, at });
    if (ends?.state === 'stopped') {
      const alert = {
        id: `campaign:${id}`,
        kind: 'campaign-stopped',
        chargePointId: null,
        text: `The firmware campaign with ${plan.name} went no further. ${ends.outcome}`,
        fix: 'Look at the charge points that failed, and begin a new campaign for those that are left.',
      };
      events.push({ type: 'alert-raised', alert, at });
    }
    return events;
  }

  function jobFor({ plan }: Campaign, chargePointId: string, requestId: number): FileJob {
    const signed = plan.signature !== null && plan.signingCertificate !== null;
    const limits = policy.files?.limits ?? { waitMs: 0, beginMs: 0, transferMs: 0, installMs: 0 };
    return newFileJob(
      {
        id: ids.uuid(),
        chargePointId,
        kind: signed ? 'signed-firmware' : 'firmware',
        request: {
          location: null,
          firmwareId: plan.firmwareId,
          name: plan.name,
          retrieveAt: null,
          installAt: null,
          retries: plan.retries,
          retryIntervalS: plan.retryIntervalS,
          signature: plan.signature,
          signingCertificate: plan.signingCertificate,
          from: null,
          to: null,
          logType: null,
        },
        requestId: signed ? requestId : null,
        versionBefore: reader.nameplate(chargePointId)?.firmwareVersion ?? null,
      },
      clock.now(),
      { ...limits, waitMs: Math.min(WAIT_MS, limits.waitMs) },
    );
  }
}
