import { type Appetite, unmeasured } from '../../balancer/appetite.ts';
import { type ConnectorBook, voidBook } from '../../balancer/book.ts';
import { allWired, type PhaseLearning } from '../../balancer/learned-phases.ts';
import type { SiteIndex } from '../../balancer/site-index.ts';
import type { RelativeStep, Trial } from '../../central-system/dialects/learning.ts';
import type { FloorEvidence, Obedience } from '../../domain/balancing.ts';
import type { Because } from '../../domain/because.ts';
import type { ConnectorStatus } from '../../domain/charge-point.ts';
import { type ClockWatch, unseenClock } from '../../domain/clock-offset.ts';
import type { Dialect } from '../../domain/dialect.ts';
import { type IdentityWatch, watchIdentity } from '../../domain/identity-watch.ts';
import { type ConnectorModel, connectorKey, type GridPhase } from '../../domain/site-model.ts';
import type { Instant, MilliVolts, Monotonic } from '../../domain/units.ts';

/** What memory holds of each connector that the site model names, and of its charge point. Rebuilt from the journal. */

/** What a connector drew at one moment, mA on the charge point's own L1 to L3. */
export type Draw = {
  /** When it was measured, on our monotonic clock: never later than it truly was. */
  readonly at: Monotonic;
  readonly mA: readonly [number, number, number];
  /** The largest of the three. */
  readonly most: number;
};

/** A limit that is on its way: one for each connector at a time. */
export type Pending = {
  readonly messageId: string;
  readonly seq: number;
  readonly kind: 'floor' | 'decrease' | 'increase' | 'renewal' | 'under' | 'rest';
  readonly grantMA: number;
  readonly since: Monotonic;
};

/** The last grant that was offered to the running transaction, or what took its place after it. */
export type Commanded = {
  readonly seq: number;
  /** Null: the connector at rest. */
  readonly transactionId: number | null;
  readonly grantMA: number;
  /** What the book counts for it. */
  readonly bookedMA: number;
  readonly at: Monotonic;
  /** When it ends at the earliest, ms after `at`; null where nothing ends it. */
  readonly leaseMs: number | null;
  /** `doubtful`: accepted, but something was outstanding beside it, or it may have been lost since. It is sent again. */
  state: 'sent' | 'accepted' | 'doubtful' | 'failed';
  acceptedAt: Monotonic | null;
  /** What was drawn just before it was sent. */
  readonly drawnBefore: number;
  /** What it could take before that, mA. */
  readonly fromMA: number;
  /** When this value was first accepted, however often it was sent since. */
  heldSince: Monotonic | null;
  /** By how much its clock was known to be ahead; null: it was not. */
  readonly aheadMs: number | null;
  /** Where the step of a Relative schedule is to be looked for, until it was: its make has not shown yet what it counts from. */
  stepToSee: RelativeStep | null;
  /** The floor of this transaction, that lies under its grants. */
  readonly isUnder: boolean;
  /** It is what the charge point obeys. */
  isProven: boolean;
  /** What was commanded before, and is again should this one never leave; null once it has ended otherwise. */
  before: Before | null;
};

export type Before = { commanded: Commanded | null; raisedAt: Monotonic | null };

export type FloorState = {
  /** What was last sent, and how that ended. */
  seq: number | null;
  mA: number | null;
  state: 'due' | 'sent' | 'accepted' | 'failed';
  at: Monotonic;
  tries: number;
};

export type Running = {
  readonly id: number;
  readonly idTag: string;
  /** A transaction that was refused keeps the floor only. */
  readonly authorized: boolean;
  readonly startedAt: Instant;
  /** On our clock. */
  readonly since: Monotonic;
  readonly meterStartWh: number;
  readonly reservationId: number | null;
};

