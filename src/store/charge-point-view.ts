import type { Database } from 'better-sqlite3';
import type { Registration } from '../domain/charge-point.ts';
import type { Reading } from '../domain/metering.ts';
import type { Instant } from '../domain/units.ts';
import { inUnits, type ThreePhases, utc } from './view-values.ts';

/** What memory knows of one charge point; the controller's line is one. */
export type LiveChargePointState = {
  readonly chargePointId: string;
  readonly registration: Registration | null;
  readonly session: {
    readonly openedAt: Instant;
    readonly securityProfile: number;
    readonly connection: { readonly remoteAddress: string };
  } | null;
  readonly counters: LiveCounters;
  readonly clock: { readonly offsetMs: number | null };
  readonly calls: { waiting(): number; outstanding(): number };
  readonly live: {
    runningTransaction(connectorId: number): number | null;
    running(transactionId: number): { readonly startedAt: Instant } | null;
    busyConnectors(): Iterable<number>;
    readonly readings: ReadonlyMap<number, Received>;
  };
};

type Received = { readonly reading: Reading; readonly receivedAt: Instant };

type LiveCounters = {
  readonly connections: number;
  readonly framesIn: number;
  readonly framesOut: number;
  readonly ignored: number;
  readonly refused: number;
  readonly replayed: number;
  readonly lateAnswers: number;
  readonly unknownAnswers: number;
  readonly droppedSamples: number;
  readonly tolerated: ReadonlyMap<string, number>;
};

/** The site as memory holds it, for what no row can tell. */
export type LiveState = {
  line(chargePointId: string): LiveChargePointState | null;
  lines(): Iterable<LiveChargePointState>;
  /** The last frame of a charge point of this process's life. */
  lastSeenAt(chargePointId: string): Instant | null;
  now(): Instant;
  /** Null where nothing is balanced, or the site model does not name it. */
  limitState?(): 'balancing' | 'degraded' | 'off';
  balanced?(chargePointId: string, connectorId: number): BalancedConnector | null;
};

/** What the configuration says of charge points. */
export type ChargePointPolicy = {
  /** Known from the start, whether they ever connected or not. */
  readonly configured: ReadonlySet<string>;
  /** The connectors that it names, from 1; none where they are to be learnt. */
  connectorsOf(chargePointId: string): readonly number[];
  /** The lowest OCPP security profile that it may connect with: 0 none, 1 password, 2 TLS and password, 3 TLS and certificate. */
  securityProfile(chargePointId: string): number;
};

export type ChargePointView = {
  id: string;
  status: 'online' | 'offline' | 'pending' | 'rejected';
  connected: boolean;
  /** Null until it has sent BootNotification for the first time. */
  registration: Registration | null;
  vendor: string | null;
  model: string | null;
  serialNumber: string | null;
  boxSerialNumber: string | null;
  firmwareVersion: string | null;
  iccid: string | null;
  imsi: string | null;
  meterType: string | null;
  meterSerialNumber: string | null;
  /** Of the connection in use, or else the lowest that it may connect with. */
  securityProfile: number;
  /** The lowest that it may connect with: what is configured, or what it has reached before. */
  leastSecurityProfile: number;
  /** What it has agreed to change to and has not yet connected with; null where there is nothing of the kind. */
  agreedSecurityProfile: number | null;
  /** The connection in use has proved who it is. */
  authenticated: boolean;
  remoteAddress: string | null;
  connectedAt: string | null;
  firstSeenAt: string | null;
  lastSeenAt: string | null;
  lastBootAt: string | null;
  boots: number;
  /** How far its clock is ahead of ours, s; negative when behind, null while that is not known. */
  clockOffsetS: number | null;
  /** What it last said of itself as a whole (connector 0). */
  reported: StatusView | null;
  connectors: ConnectorView[];
  jobs: { job: string; status: string; requestId: number | null; at: string }[];
  /** Calls of ours that wait for it or for its answer. */
  callsWaiting: number;
  /** Since the start of this process. */
  counters: Omit<LiveCounters, 'tolerated'> & { tolerated: Record<string, number> };
};

