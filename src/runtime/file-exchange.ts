import { rm } from 'node:fs/promises';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createFailureLimit } from './failure-limit.ts';
import { readFileAddress } from './file-address.ts';
import { answerDownload, sendFile } from './file-download.ts';
import { IntakeRefused } from './file-intake.ts';
import { fileTokenHash } from './file-tokens.ts';
import { intakeStatus, receiveFile, refuseUpload, roomForUpload } from './file-upload.ts';
import { answerPlainly } from './plain-answer.ts';
import type { Clock, Disk, FileDoor, FileOffer, FileResult, FileTransfer, Log } from './ports.ts';
import { mobilePace, type Pace, watchPace } from './transfer-pace.ts';

/** Transfers at once in all: each holds a file and some buffers. */
const MAX_TRANSFERS = 64;
/** Of one download token: a client that goes on with a download before its old connection is known to be dead. */
const MAX_PER_TOKEN = 4;
/** Progress is told no oftener than this. */
const PROGRESS_EVERY_MS = 1_000;

const methods = new Map<string, 'GET' | 'HEAD' | 'PUT' | 'POST'>([
  ['GET', 'GET'],
  ['HEAD', 'HEAD'],
  ['PUT', 'PUT'],
  ['POST', 'POST'],
]);
const allowed = { download: 'GET, HEAD', upload: 'PUT, POST' };

export type FileExchange = {
  /** Answers any request under `/files`; never throws. */
  serve(request: IncomingMessage, response: ServerResponse): void;
  /** Breaks off what is under way; resolves once its files are gone and the door knows. */
  close(): Promise<void>;
};

type Running = {
  readonly transfer: FileTransfer;
  /** Of an upload: the body is here, and the file being kept. */
  settling: boolean;
  readonly cut: (reason: string) => void;
  readonly ended: Promise<void>;
};

/** Refused in words for the client. */
type Refusal = { readonly status: number; readonly text: string; readonly headers?: OutgoingHttpHeaders };

/**
 * Files over HTTP: firmware that charge points fetch, diagnostics and logs that they bring, under `/files/{token}`. Knows
 * bytes, and asks the door for everything else; no path is ever made of what a client sends (threats A23, A24).
 */