export type ConnectorState = {
  /** Index in the site model. */
  readonly at: number;
  readonly key: string;
  readonly model: ConnectorModel;
  book: ConnectorBook;
  evidence: FloorEvidence | null;
  /** The journal is behind the book. */
  unwritten: boolean;
  running: Running | null;
  /** Transactions that have ended and whose current may still flow, and since when. */
  readonly ending: Map<number, Monotonic>;
  /** The grid's phases on which each of them charged, where the site trusts what was seen. */
  readonly endedOn: Map<number, readonly GridPhase[]>;
  /** The current of the last transaction was gone by then, or was none of it. */
  currentEndsAt: Monotonic;
  status: ConnectorStatus | null;
  /** When that was reported. */
  statusAt: Monotonic;
  draw: Draw | null;
  /** Between its last two samples, ms. */
  intervalMs: number;
  voltageMV: MilliVolts | null;
  appetite: Appetite;
  learning: PhaseLearning;
  /** Since when it may charge, is paused, or waits for current. */
  onSince: Instant | null;
  offSince: Instant | null;
  waitingSince: Instant | null;
  energyWh: number | null;
  floor: FloorState;
  commanded: Commanded | null;
  /** Since when the book counts more than it was last told: what it may hold besides has yet to prove that it is gone. */
  unreleasedSince: Monotonic | null;
  /** The transaction whose own floor is proven: grants that end by a duration may lie above it. `lost`: by a reboot. */
  under: number | 'lost' | null;
  pending: Pending | null;
  /** The composite schedule is being asked for; since when. */
  asking: Monotonic | null;
  /** It was away: whether it still holds what it held is asked before anything else. */
  recheck: 'reboot' | 'disconnect' | null;
  /** Not asked again before. */
  askAfter: Monotonic;
  /** The transaction in which a limit that had been accepted was seen to be missing. */
  shortIn: number | null;
  /** The transaction whose start has let the floor be looked at. */
  lookedIn: number | null;
  raisedAt: Monotonic | null;
  changedAt: Monotonic;
  /** Changes apart from renewals, of this day by the site's clock. */
  changes: { day: number; count: number };
  /** Since when it draws more than it may. */
  aboveSince: Monotonic | null;
  ladder: { step: number; at: Monotonic; byRefusal?: boolean } | null;
  /** Whether we have taken it out of service: asked it to leave, or it has left. */
  service: 'in' | 'leaving' | 'out';
  /** Since when it shows Charging, or draws, without a transaction. */
  unaskedSince: Monotonic | null;
  obedience: Obedience;
  plannedMA: number;
  because: Because;
  /** What was last said of it. */
  said: { readonly transactionId: number | null; readonly grantMA: number; readonly kind: Because['kind'] } | null;
};

export type ChargePointState = {
  readonly id: string;
  readonly connectors: readonly ConnectorState[];
  dialect: Dialect;
  /**
   * What it is to be from when nobody charges on: between limits of connectors and one of the whole charge point, what is left
   * of the one would cap the other.
   */
  turnsTo: Dialect | null;
  /** The id of what its last mode has left there, while that is to be removed. */
  leftover: number | null;
  /** While a way is searched of saying a limit that it takes. */
  readonly trials: { floor: Trial | null; grant: Trial | null };
  /** The way of saying each that it has accepted last, in this life of the process. */
  readonly understood: { floor: string | null; grant: string | null };
  /** Every way of granting was refused, and nothing was taken since. */
  refuses: boolean;
  /** Not called before. */
  settledAt: Monotonic;
  /**
   * What is known of the profiles that it holds: `unknown` until the first contact has been gone through, which clears
   * everything where nobody charges, and covers it by the highest level where somebody does.
   */
  contact: 'unknown' | 'clearing' | 'known';
  /** Floors and grants go to the highest level: a foreign profile may be below. */
  onTop: boolean;
  highestLevel: number | null;
  /** By how much our own timing may be wrong for it, ms. */
  skewMs: number;
  /** By how much its clock is ahead of ours, ms; null where nobody knows. */
  aheadMs: number | null;
  /** On this connection it was asked for something that it stamps. */
  timeAsked: boolean;
  /** Since when it is there again, or has booted; null while it is away. */
  seenAgainAt: Monotonic | null;
  /** When it last booted, and what was running then: by that its make shows whether transactions outlive it. */
  lastBoot: { readonly at: Instant; readonly transactions: ReadonlySet<number> } | null;
  /** What its readings show of its clock, where nothing else does. */
  readingsClock: ClockWatch;
  stepped: Stepped;
  /** What it has said of itself lately: whether there is one of it. */
  identities: IdentityWatch;
  /** On this connection it was asked who it is. */
  nameAsked: boolean;
};

/** By how much our own clock was set since a clock was last measured, in sum and either way, ms, and what was known of it then. */
export type Stepped = { readonly ms: number; readonly byMs: number; readonly clock: ClockWatch | null };
export const noStep: Stepped = { ms: 0, byMs: 0, clock: null };

/** By how much our timing may be wrong for a charge point at least, ms. */
export const LEAST_SKEW_MS = 60_000;

