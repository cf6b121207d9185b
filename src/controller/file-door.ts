import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Policy } from '../central-system/handler.ts';
import type { Event } from '../domain/events.ts';
import {
  afterInput,
  type FileJob,
  type FileJobInput,
  hasEnded,
  isUpload,
  type StoredFile,
} from '../domain/file-job.ts';
import { type FileQuota, overQuota } from '../domain/stored-file.ts';
import type { Instant } from '../domain/units.ts';
import type { Clock, FileDoor, FileOffer, FileResult, FileTransfer, Log } from '../runtime/ports.ts';
import type { createReader } from '../store/reader.ts';
import type { Decision, Input } from './turn.ts';

/** Where files lie, and how many of them. */
export type FilePlaces = {
  /** What a charge point may fetch; null for an id that is not there. */
  openFirmware(id: string): Extract<FileOffer, { kind: 'download' }> | null;
  /** Folder of what charge points bring. */
  readonly uploads: string;
  /** Of one upload. */
  readonly maxUploadBytes: number;
  readonly quota: FileQuota;
};

/** How far a transfer has come, bytes; `of` is null where nobody knows. */
export type FileProgress = { readonly bytes: number; readonly of: number | null };

/**
 * The files of jobs: decides what a token is good for, and takes down what travels. Live tokens are in memory and follow
 * the events after their commit, for the door has to say at once.
 */
export function createFiles(site: {
  places: FilePlaces | null;
  reader: ReturnType<typeof createReader>;
  policy: Policy;
  clock: Clock;
  log: Log;
  enqueue: (input: Input) => void;
  follow: (events: readonly Event[]) => void;
}) {
  const { places, reader, policy, clock, log, enqueue, follow } = site;
  const tokens = new Map<string, string>();
  const progress = new Map<string, FileProgress>();
  for (const { tokenHash, jobId } of reader.liveFileTokens()) tokens.set(tokenHash, jobId);

  const door: FileDoor = {
    open({ tokenHash }) {
      const job = jobOf(tokenHash);
      if (job === null || places === null) return null;
      if (isUpload(job.kind)) {
        return { kind: 'upload', folder: places.uploads, maxBytes: places.maxUploadBytes, nameHint: job.fileName };
      }
      return job.request.firmwareId === null ? null : places.openFirmware(job.request.firmwareId);
    },
    started: (transfer) => tell(transfer, { kind: 'transfer-began' }),
    progress({ tokenHash }, bytes) {
      const job = jobOf(tokenHash);
      if (job === null) return;
      const { firmwareId } = job.request;
      const of = firmwareId === null ? null : (places?.openFirmware(firmwareId)?.size ?? null);
      progress.set(job.id, { bytes, of });
    },
    finished(transfer, result) {
      if (result.kind === 'upload') return brought(transfer, result);
      if (result.reachedEnd) tell(transfer, { kind: 'file-fetched' });
      return undefined;
    },
    failed: (transfer, why) => tell(transfer, { kind: 'transfer-broke-off', why }),
  };

  return {
    door,
    progress: (jobId: string): FileProgress | null => progress.get(jobId) ?? null,
    /** Where an upload lies; null where this site keeps none. `id` must be of a row. */
    pathOf: (id: string): string | null => (places === null ? null : pathOf(places, id)),
    /** Memory follows the record, after its commit. */
    followed(event: Event): void {
      if (event.type === 'file-token-issued') tokens.set(event.tokenHash, event.jobId);
      if (event.type === 'file-job-changed' && hasEnded(event.job)) {
        progress.delete(event.job.id);
        for (const [hash, jobId] of tokens) if (jobId === event.job.id) tokens.delete(hash);
      }
      if (event.type === 'file-dropped' && places !== null) {
        rm(pathOf(places, event.fileId), { force: true }).catch((error: unknown) => {
          log.error({ err: error }, 'an upload could not be removed from the disk');
        });
      }
    },
    /** Drops uploads stored before that time; resolves with how many, once that is on record. */
    dropOlderThan(before: Instant): Promise<number> {
      const old = () => reader.keptFiles().filter(({ storedAt }) => storedAt < before);
      return inTurn('files', () =>
        old().map(({ id }) => dropped(id, 'It was kept as long as the site keeps uploads.')),
      );
    },
  };

  function jobOf(tokenHash: string): FileJob | null {
    const id = tokens.get(tokenHash);
    const job = id === undefined ? null : reader.fileJob(id);
    return job === null || hasEnded(job) ? null : job;
  }

  function tell({ tokenHash }: FileTransfer, input: FileJobInput): void {
    const job = jobOf(tokenHash);
    if (job === null) return;
    inTurn(job.chargePointId, () => changes(job.id, input)).catch((error: unknown) => {
      log.error({ err: error, job: job.id }, 'what became of a transfer could not be recorded');
    });
  }

  /** Once this resolves the upload is on record; where it rejects, the file is removed and may be brought again. */
  async function brought({ tokenHash }: FileTransfer, result: Extract<FileResult, { kind: 'upload' }>): Promise<void> {
    const job = jobOf(tokenHash);
    if (job === null) throw new Error('the job has ended meanwhile');
    const { size, sha256, name, mediaType } = result;
    await inTurn(job.chargePointId, () => {
      const at = clock.now();
      const id = basename(result.path, '.bin');
      const file: StoredFile = { id, jobId: job.id, name, size, sha256, mediaType, storedAt: at };
      const events = changes(job.id, { kind: 'file-brought', file });
      if (events.length === 0) throw new Error('the job has ended meanwhile');
      return [{ type: 'file-stored', chargePointId: job.chargePointId, file, at }, ...events, ...overflow(id, size)];
    });
  }

  function overflow(id: string, size: number): Event[] {
    if (places === null) return [];
    const { quota } = places;
    const tooMany = overQuota([...reader.keptFiles(), { id, size }], quota);
    if (tooMany.length === 0) return [];
    const why = `More than ${quota.files} uploads or ${Math.round(quota.bytes / 1_048_576)} MiB in all: the oldest make room.`;
    const alert = {
      id: 'files:quota',
      kind: 'files-quota',
      chargePointId: null,
      text: 'The oldest uploads were removed: there were more than this site keeps.',
      fix: 'Save what is needed elsewhere, or raise files.uploadsKept or files.uploadsMiB.',
    };
    return [...tooMany.map((each) => dropped(each, why)), { type: 'alert-raised', alert, at: clock.now() }];
  }

  function changes(jobId: string, input: FileJobInput): Event[] {
    const job = reader.fileJob(jobId);
    const at = clock.now();
    const next = job === null || policy.files === null ? null : afterInput(job, input, at, policy.files.limits);
    return next === null ? [] : [{ type: 'file-job-changed', chargePointId: next.chargePointId, job: next, at }];
  }

  function dropped(fileId: string, why: string): Event {
    return { type: 'file-dropped', fileId, why, at: clock.now() };
  }

  function inTurn(key: string, decide: () => Event[]): Promise<number> {
    return new Promise((resolve, reject) => {
      const decision = (): Decision => {
        let events: Event[];
        try {
          events = decide();
        } catch (error) {
          return { events: [], effect: () => reject(error), failed: () => reject(error) };
        }
        return {
          events,
          effect: () => {
            follow(events);
            resolve(events.length);
          },
          failed: (_, error) => reject(error),
        };
      };
      enqueue({ key, decide: decision, undecided: () => reject(new Error('it could not be decided')) });
    });
  }
}

const pathOf = ({ uploads }: FilePlaces, id: string): string => join(uploads, `${id}.bin`);