export type StatusView = {
  status: string;
  errorCode: string;
  info: string | null;
  vendorId: string | null;
  vendorErrorCode: string | null;
  /** The charge point's clock. */
  at: string;
  receivedAt: string;
};

export type ConnectorView = {
  id: number;
  /** Null until it was reported. */
  status: string | null;
  errorCode: string | null;
  info: string | null;
  vendorId: string | null;
  vendorErrorCode: string | null;
  statusAt: string | null;
  transactionId: number | null;
  /** L1, L2, L3 of the charge point; null where not known now. */
  currentA: ThreePhases;
  voltageV: ThreePhases;
  powerW: number | null;
  /** The import register as last read, whenever that was. */
  energyWh: number | null;
  socPercent: number | null;
  readingAt: string | null;
  readingQuality: string | null;
  /** What it may draw by our last word, A per phase; null where nothing is balanced. */
  limitA: number | null;
  grant: GrantView | null;
  /** Why it gets what it gets, in one sentence. */
  because: string | null;
};

/** `untilS`: it ends by itself after so long at the latest; null where nothing ends it. */
export type GrantView = { readonly limitA: number; readonly untilS: number | null; readonly state: string };
export type BalancedConnector = { readonly limitA: number; readonly grant: GrantView | null; readonly because: string };

/** A reading this old tells nothing of now, ms: the longest usual sampling interval is 15 min. */
const CURRENT_FOR_MS = 900_000;

type ChargePointRow = {
  ref: number;
  id: string;
  registration: Registration;
  vendor: string | null;
  model: string | null;
  serial_number: string | null;
  box_serial_number: string | null;
  firmware_version: string | null;
  iccid: string | null;
  imsi: string | null;
  meter_type: string | null;
  meter_serial_number: string | null;
  first_seen_ms: number;
  last_boot_ms: number | null;
  boots: number;
  last_told_ms: number | null;
};
type ConnectorRow = {
  charge_point_ref: number;
  connector_id: number;
  status: string;
  error_code: string;
  info: string | null;
  vendor_id: string | null;
  vendor_error_code: string | null;
  at_ms: number;
  received_ms: number;
};
type JobRow = { charge_point_ref: number; job: string; status: string; request_id: number | null; at_ms: number };
type Rows = { own: ChargePointRow | null; connectors: readonly ConnectorRow[]; jobs: readonly JobRow[] };

