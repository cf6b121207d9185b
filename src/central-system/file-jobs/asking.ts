import type { Event } from '../../domain/events.ts';
import { type FileJob, isUpload } from '../../domain/file-job.ts';
import type { Instant } from '../../domain/units.ts';
import { formatTimestamp } from '../../ocpp/timestamp.ts';
import type { Chore, ChoreCall, ChoreContext } from '../chore.ts';
import { hashOfToken, locationOf, tokenOf } from './address.ts';
import { jobEvents } from './following.ts';

/** Asks charge points for what jobs want of them, one after the other, and gives up those whose time is over. */
export const fileJobs: Chore = {
  name: 'file jobs',
  wakes: new Set(['file-job-created', 'file-job-changed', 'file-token-issued']),
  look({ chargePointId, now, records, policy, reachable, reachedAt }) {
    if (policy.files === null) return {};
    const open = records.openFileJobs(chargePointId);
    const overdue = open.filter(({ until }) => until !== null && until <= now);
    if (overdue.length > 0) {
      return { events: overdue.flatMap((job) => jobEvents(job, { kind: 'time-passed' }, now, policy)) };
    }
    const next = Math.min(...open.flatMap(({ until }) => (until === null ? [] : [until])));
    const again = Number.isFinite(next) ? { again: next as Instant } : {};
    const job = reachable ? open.find(({ state }) => state === 'queued') : undefined;
    const location = job === undefined ? null : locationOf(job, policy.files, reachedAt);
    if (job === undefined || location === null) return again;
    // The charge point may use the token as soon as it is told: by then it is on record.
    if (job.request.location === null) {
      const tokenHash = hashOfToken(tokenOf(job, policy.files));
      if (!records.fileTokens(job.id).includes(tokenHash)) return { events: [issued(job, tokenHash, now)], ...again };
    }
    return { call: callOf(job, location, now), ...again };
  },
};

function issued(job: FileJob, tokenHash: string, at: Instant): Event {
  const direction = isUpload(job.kind) ? 'upload' : 'download';
  return { type: 'file-token-issued', chargePointId: job.chargePointId, jobId: job.id, tokenHash, direction, at };
}

function callOf({ kind, request, requestId }: FileJob, location: string, now: ChoreContext['now']): ChoreCall {
  const tries = {
    ...(request.retries === null ? {} : { retries: request.retries }),
    ...(request.retryIntervalS === null ? {} : { retryInterval: request.retryIntervalS }),
  };
  const time = (at: Instant | null): string | undefined => (at === null ? undefined : formatTimestamp(at));
  const retrieveDate = formatTimestamp(request.retrieveAt ?? now);
  const [from, to, installAt] = [time(request.from), time(request.to), time(request.installAt)];
  switch (kind) {
    case 'firmware':
      return { action: 'UpdateFirmware', payload: { location, retrieveDate, ...tries } };
    case 'signed-firmware':
      return {
        action: 'SignedUpdateFirmware',
        payload: {
          requestId: requestId ?? 0,
          firmware: {
            location,
            retrieveDateTime: retrieveDate,
            ...(installAt === undefined ? {} : { installDateTime: installAt }),
            signingCertificate: request.signingCertificate ?? '',
            signature: request.signature ?? '',
          },
          ...tries,
        },
      };
    case 'diagnostics':
      return {
        action: 'GetDiagnostics',
        payload: {
          location,
          ...(from === undefined ? {} : { startTime: from }),
          ...(to === undefined ? {} : { stopTime: to }),
          ...tries,
        },
      };
    case 'log':
      return {
        action: 'GetLog',
        payload: {
          requestId: requestId ?? 0,
          logType: request.logType ?? 'DiagnosticsLog',
          log: {
            remoteLocation: location,
            ...(from === undefined ? {} : { oldestTimestamp: from }),
            ...(to === undefined ? {} : { latestTimestamp: to }),
          },
          ...tries,
        },
      };
  }
}
