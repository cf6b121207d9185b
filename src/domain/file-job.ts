import type { Instant } from './units.ts';

/**
 * A file on its way to a charge point or from it: what it was asked for, what it said, what travelled, and how it ends.
 * A pure state machine: whatever happens is an input, and what comes out is the job as it then stands.
 */

/** UpdateFirmware (OCPP 1.6 §5.19), SignedUpdateFirmware (security whitepaper L01), GetDiagnostics (§5.9), GetLog (N01). */
export type FileJobKind = 'firmware' | 'signed-firmware' | 'diagnostics' | 'log';

export type FileJobState =
  /** The charge point has yet to be asked, or its answer to come. */
  | 'queued'
  /** It agreed, and nothing has happened since. */
  | 'requested'
  /** It fetches the file later. */
  | 'scheduled'
  | 'downloading'
  /** It has the file, and has yet to install it. */
  | 'downloaded'
  | 'installing'
  | 'uploading'
  | 'done'
  | 'failed'
  | 'cancelled'
  | 'timed-out';

export type FileJobRequest = {
  /** Somebody else's address, sent as given; null for ours. */
  readonly location: string | null;
  /** What the charge point fetches from us; null for an upload or somebody else's address. */
  readonly firmwareId: string | null;
  /** Of the firmware, as the end of its address. */
  readonly name: string | null;
  readonly retrieveAt: Instant | null;
  readonly installAt: Instant | null;
  readonly retries: number | null;
  readonly retryIntervalS: number | null;
  /** Of signed firmware: base64, and the certificate in PEM. */
  readonly signature: string | null;
  readonly signingCertificate: string | null;
  /** Of diagnostics and logs: the span of time. */
  readonly from: Instant | null;
  readonly to: Instant | null;
  readonly logType: 'DiagnosticsLog' | 'SecurityLog' | null;
};

export type FileJob = {
  readonly id: string;
  readonly chargePointId: string;
  readonly kind: FileJobKind;
  readonly state: FileJobState;
  /** What became of it so far, in words for a person. */
  readonly outcome: string;
  readonly request: FileJobRequest;
  /** By which the charge point names the job; the kinds of OCPP 1.6 itself have none. */
  readonly requestId: number | null;
  /** How many times it was asked without an answer. */
  readonly silences: number;
  /** The firmware that ran when the job was made. */
  readonly versionBefore: string | null;
  /** What the charge point calls the file that it brings. */
  readonly fileName: string | null;
  /** It says that it has brought the file, which we have not seen. */
  readonly claimed: boolean;
  /** Of the file that it brought. */
  readonly fileId: string | null;
  readonly createdAt: Instant;
  readonly changedAt: Instant;
  /** When the state that it is in has lasted too long; null once it has ended. */
  readonly until: Instant | null;
};

/** How long a job may stay in a state, ms. */
export type FileJobLimits = {
  /** Until the charge point can be asked. */
  readonly waitMs: number;
  /** From its answer, or from the time it was given, until something happens. */
  readonly beginMs: number;
  readonly transferMs: number;
  /** From the file's arrival to its installation: a charge point waits for cars that charge. */
  readonly installMs: number;
};