/** Charge points as the outside sees them: those of the store, of the configuration, and who is connected right now. */
export function createChargePointViews(database: Database, live: LiveState, policy: ChargePointPolicy) {
  const columns = `
    SELECT c.*, (SELECT max(received_ms) FROM connectors WHERE charge_point_ref = c.ref) AS last_told_ms FROM charge_points c`;
  const all = database.prepare(`${columns} ORDER BY c.id`);
  const one = database.prepare(`${columns} WHERE c.id = ?`);
  const standingOf = database.prepare('SELECT highest, asked FROM security_profiles WHERE charge_point_id = ?');
  const allConnectors = database.prepare('SELECT * FROM connectors ORDER BY charge_point_ref, connector_id');
  const connectorsOf = database.prepare('SELECT * FROM connectors WHERE charge_point_ref = ? ORDER BY connector_id');
  const allJobs = database.prepare('SELECT * FROM jobs ORDER BY charge_point_ref, job');
  const jobsOf = database.prepare('SELECT * FROM jobs WHERE charge_point_ref = ? ORDER BY job');

  return {
    /** Sorted by id. */
    chargePoints(): ChargePointView[] {
      const connectors = groupByRef(allConnectors.all() as ConnectorRow[]);
      const jobs = groupByRef(allJobs.all() as JobRow[]);
      const views = new Map<string, ChargePointView>();
      for (const own of all.all() as ChargePointRow[]) {
        const rows = { own, connectors: connectors.get(own.ref) ?? [], jobs: jobs.get(own.ref) ?? [] };
        views.set(own.id, view(own.id, rows));
      }
      for (const id of unstored()) if (!views.has(id)) views.set(id, view(id, nothingStored));
      return [...views.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
    },

    /** Null for one that neither the store nor the configuration nor memory knows. */
    chargePoint(id: string): ChargePointView | null {
      const own = one.get(id) as ChargePointRow | undefined;
      if (own !== undefined) {
        const connectors = connectorsOf.all(own.ref) as ConnectorRow[];
        return view(id, { own, connectors, jobs: jobsOf.all(own.ref) as JobRow[] });
      }
      const known = policy.configured.has(id) || live.line(id)?.session != null;
      return known ? view(id, nothingStored) : null;
    },
  };

  function* unstored(): Generator<string> {
    yield* policy.configured;
    for (const line of live.lines()) if (line.session !== null) yield line.chargePointId;
  }

  function view(id: string, { own, connectors, jobs }: Rows): ChargePointView {
    const line = live.line(id);
    const session = line?.session ?? null;
    const registration = own?.registration ?? null;
    const whole = connectors.find((row) => row.connector_id === 0);
    const standing = standingOf.get(id) as { highest: number; asked: number | null } | undefined;
    const least = Math.max(policy.securityProfile(id), standing?.highest ?? 0);
    const lastSeen = live.lastSeenAt(id) ?? latest(own?.last_told_ms, own?.last_boot_ms, own?.first_seen_ms);
    return {
      id,
      status: statusOf(id, registration, session !== null),
      connected: session !== null,
      registration,
      vendor: own?.vendor ?? null,
      model: own?.model ?? null,
      serialNumber: own?.serial_number ?? null,
      boxSerialNumber: own?.box_serial_number ?? null,
      firmwareVersion: own?.firmware_version ?? null,
      iccid: own?.iccid ?? null,
      imsi: own?.imsi ?? null,
      meterType: own?.meter_type ?? null,
      meterSerialNumber: own?.meter_serial_number ?? null,
      securityProfile: session?.securityProfile ?? least,
      leastSecurityProfile: least,
      agreedSecurityProfile: standing?.asked ?? null,
      authenticated: (session?.securityProfile ?? 0) > 0,
      remoteAddress: session?.connection.remoteAddress ?? null,
      connectedAt: utc(session?.openedAt ?? null),
      firstSeenAt: utc(own?.first_seen_ms ?? null),
      lastSeenAt: utc(lastSeen),
      lastBootAt: utc(own?.last_boot_ms ?? null),
      boots: own?.boots ?? 0,
      clockOffsetS: inSeconds(line?.clock.offsetMs ?? null),
      reported: whole === undefined ? null : statusView(whole),
      connectors: connectorViews(id, connectors, line),
      jobs: jobs.map((row) => ({ job: row.job, status: row.status, requestId: row.request_id, at: utc(row.at_ms) })),
      callsWaiting: line === null ? 0 : line.calls.waiting() + line.calls.outstanding(),
      counters: countersOf(line),
    };
  }

  function statusOf(id: string, registration: Registration | null, connected: boolean): ChargePointView['status'] {
    if (registration === 'rejected') return 'rejected';
    const waits = registration === 'pending' || (registration === null && !policy.configured.has(id));
    if (waits) return 'pending';
    return connected ? 'online' : 'offline';
  }

  function connectorViews(
    chargePointId: string,
    rows: readonly ConnectorRow[],
    line: LiveChargePointState | null,
  ): ConnectorView[] {
    const byId = new Map(rows.map((row) => [row.connector_id, row]));
    const ids = new Set([
      ...policy.connectorsOf(chargePointId),
      ...byId.keys(),
      ...(line?.live.readings.keys() ?? []),
      ...(line?.live.busyConnectors() ?? []),
    ]);
    ids.delete(0);
    return [...ids]
      .sort((a, b) => a - b)
      .map((id) => connectorView(id, byId.get(id), line, live.balanced?.(chargePointId, id) ?? null));
  }

  function connectorView(
    id: number,
    row: ConnectorRow | undefined,
    line: LiveChargePointState | null,
    balanced: BalancedConnector | null,
  ): ConnectorView {
    const transactionId = line?.live.runningTransaction(id) ?? null;
    const last = line?.live.readings.get(id);
    const reading = last?.reading;
    const chargingSince = transactionId === null ? null : (line?.live.running(transactionId)?.startedAt ?? null);
    const now = last !== undefined && tellsOfNow(last, chargingSince) ? last.reading : undefined;
    return {
      id,
      status: row?.status ?? null,
      errorCode: row?.error_code ?? null,
      info: row?.info ?? null,
      vendorId: row?.vendor_id ?? null,
      vendorErrorCode: row?.vendor_error_code ?? null,
      statusAt: utc(row?.at_ms ?? null),
      transactionId,
      currentA: phases(now?.currentMA),
      voltageV: phases(now?.voltageMV),
      powerW: now?.powerW ?? null,
      energyWh: reading?.energyWh ?? null,
      socPercent: now?.socPercent ?? null,
      readingAt: utc(reading?.at ?? null),
      readingQuality: reading?.quality ?? null,
      limitA: balanced?.limitA ?? null,
      grant: balanced?.grant ?? null,
      because: balanced?.because ?? null,
    };
  }

  /** A reading of a transaction says nothing of the connector once that has ended, or before the next has its own. */
  function tellsOfNow({ reading, receivedAt }: Received, chargingSince: Instant | null): boolean {
    if (live.now() - receivedAt > CURRENT_FOR_MS) return false;
    if (chargingSince !== null && reading.at >= chargingSince) return true;
    return !['Sample.Periodic', 'Transaction.Begin', 'Transaction.End'].includes(reading.context);
  }
}

const nothingStored: Rows = { own: null, connectors: [], jobs: [] };

/** Never -0, which is no integer to everybody. */
const inSeconds = (ms: number | null): number | null => (ms === null ? null : Math.round(ms / 1_000) + 0);

function groupByRef<Row extends { charge_point_ref: number }>(rows: readonly Row[]): Map<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.charge_point_ref);
    if (group === undefined) groups.set(row.charge_point_ref, [row]);
    else group.push(row);
  }
  return groups;
}

