import type { Event } from '../../domain/events.ts';
import { afterInput, type FileJob, type FileJobInput, type FileJobKind } from '../../domain/file-job.ts';
import type { Instant } from '../../domain/units.ts';
import type { Answer, AnswerContext, AnswerHandler } from '../answer.ts';
import type { Context, Policy } from '../handler.ts';
import { tokenHashIn } from './address.ts';

/** What messages mean for the jobs that they belong to. */

/** A job after an input as an event; none where nothing changes, or where this site has no files. */
export function jobEvents(job: FileJob, input: FileJobInput, at: Instant, { files }: Policy): Event[] {
  const next = files === null ? null : afterInput(job, input, at, files.limits);
  return next === null ? [] : [{ type: 'file-job-changed', chargePointId: job.chargePointId, job: next, at }];
}

/** A status of a job. One without a request id belongs to whatever runs of its kind; there is one at a time (OCPP 1.6 §5.9). */
export function jobToldOf(
  kind: FileJobKind,
  status: string,
  requestId: number | null,
  { chargePointId, receivedAt, records, policy }: Context,
): Event[] {
  const jobs = records.openFileJobs(chargePointId).filter((job) => job.kind === kind);
  const named = jobs.filter((job) => requestId !== null && job.requestId === requestId);
  // Some leave the id out although it is due; with several jobs nobody knows which is meant.
  const [job] = named.length > 0 || requestId !== null ? named : jobs.filter((_, __, all) => all.length === 1);
  return job === undefined ? [] : jobEvents(job, { kind: 'told', status }, receivedAt, policy);
}

/** What a boot shows of firmware that was under way. */
export function jobsAfterBoot(
  firmwareVersion: string | null,
  { chargePointId, receivedAt, records, policy }: Context,
): Event[] {
  return records
    .openFileJobs(chargePointId)
    .flatMap((job) => jobEvents(job, { kind: 'booted', firmwareVersion }, receivedAt, policy));
}

/** OCPP 1.6 §5.19. The answer is empty: nothing but a refusal can be read from it. */
export const updateFirmwareAnswered: AnswerHandler<'UpdateFirmware'> = ({ location }, answer, context) => {
  const job = byLocation('firmware', location, context);
  if (job === null) return [];
  if (answer.kind === 'error' && answer.code === 'NotSupported') {
    const why =
      'The charge point does not take this message; one with signed firmware wants a signature (SignedUpdateFirmware).';
    return jobEvents(job, { kind: 'refused', why }, context.at, context.policy);
  }
  return answered(job, answer, { kind: 'agreed', fileName: null }, context);
};

/** OCPP 1.6 §5.9. */
export const getDiagnosticsAnswered: AnswerHandler<'GetDiagnostics'> = ({ location }, answer, context) => {
  const job = byLocation('diagnostics', location, context);
  if (job === null) return [];
  const fileName = answer.kind === 'result' ? (answer.response.fileName ?? null) : null;
  return answered(job, answer, { kind: 'agreed', fileName: fileName === '' ? null : fileName }, context);
};

/** Security whitepaper N01. */
export const getLogAnswered: AnswerHandler<'GetLog'> = ({ requestId }, answer, context) => {
  const response = answer.kind === 'result' ? answer.response : null;
  const fileName = response?.filename ?? null;
  return byRequestId('log', requestId, response?.status ?? null, answer, { kind: 'agreed', fileName }, context);
};

/** Security whitepaper L01. */
export const signedUpdateFirmwareAnswered: AnswerHandler<'SignedUpdateFirmware'> = ({ requestId }, answer, context) => {
  const status = answer.kind === 'result' ? answer.response.status : null;
  return byRequestId('signed-firmware', requestId, status, answer, { kind: 'agreed', fileName: null }, context);
};

function byLocation(kind: FileJobKind, location: string, { chargePointId, records }: AnswerContext): FileJob | null {
  const hash = tokenHashIn(location);
  const isIt = (job: FileJob): boolean =>
    job.request.location === null
      ? hash !== null && records.fileTokens(job.id).includes(hash)
      : job.request.location === location;
  return records.openFileJobs(chargePointId).find((job) => job.kind === kind && isIt(job)) ?? null;
}

function byRequestId(
  kind: FileJobKind,
  requestId: number,
  status: string | null,
  answer: Pick<Answer<never>, 'kind'>,
  agreed: FileJobInput,
  context: AnswerContext,
): Event[] {
  const { chargePointId, at, records, policy } = context;
  const events: Event[] = [];
  for (const job of records.openFileJobs(chargePointId)) {
    if (job.kind !== kind) continue;
    if (job.requestId === requestId) {
      const refused = status !== null && status !== 'Accepted' && status !== 'AcceptedCanceled';
      const why = `The charge point answered ${status}.`;
      if (refused) events.push(...jobEvents(job, { kind: 'refused', why }, at, policy));
      else events.push(...answered(job, answer, agreed, context));
    } else if (status === 'AcceptedCanceled' && job.state !== 'queued') {
      events.push(...jobEvents(job, { kind: 'superseded' }, at, policy));
    }
  }
  return events;
}

function answered(
  job: FileJob,
  answer: { readonly kind: string; readonly code?: string },
  agreed: FileJobInput,
  { at, policy }: AnswerContext,
): Event[] {
  switch (answer.kind) {
    case 'error':
      return jobEvents(job, { kind: 'refused', why: refusal(answer) }, at, policy);
    case 'silence':
      return jobEvents(job, { kind: 'unanswered' }, at, policy);
    case 'not-sent':
      return [];
    default:
      // Whoever answers in a way that can't be read may begin all the same.
      return jobEvents(job, agreed, at, policy);
  }
}

const refusal = ({ code }: { readonly code?: string }): string => `The charge point answered with the error ${code}.`;