/** An upload that we keep. */
export type StoredFile = {
  /** Ours, and the name of the file on disk. */
  readonly id: string;
  readonly jobId: string;
  /** As the charge point calls it: to show, never to open. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly mediaType: string | null;
  readonly storedAt: Instant;
};

export type FileJobEvent =
  | { type: 'file-job-created'; chargePointId: string; job: FileJob; at: Instant }
  /** `job` is the whole of it, as it now stands. */
  | { type: 'file-job-changed'; chargePointId: string; job: FileJob; at: Instant }
  /** The token is good until the job ends; only its SHA-256 is known, hexadecimal. */
  | {
      type: 'file-token-issued';
      chargePointId: string;
      jobId: string;
      tokenHash: string;
      direction: 'download' | 'upload';
      at: Instant;
    }
  | { type: 'file-stored'; chargePointId: string; file: StoredFile; at: Instant }
  | { type: 'file-dropped'; fileId: string; why: string; at: Instant };

export type FileJobInput =
  /** The charge point answered, and will try. `fileName`: what it says it will bring. */
  | { readonly kind: 'agreed'; readonly fileName: string | null }
  | { readonly kind: 'refused'; readonly why: string }
  /** It was asked, and no answer came. */
  | { readonly kind: 'unanswered' }
  | { readonly kind: 'told'; readonly status: string }
  | { readonly kind: 'transfer-began' }
  | { readonly kind: 'transfer-broke-off'; readonly why: string }
  /** All of the firmware has left us. */
  | { readonly kind: 'file-fetched' }
  | { readonly kind: 'file-brought'; readonly file: Pick<StoredFile, 'id' | 'name' | 'size'> }
  | { readonly kind: 'booted'; readonly firmwareVersion: string | null }
  /** The charge point has given it up for a newer one (security whitepaper L01.FR.26, N01.FR.11). */
  | { readonly kind: 'superseded' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'time-passed' };

/** Times that a charge point is asked without an answer before the job fails. */
const MAX_SILENCES = 3;
/** How long after a charge point says that it has brought a file the file may still come, ms. */
const CLAIM_MS = 60_000;

/** How far a job has come; it never goes back. */
const rank: Readonly<Record<FileJobState, number>> = {
  queued: 0,
  requested: 1,
  scheduled: 2,
  downloading: 3,
  uploading: 3,
  downloaded: 4,
  installing: 5,
  done: 9,
  failed: 9,
  cancelled: 9,
  'timed-out': 9,
};

export const hasEnded = ({ state }: Pick<FileJob, 'state'>): boolean => rank[state] === 9;
export const isUpload = (kind: FileJobKind): boolean => kind === 'diagnostics' || kind === 'log';

export function newFileJob(
  wanted: Pick<FileJob, 'id' | 'chargePointId' | 'kind' | 'request' | 'requestId' | 'versionBefore'>,
  at: Instant,
  limits: FileJobLimits,
): FileJob {
  return {
    ...wanted,
    state: 'queued',
    outcome: 'It waits until the charge point can be asked.',
    silences: 0,
    fileName: null,
    claimed: false,
    fileId: null,
    createdAt: at,
    changedAt: at,
    until: (at + limits.waitMs) as Instant,
  };
}

/** The job after an input; null where nothing changes by it. */
export function afterInput(job: FileJob, input: FileJobInput, at: Instant, limits: FileJobLimits): FileJob | null {
  if (hasEnded(job)) return null;
  const next = step(job, input, at, limits);
  if (next === null) return null;
  const changed = { ...job, ...next };
  const same = changed.state === job.state && changed.outcome === job.outcome && changed.fileName === job.fileName;
  if (same && changed.until === job.until) return null;
  return { ...changed, changedAt: at };
}

type Change = Partial<Pick<FileJob, 'state' | 'outcome' | 'silences' | 'fileName' | 'claimed' | 'fileId' | 'until'>>;

function step(job: FileJob, input: FileJobInput, at: Instant, limits: FileJobLimits): Change | null {
  const reach = (state: FileJobState, outcome: string): Change | null => {
    if (rank[state] < rank[job.state]) return null;
    return state === job.state ? { outcome } : { state, outcome, until: untilOf(job, state, at, limits) };
  };
  switch (input.kind) {
    case 'agreed':
      return {
        fileName: input.fileName,
        ...reach(isLater(job, at) ? 'scheduled' : 'requested', agreedWords(job, input)),
      };
    case 'refused':
      return end('failed', input.why);
    case 'unanswered':
      return unanswered(job);
    case 'told':
      return told(job, input.status, at, reach);
    case 'transfer-began':
      return rank[job.state] >= rank.downloading
        ? null
        : reach(isUpload(job.kind) ? 'uploading' : 'downloading', 'The file is on its way.');
    case 'transfer-broke-off':
      return { outcome: `The transfer broke off: ${input.why}. The charge point may try again.` };
    case 'file-fetched':
      return rank[job.state] >= rank.downloaded
        ? null
        : reach('downloaded', 'The charge point has fetched the file; it has yet to install it.');
    case 'file-brought': {
      const { id, name, size } = input.file;
      return { ...end('done', `${name} is here, ${size} bytes.`), fileName: name, fileId: id };
    }
    case 'booted':
      return booted(job, input.firmwareVersion);
    case 'superseded':
      return end('cancelled', 'The charge point gave it up for a newer request.');
    case 'cancelled':
      return end('cancelled', 'It was cancelled here: its address is good for nothing any more.');
    case 'time-passed':
      return job.until !== null && job.until <= at ? overdue(job) : null;
  }
}

const end = (state: 'done' | 'failed' | 'cancelled' | 'timed-out', outcome: string): Change => ({
  state,
  outcome,
  until: null,
});

const isLater = ({ request }: FileJob, at: Instant): boolean => request.retrieveAt !== null && request.retrieveAt > at;

function agreedWords(job: FileJob, { fileName }: { fileName: string | null }): string {
  if (!isUpload(job.kind)) return 'The charge point has been told; it has yet to fetch the file.';
  if (fileName !== null) return `It will bring ${fileName}.`;
  // OCPP 1.6 §5.9: without a name there is nothing to bring; some bring a file all the same.
  return 'The charge point was asked; it named no file.';
}

function unanswered(job: FileJob): Change | null {
  if (job.state !== 'queued') return null;
  const silences = job.silences + 1;
  if (silences >= MAX_SILENCES)
    return { ...end('failed', `It was asked ${silences} times and did not answer.`), silences };
  return { silences, outcome: `It was asked and did not answer (${silences} of ${MAX_SILENCES}); it is asked again.` };
}

function told(
  job: FileJob,
  status: string,
  at: Instant,
  reach: (state: FileJobState, outcome: string) => Change | null,
): Change | null {
  // Without a request id it may still be the end of an earlier job.
  if (job.state === 'queued' && job.requestId === null) return null;
  const meaning = statuses[job.kind].get(status);
  if (meaning === undefined) return null;
  const words = `The charge point reports ${status}.`;
  if (meaning === 'uploaded') {
    if (job.request.location !== null) return end('done', words);
    if (job.claimed) return null;
    const outcome = `${words} The file has yet to arrive here.`;
    return { state: 'uploading', outcome, claimed: true, until: (at + CLAIM_MS) as Instant };
  }
  if (meaning === 'done' || meaning === 'failed') return end(meaning, words);
  return reach(meaning, words);
}

type Meaning = FileJobState | 'uploaded';

const firmware: readonly [string, Meaning][] = [
  ['Downloading', 'downloading'],
  ['Downloaded', 'downloaded'],
  ['DownloadFailed', 'failed'],
  ['Installing', 'installing'],
  ['InstallationFailed', 'failed'],
  ['Installed', 'done'],
];

/** OCPP 1.6 §7.24, §7.25; security whitepaper §6. `Idle` says nothing of a job: some send it between two steps. */
const statuses: Readonly<Record<FileJobKind, ReadonlyMap<string, Meaning>>> = {
  firmware: new Map(firmware),
  'signed-firmware': new Map([
    ...firmware,
    ['DownloadScheduled', 'scheduled'],
    ['DownloadPaused', 'downloading'],
    ['SignatureVerified', 'downloaded'],
    ['InvalidSignature', 'failed'],
    ['InstallScheduled', 'downloaded'],
    ['InstallRebooting', 'installing'],
    ['InstallVerificationFailed', 'failed'],
  ]),
  diagnostics: new Map<string, Meaning>([
    ['Uploading', 'uploading'],
    ['Uploaded', 'uploaded'],
    ['UploadFailed', 'failed'],
  ]),
  log: new Map<string, Meaning>([
    ['Uploading', 'uploading'],
    ['Uploaded', 'uploaded'],
    ['UploadFailure', 'failed'],
    ['BadMessage', 'failed'],
    ['NotSupportedOperation', 'failed'],
    ['PermissionDenied', 'failed'],
  ]),
};

/** Another version than before shows that it was installed, said so or not (errata 3.47: it boots first). */
function booted(job: FileJob, version: string | null): Change | null {
  const from = job.request.location === null ? rank.downloading : rank.requested;
  if (isUpload(job.kind) || version === null || rank[job.state] < from) return null;
  if (version === job.versionBefore) return null;
  if (job.versionBefore === null && rank[job.state] < rank.downloaded) return null;
  return end('done', `The charge point has booted with firmware ${version}.`);
}

function overdue(job: FileJob): Change {
  if (job.claimed) return end('failed', 'The charge point says that it has brought the file, but none arrived.');
  if (job.state === 'queued') return end('timed-out', 'The charge point could not be asked in time.');
  if (job.kind === 'diagnostics' && job.state === 'requested' && job.fileName === null) {
    return end('failed', 'The charge point named no file and brought none: it has nothing for that time.');
  }
  const words: Partial<Record<FileJobState, string>> = {
    requested: 'The charge point agreed, and then nothing happened.',
    scheduled: 'The time came, and nothing happened.',
    downloading: 'The file was not fetched in time.',
    uploading: 'The file was not brought in time.',
    downloaded: 'The file was fetched, and not installed in time.',
    installing: 'Installing began, and did not end in time.',
  };
  return end('timed-out', words[job.state] ?? 'It took too long.');
}

function untilOf({ request, until }: FileJob, state: FileJobState, at: Instant, limits: FileJobLimits): Instant | null {
  const after = (time: Instant | null, ms: number): Instant => (Math.max(at, time ?? at) + ms) as Instant;
  switch (state) {
    case 'requested':
    case 'scheduled':
      return after(request.retrieveAt, limits.beginMs);
    case 'downloading':
    case 'uploading':
      return after(null, limits.transferMs);
    case 'downloaded':
      return after(request.installAt, limits.installMs);
    case 'installing':
      return after(null, limits.installMs);
    case 'queued':
      return until;
    default:
      return null;
  }
}