export function createStates(index: SiteIndex, dialect: Dialect, now: Monotonic) {
  const connectors = index.connectors.map((model, at): ConnectorState => {
    return {
      at,
      key: connectorKey(model.chargePointId, model.connectorId),
      model,
      book: voidBook(model.ratedMA),
      evidence: null,
      unwritten: false,
      running: null,
      ending: new Map(),
      endedOn: new Map(),
      currentEndsAt: now,
      status: null,
      statusAt: now,
      draw: null,
      intervalMs: SAMPLE_MS,
      voltageMV: null,
      appetite: unmeasured(boundsOf(model)),
      learning: allWired(model.wiredPhases),
      onSince: null,
      offSince: null,
      waitingSince: null,
      unreleasedSince: null,
      energyWh: null,
      floor: { seq: null, mA: null, state: 'due', at: now, tries: 0 },
      commanded: null,
      under: null,
      pending: null,
      asking: null,
      recheck: null,
      askAfter: now,
      shortIn: null,
      lookedIn: null,
      raisedAt: null,
      changedAt: now,
      changes: { day: 0, count: 0 },
      aboveSince: null,
      ladder: null,
      service: 'in',
      unaskedSince: null,
      obedience: model.smartCharging ? 'unproven' : 'proven',
      plannedMA: 0,
      because: model.smartCharging ? { kind: 'no-car' } : { kind: 'no-smart-charging' },
      said: null,
    };
  });
  const chargePoints = new Map<string, ChargePointState>();
  for (const { chargePointId } of index.connectors) {
    if (chargePoints.has(chargePointId)) continue;
    chargePoints.set(chargePointId, {
      id: chargePointId,
      connectors: connectors.filter(({ model }) => model.chargePointId === chargePointId),
      dialect,
      turnsTo: null,
      leftover: null,
      trials: { floor: null, grant: null },
      understood: { floor: null, grant: null },
      refuses: false,
      settledAt: now,
      contact: 'unknown',
      onTop: false,
      highestLevel: null,
      skewMs: LEAST_SKEW_MS,
      aheadMs: null,
      timeAsked: false,
      seenAgainAt: null,
      lastBoot: null,
      readingsClock: unseenClock,
      stepped: noStep,
      identities: watchIdentity(null, now),
      nameAsked: false,
    });
  }
  return { connectors, chargePoints };
}

export const lowFloorAlert = ({ key }: Pick<ConnectorState, 'key'>): string => `floor-below-minimum:${key}`;

/** What the commissioning profile asks for, ms. */
export const SAMPLE_MS = 10_000;

export const boundsOf = ({ minMA, maxMA }: ConnectorModel) => ({ minMA, ceilingMA: maxMA });

/** Another car: nothing of the one before counts. */
export function newCar(state: ConnectorState): void {
  state.appetite = unmeasured(boundsOf(state.model));
  state.learning = allWired(state.model.wiredPhases);
  state.onSince = null;
  state.offSince = null;
  state.waitingSince = null;
}

/** The transaction that runs may still hold what the process before us granted: it is sent again, as what it is now. */
export function resume(state: ConnectorState, now: Monotonic): void {
  const { running, book } = state;
  // In modes A and C it is one for whoever charges.
  const isOf = (transactionId: number | null): boolean => transactionId === null || transactionId === running?.id;
  const last = book.entries.findLast(({ kind, transactionId }) => kind === 'grant' && isOf(transactionId));
  if (running === null || last === undefined) return;
  // Nothing that ends by its duration is ever sent without a floor below it.
  if (last.leaseMs !== null && book.provenTransaction === running.id) state.under = running.id;
  state.commanded = {
    seq: last.seq,
    transactionId: running.id,
    grantMA: last.xMA,
    bookedMA: last.xMA,
    at: now,
    leaseMs: last.leaseMs,
    state: 'doubtful',
    acceptedAt: null,
    drawnBefore: 0,
    fromMA: last.xMA,
    heldSince: null,
    aheadMs: null,
    stepToSee: null,
    isUnder: false,
    isProven: false,
    before: null,
  };
}

/** What it may take now: what was commanded to this transaction, or the floor. */
export function commandedMA({ commanded, running, book, model }: ConnectorState): number {
  if (commanded !== null && running !== null && commanded.transactionId === running.id) return commanded.grantMA;
  return book.floorProven ? model.floorMA : model.ratedMA;
}
