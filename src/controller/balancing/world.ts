import { stepsOf, stepUp } from '../../balancer/allocation/steps.ts';
import type { ForeignState } from '../../balancer/foreign-load.ts';
import type { SiteIndex } from '../../balancer/site-index.ts';
import type { Commitment, Obedience } from '../../domain/balancing.ts';
import type { Nameplate } from '../../domain/charge-point.ts';
import type { ChargingCapabilities } from '../../domain/charging-capabilities.ts';
import { type DialectRecord, type DialectValues, LEAST_LAG_MS } from '../../domain/dialect.ts';
import type { Event } from '../../domain/events.ts';
import type { MeterState } from '../../domain/meter.ts';
import type { MeterWatch } from '../../domain/meter-watch.ts';
import type { SharingPolicy } from '../../domain/sharing-policy.ts';
import type { LimitInForce } from '../../domain/site-limit.ts';
import type { SiteModel } from '../../domain/site-model.ts';
import type { Transaction } from '../../domain/transaction.ts';
import type { Instant, MilliVolts } from '../../domain/units.ts';
import type { Clock, Ids, Log, Stopwatch } from '../../runtime/ports.ts';
import type { BalanceHistory } from '../../store/balance-history.ts';
import type { ForeignPeak } from '../../store/foreign-peaks.ts';
import type { WantedCall } from '../calls.ts';
import type { Line, Lines } from '../lines.ts';
import type { Decision } from '../turn.ts';
import type { NodeSheet } from './allocation-nodes.ts';
import type { LoadSheet } from './connector-loads.ts';
import type { Planner } from './kept-plan.ts';
import type { Planned, Wish } from './planned.ts';
import type { ChargePointState, ConnectorState, Running } from './state.ts';

/** What the control loop needs of the site beside its model; asked for in every cycle, so that changes hold at once. */
export type BalancingSite = {
  readonly model: SiteModel;
  readonly nominalMV: MilliVolts;
  readonly leaseS: number | 'auto';
  /** Where surplus is looked for, and how much of it is left for others, mA per phase; null: at the root, and nothing. */
  readonly surplus: { readonly circuit: string; readonly keepMA: number } | null;
  /** Between two looks, for virtual time, in which a look takes none; 0 in life, where the pace is found by what a look takes. */
  readonly leastRestMs: number;
  readonly callTimeoutMs: number;
  readonly lines: Lines;
  readonly clock: Clock;
  readonly stopwatch: Stopwatch;
  readonly ids: Ids;
  readonly log: Log;
  readonly commitments: () => readonly Commitment[];
  readonly nameplate: (chargePointId: string) => Nameplate | null;
  readonly runningOn: (chargePointId: string) => readonly Transaction[];
  /** The ledger has its stop, be its start unknown. */
  readonly hasStopped: (chargePointId: string, transactionId: number) => boolean;
  readonly capabilities: (chargePointId: string) => ChargingCapabilities;
  readonly dialect: (chargePointId: string) => DialectRecord;
  /** Somebody has installed a profile there that is to stay. */
  readonly keepsProfiles: (chargePointId: string) => boolean;
  /** What is on record as learned of its make. */
  readonly learned: (chargePointId: string) => DialectValues;
  readonly limits: (at: Instant) => ReadonlyMap<string, LimitInForce>;
  readonly policy: () => SharingPolicy;
  readonly wishOf: (chargePointId: string, running: Running, at: Instant) => Wish;
  readonly history: BalanceHistory;
  /** What foreign load has done in the last 30 days and on this one, `day` as `dayOf` counts them. */
  readonly foreignPeaks: (day: number) => readonly ForeignPeak[];
  /** An alert of the process before us that nobody has cleared. */
  readonly isAlertOpen: (id: string) => boolean;
  /** A time as the clock on the wall of the site shows it. */
  readonly clockText: (at: Instant) => string;
  /** Days since 1970 by the site's clock. */
  readonly dayOf: (at: Instant) => number;
  readonly enqueue: (input: { key: string; decide: () => Decision }) => void;
  readonly follow: (events: readonly Event[]) => void;
  readonly call: (line: Line, wanted: WantedCall) => boolean;
};

/** Everything that the parts of the loop share. */
export type World = {
  readonly site: BalancingSite;
  readonly index: SiteIndex;
  readonly connectors: readonly ConnectorState[];
  readonly chargePoints: ReadonlyMap<string, ChargePointState>;
  /** The charge point of each connector, in their order. */
  readonly owners: readonly ChargePointState[];
  /** By `CP001/1`. */
  readonly byKey: ReadonlyMap<string, ConnectorState>;
  /** Of each circuit, as the allocator last took it. */
  readonly nodes: readonly NodeSheet[];
  readonly plan: Planner;
  /** Of each connector, 1 where this look passes it by. */
  readonly resting: Uint8Array;
  /** Of each connector, as it was last looked at. */
  readonly connectorLoads: readonly LoadSheet[];
  readonly watches: Map<string, MeterWatch>;
  meters: ReadonlyMap<string, MeterState>;
  foreign: ForeignState;
  planned: Planned | null;
  /** A cycle at the next opportunity. */
  readonly wake: () => void;
  /** Puts on record what is no part of a cycle. */
  readonly record: (events: readonly Event[]) => void;
  readonly obey: (state: ConnectorState, obedience: Obedience, why: string) => void;
};

export const lagOf = ({ dialect }: ChargePointState): number => Math.max(LEAST_LAG_MS, dialect.lagMs);

/** False: it is known not to go on after a pause. 0 W ends the session of a DC charge point. */
export const mayPause = ({ model }: ConnectorState, { dialect }: ChargePointState): boolean =>
  dialect.pause !== 'never' && model.dc === null;

/** The least that it can be told and that a car charges with, mA: limits are rounded down to its steps. */
export const leastGrantMA = ({ model }: ConnectorState, { dialect }: ChargePointState): number =>
  stepUp(stepsOf(dialect.step), Math.max(model.minMA, model.floorMA));

export function chargePointOf({ owners }: World, { at, key }: ConnectorState): ChargePointState {
  const found = owners[at];
  if (found === undefined) throw new Error(`there is no charge point of ${key}`);
  return found;
}

/** Connected, accepted, and settled after its boot. */
export function isReachable({ site }: World, chargePoint: ChargePointState): boolean {
  const line = site.lines.get(chargePoint.id);
  const session = line?.session;
  if (line == null || session == null || session.closed || line.registration !== 'accepted') return false;
  return site.clock.monotonic() >= chargePoint.settledAt;
}
