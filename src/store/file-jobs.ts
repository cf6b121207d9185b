import type { Database } from 'better-sqlite3';
import type { FileJob, FileJobEvent, FileJobKind, FileJobRequest, FileJobState } from '../domain/file-job.ts';
import { hasEnded } from '../domain/file-job.ts';
import type { Instant } from '../domain/units.ts';
import { type Page, type PageRequest, utc } from './view-values.ts';
import type { RefOf, Writers } from './writers.ts';

/** File jobs, their tokens and what was uploaded, on record: written, read for deciding, and shown. */

export function fileJobWriters(database: Database, refOf: RefOf): Writers<FileJobEvent> {
  const create = database.prepare(`
    INSERT INTO file_jobs (id, charge_point_ref, kind, state, outcome, request, request_id, silences, version_before,
      file_name, claimed, file_id, created_ms, changed_ms, until_ms)
    VALUES (@id, @ref, @kind, @state, @outcome, @request, @requestId, @silences, @versionBefore,
      @fileName, @claimed, @fileId, @createdAt, @changedAt, @until)`);
  const change = database.prepare(`
    UPDATE file_jobs SET state = @state, outcome = @outcome, silences = @silences, file_name = @fileName, claimed = @claimed,
      file_id = @fileId, changed_ms = @changedAt, until_ms = @until, ended_ms = @endedAt
    WHERE id = @id`);
  const issue = database.prepare(
    "INSERT INTO file_tokens (hash, job_id, direction, state, issued_ms) VALUES (?, ?, ?, 'live', ?)",
  );
  const endTokens = database.prepare(
    "UPDATE file_tokens SET state = 'ended', ended_ms = ? WHERE job_id = ? AND state = 'live'",
  );
  const keep = database.prepare(`
    INSERT INTO stored_files (id, job_id, name, size, sha256, media_type, stored_ms)
    VALUES (@id, @jobId, @name, @size, @sha256, @mediaType, @storedAt)`);
  const drop = database.prepare(
    'UPDATE stored_files SET dropped_ms = ?, dropped_why = ? WHERE id = ? AND dropped_ms IS NULL',
  );
  const mutable = (job: FileJob) => ({
    id: job.id,
    state: job.state,
    outcome: job.outcome,
    silences: job.silences,
    fileName: job.fileName,
    claimed: job.claimed ? 1 : 0,
    fileId: job.fileId,
    changedAt: job.changedAt,
    until: job.until,
  });
  return {
    'file-job-created': ({ job }) => {
      create.run({
        ...mutable(job),
        ref: refOf(job.chargePointId),
        kind: job.kind,
        request: JSON.stringify(job.request),
        requestId: job.requestId,
        versionBefore: job.versionBefore,
        createdAt: job.createdAt,
      });
    },
    'file-job-changed': ({ job, at }) => {
      change.run({ ...mutable(job), endedAt: hasEnded(job) ? at : null });
      if (hasEnded(job)) endTokens.run(at, job.id);
    },
    'file-token-issued': ({ tokenHash, jobId, direction, at }) => {
      issue.run(tokenHash, jobId, direction, at);
    },
    'file-stored': ({ file }) => {
      keep.run(file);
    },
    'file-dropped': ({ fileId, why, at }) => {
      drop.run(at, why, fileId);
    },
  };
}

type JobRow = {
  seq: number;
  id: string;
  charge_point_id: string;
  kind: FileJobKind;
  state: FileJobState;
  outcome: string;
  request: string;
  request_id: number | null;
  silences: number;
  version_before: string | null;
  file_name: string | null;
  claimed: number;
  file_id: string | null;
  created_ms: number;
  changed_ms: number;
  until_ms: number | null;
  ended_ms: number | null;
};

const columns = `SELECT j.rowid AS seq, j.*, c.id AS charge_point_id
  FROM file_jobs j JOIN charge_points c ON c.ref = j.charge_point_ref`;

export function fileJobReads(database: Database) {
  const open = database.prepare(`${columns} WHERE c.id = ? AND j.ended_ms IS NULL ORDER BY j.rowid`);
  const one = database.prepare(`${columns} WHERE j.id = ?`);
  const lastRequestId = database.prepare('SELECT max(request_id) FROM file_jobs').pluck();
  const tokensOf = database.prepare("SELECT hash FROM file_tokens WHERE job_id = ? AND state = 'live'").pluck();
  const tokens = database.prepare("SELECT hash AS tokenHash, job_id AS jobId FROM file_tokens WHERE state = 'live'");
  const asked = database.prepare('SELECT EXISTS (SELECT 1 FROM file_tokens WHERE job_id = ?)').pluck();
  const usesFirmware = database
    .prepare("SELECT count(*) FROM file_jobs WHERE ended_ms IS NULL AND request ->> '$.firmwareId' = ?")
    .pluck();
  const kept = database.prepare(`
    SELECT id, size, stored_ms AS storedAt FROM stored_files WHERE dropped_ms IS NULL ORDER BY stored_ms, rowid`);
  const inUse = database
    .prepare(`
      SELECT EXISTS (SELECT 1 FROM transactions t WHERE t.charge_point_ref = c.ref AND t.state = 'running')
        OR EXISTS (SELECT 1 FROM reservations r WHERE r.charge_point_ref = c.ref AND r.ended_ms IS NULL)
        OR EXISTS (SELECT 1 FROM connectors k WHERE k.charge_point_ref = c.ref
          AND k.status IN ('Charging', 'SuspendedEV', 'SuspendedEVSE', 'Reserved'))
      FROM charge_points c WHERE c.id = ?`)
    .pluck();
  return {
    openFileJobs: (chargePointId: string): FileJob[] => (open.all(chargePointId) as JobRow[]).map(toJob),
    fileJob: (id: string): FileJob | null => {
      const row = one.get(id) as JobRow | undefined;
      return row === undefined ? null : toJob(row);
    },
    /** Far above what people type by hand, so that one is not taken for the other. */
    nextFileRequestId: (): number => Math.max(100_000, (lastRequestId.get() as number | null) ?? 0) + 1,
    fileTokens: (jobId: string) => tokensOf.all(jobId) as string[],
    liveFileTokens: () => tokens.all() as { tokenHash: string; jobId: string }[],
    /** Whether the charge point may know of a job for a file of ours. */
    wasAsked: (jobId: string): boolean => asked.get(jobId) === 1,
    firmwareInUse: (firmwareId: string): boolean => (usesFirmware.get(firmwareId) as number) > 0,
    keptFiles: () => kept.all() as { id: string; size: number; storedAt: Instant }[],
    isInUse: (chargePointId: string): boolean => inUse.get(chargePointId) === 1,
  };
}