export function createFileExchange(options: {
  door: FileDoor;
  clock: Clock;
  log: Log;
  disk: Disk;
  /** Bytes that uploads leave free on the disk. */
  reserveBytes: number;
  pace?: Pace;
}): FileExchange {
  const { door, clock, log, disk, reserveBytes, pace = mobilePace } = options;
  const failures = createFailureLimit(clock);
  const running = new Set<Running>();
  let closing = false;

  return {
    serve: (request, response) => {
      // A socket that breaks is told by the reads and writes on it.
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      answer(request, response).catch((error: unknown) => {
        log.error({ reason: String(error) }, 'a file request failed');
        answerPlainly(clock, request, response, { status: 500, text: 'Something went wrong here; try again.' });
      });
    },
    close: async () => {
      closing = true;
      const ends = [...running].map(({ ended }) => ended);
      for (const each of running) each.cut('Busbar is shutting down');
      await Promise.all(ends);
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refuse = (refusal: Refusal): void => answerPlainly(clock, request, response, refusal);
    const remoteAddress = request.socket.remoteAddress ?? 'unknown';
    const method = methods.get(request.method ?? '');
    if (method === undefined) return refuse(wrongMethod('GET, HEAD, PUT, POST'));
    if (closing) return refuse(busy);
    const waitS = failures.waitS(remoteAddress);
    if (waitS > 0)
      return refuse({ status: 429, text: 'Too many wrong addresses.', headers: { 'retry-after': `${waitS}` } });
    const address = readFileAddress(request.url ?? '');
    const tokenHash = address === null ? '' : fileTokenHash(address.token);
    const offer = address === null ? null : door.open({ tokenHash, method, remoteAddress });
    if (offer === null) {
      failures.failed(remoteAddress);
      log.info({ remoteAddress, method }, 'no file there');
      return refuse({ status: 404, text: 'There is no such file.' });
    }
    const direction = method === 'GET' || method === 'HEAD' ? 'download' : 'upload';
    const transfer: FileTransfer = { tokenHash, direction, remoteAddress };
    if (offer.kind === 'download' && direction === 'download') return download(request, response, offer, transfer);
    if (offer.kind === 'upload' && direction === 'upload') {
      return upload(request, response, offer, transfer, address?.name ?? null);
    }
    return refuse(wrongMethod(allowed[offer.kind]));
  }

  async function download(
    request: IncomingMessage,
    response: ServerResponse,
    offer: Extract<FileOffer, { kind: 'download' }>,
    transfer: FileTransfer,
  ): Promise<void> {
    const { status, headers, range } = await answerDownload(request, offer);
    if (range === null) {
      return answerPlainly(clock, request, response, { status, text: 'The file ends before that byte.', headers });
    }
    if (request.method === 'HEAD') {
      response.writeHead(status, headers).end();
      return;
    }
    if (ofToken(transfer).length >= MAX_PER_TOKEN || isFull()) return answerPlainly(clock, request, response, busy);
    await carry(request, response, transfer, async ({ moved }) => {
      response.writeHead(status, headers);
      const result = await sendFile(response, offer, range, moved);
      return { result, keep: async () => door.finished(transfer, result) };
    });
  }

  async function upload(
    request: IncomingMessage,
    response: ServerResponse,
    offer: Extract<FileOffer, { kind: 'upload' }>,
    transfer: FileTransfer,
    name: string | null,
  ): Promise<void> {
    const refuse = (refusal: Refusal): void => answerPlainly(clock, request, response, refusal);
    const refusal = refuseUpload(request);
    if (refusal !== null) return refuse(refusal);
    const [other] = ofToken(transfer);
    if (other?.settling === true) return refuse({ status: 409, text: 'This file has just been received.' });
    if (other !== undefined) {
      // The charge point began anew: its old connection is dead, though nobody has told us.
      other.cut('the client began anew');
      await other.ended;
      return answer(request, response);
    }
    if (isFull()) return refuse(busy);
    const limits = { folder: offer.folder, maxBytes: offer.maxBytes, reserveBytes, disk };
    await carry(request, response, transfer, async ({ moved, arrived }) => {
      await roomForUpload(request, limits);
      if (request.headers.expect !== undefined) response.writeContinue();
      request.once('end', arrived);
      const result = await receiveFile(request, offer, limits, name, moved);
      const keep = async (): Promise<void> => {
        try {
          await door.finished(transfer, result);
        } catch (error) {
          await rm(result.path, { force: true });
          throw error;
        }
        answerPlainly(clock, request, response, { status: 200, text: `Received ${result.size} bytes.` });
      };
      return { result, keep };
    });
  }

  /** What both ways have in common: a place, the pace, and what the door and the log are told. */
  async function carry(
    request: IncomingMessage,
    response: ServerResponse,
    transfer: FileTransfer,
    work: (on: { moved: (bytes: number) => void; arrived: () => void }) => Promise<{
      result: FileResult;
      /** Comes once the bytes are through; what fails in here is a fault of ours. */
      keep: () => Promise<void>;
    }>,
  ): Promise<void> {
    let bytes = 0;
    let told = clock.monotonic();
    let because: string | null = null;
    let ended = (): void => undefined;
    const cut = (reason: string): void => {
      because ??= reason;
      request.destroy(new Error(reason));
      response.destroy();
    };
    const watch = watchPace(clock, pace, cut);
    const self: Running = { transfer, settling: false, cut, ended: new Promise((resolve) => (ended = resolve)) };
    running.add(self);
    const fields = { file: transfer.tokenHash.slice(0, 8), remoteAddress: transfer.remoteAddress };
    const moved = (more: number): void => {
      bytes += more;
      watch.moved(more);
      if (clock.monotonic() - told < PROGRESS_EVERY_MS) return;
      told = clock.monotonic();
      tell(() => door.progress(transfer, bytes));
    };
    const arrived = (): void => {
      self.settling = true;
      watch.stop();
    };
    try {
      tell(() => door.started(transfer));
      const { keep } = await work({ moved, arrived }).catch((error: unknown) => {
        throw new BrokenOff(error);
      });
      watch.stop();
      await keep();
      log.info({ ...fields, bytes }, `${transfer.direction} finished`);
    } catch (error) {
      if (!(error instanceof BrokenOff)) throw error;
      const reason = because ?? reasonOf(error.cause);
      log.info({ ...fields, bytes, reason }, `${transfer.direction} failed`);
      tell(() => door.failed(transfer, reason, bytes));
      if (because === null) answerPlainly(clock, request, response, refusalOf(error.cause));
    } finally {
      watch.stop();
      running.delete(self);
      ended();
    }
  }

  /** A door that throws is a fault of ours, and no reason to end a transfer. */
  function tell(what: () => void): void {
    try {
      what();
    } catch (error) {
      log.error({ reason: String(error) }, 'the progress of a file was not taken down');
    }
  }

  function ofToken({ tokenHash }: FileTransfer): Running[] {
    return [...running].filter(({ transfer }) => transfer.tokenHash === tokenHash);
  }

  function isFull(): boolean {
    return closing || running.size >= MAX_TRANSFERS;
  }
}

const busy: Refusal = { status: 503, text: 'Too many transfers; try again.', headers: { 'retry-after': '10' } };

const wrongMethod = (allow: string): Refusal => ({
  status: 405,
  text: `This address takes ${allow}.`,
  headers: { allow },
});

/** The transfer itself did not come to its end. */
class BrokenOff extends Error {
  constructor(cause: unknown) {
    super('broken off', { cause });
    this.name = 'BrokenOff';
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause ? cause.code : null;
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' ? 'the connection broke off' : cause.message;
}

function refusalOf(cause: unknown): Refusal {
  if (cause instanceof IntakeRefused) return { status: intakeStatus[cause.fault], text: `Refused: ${cause.message}.` };
  return { status: 500, text: 'Something went wrong here; try again.' };
}
