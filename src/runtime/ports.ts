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
  /** The client gave up before it was answered. */
  gone(): boolean;
  /** Calls `opened` before it returns, or never: the handshake may break off. */
  accept(listener: ConnectionListener): void;
  refuse(httpStatus: number, reason: string): void;
};