function toJob(row: JobRow): FileJob {
  return {
    id: row.id,
    chargePointId: row.charge_point_id,
    kind: row.kind,
    state: row.state,
    outcome: row.outcome,
    request: JSON.parse(row.request) as FileJobRequest,
    requestId: row.request_id,
    silences: row.silences,
    versionBefore: row.version_before,
    fileName: row.file_name,
    claimed: row.claimed === 1,
    fileId: row.file_id,
    createdAt: row.created_ms as Instant,
    changedAt: row.changed_ms as Instant,
    until: row.until_ms as Instant | null,
  };
}

export type FileJobView = {
  id: string;
  chargePointId: string;
  kind: FileJobKind;
  state: FileJobState;
  outcome: string;
  requestId: number | null;
  firmwareId: string | null;
  /** Somebody else's address; passwords in it are the caller's to hide. */
  location: string | null;
  retrieveAt: string | null;
  from: string | null;
  to: string | null;
  logType: string | null;
  file: StoredFileView | null;
  createdAt: string;
  changedAt: string;
  until: string | null;
  endedAt: string | null;
};

export type StoredFileView = {
  id: string;
  name: string;
  size: number;
  sha256: string;
  mediaType: string | null;
  storedAt: string;
  droppedAt: string | null;
  droppedWhy: string | null;
};

type FileRow = {
  id: string;
  name: string;
  size: number;
  sha256: string;
  media_type: string | null;
  stored_ms: number;
  dropped_ms: number | null;
  dropped_why: string | null;
};

export function createFileJobViews(database: Database) {
  const one = database.prepare(`${columns} WHERE j.id = ?`);
  const page = database.prepare(`${columns}
    WHERE (@before IS NULL OR j.rowid < @before) AND (@chargePointId IS NULL OR c.id = @chargePointId)
      AND (@state IS NULL OR j.state = @state) AND (@uploads = 0 OR j.kind IN ('diagnostics', 'log'))
    ORDER BY j.rowid DESC LIMIT @limit`);
  const file = database.prepare('SELECT * FROM stored_files WHERE id = ?');
  const view = (row: JobRow): FileJobView => {
    const request = JSON.parse(row.request) as FileJobRequest;
    const stored = row.file_id === null ? undefined : (file.get(row.file_id) as FileRow | undefined);
    return {
      id: row.id,
      chargePointId: row.charge_point_id,
      kind: row.kind,
      state: row.state,
      outcome: row.outcome,
      requestId: row.request_id,
      firmwareId: request.firmwareId,
      location: request.location,
      retrieveAt: utc(request.retrieveAt),
      from: utc(request.from),
      to: utc(request.to),
      logType: request.logType,
      file: stored === undefined ? null : fileView(stored),
      createdAt: utc(row.created_ms),
      changedAt: utc(row.changed_ms),
      until: utc(row.until_ms),
      endedAt: utc(row.ended_ms),
    };
  };
  return {
    fileJob(id: string): FileJobView | null {
      const row = one.get(id) as JobRow | undefined;
      return row === undefined ? null : view(row);
    },
    /** The latest first; `uploads`: diagnostics and logs only. Null for a cursor that is none of ours. */
    fileJobs({
      limit,
      cursor,
      chargePointId,
      state,
      uploads,
    }: PageRequest & {
      chargePointId: string | null;
      state: FileJobState | null;
      uploads: boolean;
    }): Page<FileJobView> | null {
      if (cursor !== null && !/^\d{1,15}$/.test(cursor)) return null;
      const before = cursor === null ? null : Number(cursor);
      const rows = page.all({ before, limit: limit + 1, chargePointId, state, uploads: uploads ? 1 : 0 }) as JobRow[];
      const shown = rows.slice(0, limit);
      return { items: shown.map(view), next: rows.length > limit ? String(shown.at(-1)?.seq) : null };
    },
  };
}

function fileView(row: FileRow): StoredFileView {
  return {
    id: row.id,
    name: row.name,
    size: row.size,
    sha256: row.sha256,
    mediaType: row.media_type,
    storedAt: utc(row.stored_ms),
    droppedAt: utc(row.dropped_ms),
    droppedWhy: row.dropped_why,
  };
}
