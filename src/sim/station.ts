import type { SimClock } from './clock.ts';
import type { Configuration } from './configuration.ts';
import type { Connector } from './connector.ts';
import type { DcOutlet } from './dc.ts';
import type { Flash } from './flash.ts';
import type { Payload } from './frames.ts';
import type { Journal } from './journal.ts';
import type { Memory } from './memory.ts';
import type { Quirks } from './quirks.ts';
import type { Outcome } from './rpc.ts';
import type { SecurityEvents } from './security-events.ts';
import type { TransactionQueue } from './transaction-queue.ts';
import type { Transfer } from './transfer.ts';

/** What the parts of one powered charge point see of each other. */

export type Registration = 'none' | 'Accepted' | 'Pending' | 'Rejected';

/** Maker and build of a charge point: what it says of itself, and habits in which real ones differ. */
export type Model = {
  readonly vendor: string;
  readonly model: string;
  readonly firmwareVersion: string;
  readonly connectors: number;
  readonly phases: 1 | 3;
  /** Wiring of each connector, in amps per phase of the grid. */
  readonly maxAmps: number;
  /** Has sockets with a lock; otherwise a fixed cable, and UnlockConnector is NotSupported. */
  readonly lock: boolean;
  /** Sends every status again after a mere reconnect, not just what changed. */
  readonly repeatsStatus: boolean;
  /** Counts its message ids, from 1 after each start; otherwise they are random. */
  readonly countsMessages: boolean;
  /** Absent: alternating current. */
  readonly dc?: DcOutlet;
  /** Initial MeterValueSampleInterval, in seconds. */
  readonly sampleSeconds: number;
  /** Those that it has. */
  readonly quirks?: Partial<Quirks>;
};

export type Station = {
  readonly id: string;
  readonly model: Model;
  readonly clock: SimClock;
  readonly flash: Flash;
  readonly configuration: Configuration;
  readonly connectors: readonly Connector[];
  readonly queue: TransactionQueue;
  readonly quirks: Quirks;
  readonly transfer: Transfer;
  readonly journal: Journal;
  readonly securityEvents: SecurityEvents;
  /** A blank one after each start. */
  memory: Memory;
  /** By the charge point's own clock, in milliseconds since 1970. */
  time(): number;
  registration(): Registration;
  /** Connected and accepted: it may send what it likes. */
  online(): boolean;
  /** `offline` at once when it may not send. */
  call(action: string, payload: Payload, done?: (outcome: Outcome) => void): void;
  /** As `call`, but allowed while Pending, since the Central System asked for it (OCPP 1.6 §4.2). */
  callTriggered(action: string, payload: Payload, done?: (outcome: Outcome) => void): void;
  /** Lets the operation's answer go first; void when the power is cut before. */
  after(seconds: number, run: () => void): void;
  reset(kind: 'Hard' | 'Soft'): void;
  /** Hangs up and dials anew, with the credentials that hold now. */
  redial(): void;
  boot(): void;
  heartbeat(): void;
  /** StatusNotification of this connector, or of 0, as it is now. */
  sendStatus(connectorId: number): void;
  /** Something was done to it from outside: it looks at everything with the next step. */
  stir(): void;
  /** Sends whatever status changed. */
  refreshStatus(): void;
};