function statusView(row: ConnectorRow): StatusView {
  return {
    status: row.status,
    errorCode: row.error_code,
    info: row.info,
    vendorId: row.vendor_id,
    vendorErrorCode: row.vendor_error_code,
    at: utc(row.at_ms),
    receivedAt: utc(row.received_ms),
  };
}

function phases(thousandths: readonly [number | null, number | null, number | null] | undefined): ThreePhases {
  const [l1, l2, l3] = thousandths ?? [null, null, null];
  return [inUnits(l1), inUnits(l2), inUnits(l3)];
}

function latest(...times: (number | null | undefined)[]): number | null {
  const known = times.filter((time) => time != null);
  return known.length === 0 ? null : Math.max(...known);
}

function countersOf(line: LiveChargePointState | null): ChargePointView['counters'] {
  if (line === null) return { ...noCounters, tolerated: {} };
  const { connections, framesIn, framesOut, ignored, refused, replayed, lateAnswers, unknownAnswers } = line.counters;
  const { droppedSamples, tolerated } = line.counters;
  return {
    connections,
    framesIn,
    framesOut,
    ignored,
    refused,
    replayed,
    lateAnswers,
    unknownAnswers,
    droppedSamples,
    tolerated: Object.fromEntries(tolerated),
  };
}

const noCounters = {
  connections: 0,
  framesIn: 0,
  framesOut: 0,
  ignored: 0,
  refused: 0,
  replayed: 0,
  lateAnswers: 0,
  unknownAnswers: 0,
  droppedSamples: 0,
};
