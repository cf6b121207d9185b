import type { Transport } from '../domain/security-profile.ts';
import type { Instant, Monotonic } from '../domain/units.ts';

/** What the controller needs of the world. The real ones are beside this file; the simulation brings its own. */

export type Timer = { cancel(): void };

export type Clock = {
  /** Wall clock, for stamping. */
  now(): Instant;
  /** For waiting and measuring; never steps. */
  monotonic(): Monotonic;
  after(ms: number, run: () => void): Timer;
  /** Runs as soon as what has already arrived has been taken in. */
  soon(run: () => void): void;
};

/** Measures our own work. A clock may stand still while one input is worked off; this goes on. */
export type Stopwatch = {
  /** Monotonic, ms: to measure and to show, never to decide by. */
  readMs(): number;
  /** Whether more than `ms` have gone by since. What is decided by it can be replayed: it then answers the same. */
  isPast(sinceMs: number, ms: number): boolean;
  /** ms since. The same holds. */
  tookMs(sinceMs: number): number;
  /** Something has taken its time: a clock that stands still goes on to the present. */
  catchUp(): void;
};

export type Ids = { uuid(): string };

export type Log = {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
};

/** One open WebSocket of a charge point. */
export type Connection = {
  readonly remoteAddress: string;
  /** `http://host:port` under which the charge point has reached us. */
  readonly reachedAt: string;
  send(text: string): void;
  ping(): void;
  close(code: number, reason: string): void;
  terminate(): void;
  /** Stops and resumes reading: what the charge point sends then waits in its own socket. */
  pause(): void;
  resume(): void;
};

/** What becomes of an opened connection; every call after `closed` is a bug of the transport. */
export type ConnectionListener = {
  opened(connection: Connection): void;
  frame(text: string): void;
  /** A frame that is no text: OCPP-J knows none. */
  binary(): void;
  pong(): void;
  closed(code: number, reason: string): void;
};

/** A charge point at the door. Exactly one of `accept` and `refuse` is called, once. */
export type UpgradeRequest = {
  readonly chargePointId: string;
  readonly remoteAddress: string;
  /** From Basic authentication, undecoded; null where there was none. */
  readonly credentials: { readonly user: Buffer; readonly password: Buffer } | null;
  readonly transport: Transport;
  /** The client gave up before it was answered. */
  gone(): boolean;
  /** Calls `opened` before it returns, or never: the handshake may break off. */
  accept(listener: ConnectionListener): void;
  refuse(httpStatus: number, reason: string): void;
};

/** The disk that files are kept on. */
export type Disk = {
  /** Bytes that may still be written in this folder, which exists. */
  freeBytes(folder: string): Promise<number>;
};

/** What a one-time token is good for. */
export type FileOffer =
  | {
      readonly kind: 'download';
      /** Where the file lies; nothing of what the client sent is in it. */
      readonly path: string;
      /** Bytes; a file of another size is not sent. */
      readonly size: number;
      /** Hexadecimal; the client recognises the file by it when it goes on with a download. */
      readonly sha256: string;
      /** As a client may save it. */
      readonly name: string;
    }
  | {
      readonly kind: 'upload';
      /** Where the file is put, under a name of our own; made when it is missing. */
      readonly folder: string;
      readonly maxBytes: number;
      /** What the charge point said that the file is called, for when the address ends without a name. */
      readonly nameHint: string | null;
    };

/** One body on its way. */
export type FileTransfer = {
  /** SHA-256 of the token, hexadecimal: the token itself is nowhere kept. */
  readonly tokenHash: string;
  readonly direction: 'download' | 'upload';
  readonly remoteAddress: string;
};

export type FileResult =
  | {
      readonly kind: 'download';
      /** First byte that was sent, and how many, up to what the network took. */
      readonly from: number;
      readonly bytes: number;
      /** The last byte of the file was among them. */
      readonly reachedEnd: boolean;
    }
  | {
      readonly kind: 'upload';
      /** Synced to disk under a name of our own. */
      readonly path: string;
      readonly size: number;
      /** Hexadecimal. */
      readonly sha256: string;
      /** What the client called it: one safe name without a path, to show and never to open. */
      readonly name: string;
      /** As the client said; a form (`multipart/...`) is stored as it came. */
      readonly mediaType: string | null;
    };

/**
 * Who decides on file tokens. For each transfer: `started` once, `progress` while it lasts, then exactly one of `finished`
 * and `failed`. Transfers of an upload token follow one another; those of a download token may overlap.
 */
export type FileDoor = {
  /**
   * Null for a token that is unknown, expired or used up: the client can't tell which. A download may be opened again
   * until it is used up, for chargers go on with a cut one; an upload that failed may be tried again.
   */
  open(ask: {
    readonly tokenHash: string;
    readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST';
    readonly remoteAddress: string;
  }): FileOffer | null;
  started(transfer: FileTransfer): void;
  /** Bytes so far, at most once a second. */
  progress(transfer: FileTransfer, bytes: number): void;
  /** An upload is answered after this; where it throws or rejects, the file is removed and the client told to try again. */
  finished(transfer: FileTransfer, result: FileResult): void | Promise<void>;
  /** In plain words; nothing of the file is left on disk. */
  failed(transfer: FileTransfer, reason: string, bytes: number): void;
};
