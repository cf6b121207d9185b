import { chores } from '../central-system/chores.ts';
import type { Credentials } from '../central-system/credentials.ts';
import type { Policy } from '../central-system/handler.ts';
import { operationLost } from '../central-system/operations/tracking.ts';
import type { Command, CommandResult } from '../domain/commands.ts';
import type { Alert, Event } from '../domain/events.ts';
import type { SecurityProfile } from '../domain/security-profile.ts';
import { asRunning } from '../domain/transaction.ts';
import type { Instant } from '../domain/units.ts';
import { stopwatchBy } from '../runtime/clock.ts';
import type { Clock, Connection, Ids, Log, Stopwatch, UpgradeRequest } from '../runtime/ports.ts';
import { createBalanceHistory } from '../store/balance-history.ts';
import type { Database } from '../store/database.ts';
import type { Outbox } from '../store/outbox.ts';
import { createReader } from '../store/reader.ts';
import { createRecorder } from '../store/record.ts';
import { createTelemetry } from '../store/telemetry.ts';
import { createAdmission } from './admission.ts';
import { balancingFor, type Sharing } from './balancing/for-site.ts';
import { createCampaigns } from './campaigns.ts';
import { createCare } from './care.ts';
import { decideCommand } from './command.ts';
import { everySoOften } from './every-so-often.ts';
import { createExchange } from './exchange.ts';
import { createFeed } from './feed.ts';
import { createFiles, type FilePlaces } from './file-door.ts';
import { type Housework, housekeeping } from './housekeeping.ts';
import { createLines, type Line } from './lines.ts';
import { createMessageRing } from './message-ring.ts';
import { createSession, MAX_UNREAD, type Session, spendFrame } from './session.ts';
import { createTurn, type Decision } from './turn.ts';

/** Telemetry rows in memory at which it departs before its time: about 20 s of 200 charge points. */
const FULL_TELEMETRY = 5_000;

export type Controller = ReturnType<typeof createController>;

/**
 * The controller of one site: everything that happens comes in here, goes through the turn, and its effects leave from
 * here. It knows the world only by its ports, so that a simulation can be its world.
 */
export function createController(site: {
  database: Database;
  policy: Policy;
  credentials: Credentials;
  clock: Clock;
  /** By the clock where it is left out. */
  stopwatch?: Stopwatch;
  ids: Ids;
  log: Log;
  /** How long an answer to a call of ours may take, ms. */
  callTimeoutMs: number;
  /** How long telemetry may wait for a commit to ride along with, ms. */
  telemetryFlushMs: number;
  /** Where files lie; without it there are none. */
  files?: FilePlaces;
  /** Of the site, IANA; UTC where it is left out. */
  timeZone?: string;
  /** Takes what the backend is told; without it there is none. */
  outbox?: Outbox;
  /** How current is shared; it is balanced where `policy.siteModel` says what there is to share. */
  balancing?: Sharing;
}) {
  const { database, policy, credentials, clock, ids, log, callTimeoutMs, telemetryFlushMs } = site;
  const stopwatch = site.stopwatch ?? stopwatchBy(clock);
  const reader = createReader(database);
  const telemetry = createTelemetry(database);
  const history = createBalanceHistory(database);
  const lines = createLines();
  const ring = createMessageRing();
  const feed = createFeed();
  const turn = createTurn({
    database,
    record: createRecorder(database, site.outbox),
    passenger: {
      waiting: () => telemetry.state().waiting + history.state().waiting > 0,
      board: () => {
        telemetry.flush();
        history.flush();
      },
      arrived: () => {
        telemetry.flushed();
        history.flushed();
      },
    },
    clock,
    stopwatch,
    log,
  });
  const later = (chargePointId: string, decide: () => Decision): void => turn.enqueue({ key: chargePointId, decide });
  const exchange = createExchange({ records: reader, policy, clock, ids, log, ring, follow, later });
  const admission = createAdmission({ lines, records: reader, policy, credentials, clock, log, follow, admit, later });
  const care = createCare({
    chores,
    lines,
    records: reader,
    policy,
    clock,
    ids,
    log,
    follow,
    later,
    call: exchange.call,
  });
  const enqueue = turn.enqueue;
  const files = createFiles({ places: site.files ?? null, reader, policy, clock, log, enqueue, follow });
  /** Of registered charge points that have gone; strangers leave nothing behind. */
  const lastSeen = new Map<string, Instant>();
  const flushing = everySoOften(clock, telemetryFlushMs, () => turn.depart());

  for (const id of reader.passwordHolders()) credentials.adopt(id, reader.givenPasswords(id));
  for (const { id, registration } of reader.chargePoints()) {
    const line = lines.of(id);
    line.registration = registration;
    for (const transaction of reader.runningOn(id)) {
      const running = asRunning(transaction);
      if (running !== null) line.live.adopt(running, transaction.start?.receivedAt ?? running.startedAt);
    }
    for (const operation of reader.openOperations(id)) line.openOperations.set(operation.id, operation);
    later(id, () => interrupted(line));
  }
  const timeZone = site.timeZone ?? 'UTC';
  const balancing = balancingFor(site.balancing ?? null, {
    reader,
    policy,
    timeZone,
    callTimeoutMs,
    history,
    lines,
    clock,
    stopwatch,
    ids,
    log,
    enqueue,
    follow,
    call: exchange.call,
  });
  const campaigns = createCampaigns({ reader, lines, policy, timeZone, clock, ids, log, enqueue, follow });

  return {
    /** A charge point at the door; its request is answered sooner or later, once. */
    upgradeRequested(request: UpgradeRequest): void {
      turn.enqueue({
        key: request.chargePointId,
        decide: () => admission.decide(request),
        undecided: () => request.refuse(503, 'the central system can not decide now; try again'),
      });
    },

    /** Carries out a command. Never rejects: what went wrong is the result. */
    execute(command: Command): Promise<CommandResult> {
      return new Promise((resolve) => {
        const key = 'chargePointId' in command ? command.chargePointId : null;
        turn.enqueue({
          key,
          decide: () =>
            decideCommand(
              command,
              {
                lines,
                records: reader,
                policy,
                credentials,
                exchange,
                clock,
                ids,
                follow,
                callTimeoutMs,
                balancing: () => balancing,
              },
              resolve,
            ),
          undecided: () => resolve({ kind: 'store-failed' }),
        });
      });
    },

    /** Raises an alert that did not come from a charge point. Resolves after its commit. */
    raise(alert: Alert): Promise<void> {
      return new Promise((resolve) => {
        const events: Event[] = [{ type: 'alert-raised', alert, at: clock.now() }];
        turn.enqueue({
          key: null,
          decide: () => ({ events, effect: () => resolve(follow(events)), failed: () => resolve() }),
        });
      });
    },

    /** Firmware for charge points, and what they bring. */
    files,
    /** Null where no circuits are configured: nothing is limited then. */
    balancing,
    configuredSharing: site.balancing?.rules.policy ?? null,
    /** Of plan, grant and current; written along with telemetry. */
    history,
    reader,
    lines: { get: lines.get, all: lines.all },
    feed,
    messages: () => ring.newest(),
    /** What no row can tell, for the views. */
    live: {
      line: lines.get,
      lines: lines.all,
      /** When the last frame came, by our clock, from a charge point that has been connected in this process's life. */
      lastSeenAt: (chargePointId: string): Instant | null =>
        lines.get(chargePointId)?.session?.lastFrameAt ?? lastSeen.get(chargePointId) ?? null,
      now: () => clock.now(),
      balanced: (chargePointId: string, connectorId: number) =>
        balancing?.shown.connector(chargePointId, connectorId) ?? null,
      limitState: () => balancing?.shown.limitState() ?? ('off' as const),
    },
    figures: () => ({ ...turn.figures(), waitingInputs: turn.waiting(), telemetry: telemetry.state() }),

    /**
     * Runs `write` in a turn of its own: housekeeping shares the commits of everything else. Returns after the commit.
     * `_work` says what it does, for a recorder around this.
     */
    housekeep(write: () => number, _work?: Housework): Promise<number> {
      return new Promise((resolve, reject) => {
        turn.enqueue({ key: 'housekeeping', decide: () => housekeeping(write, resolve, reject) });
      });
    },

    /** For the end, once no connection is left: takes in what has arrived, and writes what is still in memory. */
    stop(): void {
      flushing.cancel();
      care.stop();
      balancing?.stop();
      campaigns.stop();
      for (const line of lines.all()) {
        line.contest?.timer.cancel();
        line.contest?.request.refuse(503, 'the central system is shutting down');
        line.contest = null;
      }
      for (const line of lines.all()) line.calls.abandon();
      turn.drain();
      // Last: what was told that its call is over may have put another one into the queue.
      for (const line of lines.all()) line.wake?.cancel();
    },
  };

  /** Memory and live displays follow what has been committed. */
  function follow(events: readonly Event[]): void {
    for (const event of events) {
      lines.follow(event);
      if (event.type === 'readings-taken') {
        const { chargePointId, connectorId, transactionId, readings, receivedAt, dropped } = event;
        telemetry.add(chargePointId, connectorId, transactionId, readings, receivedAt);
        const line = lines.get(chargePointId);
        if (line !== null) line.counters.droppedSamples += dropped;
      }
      if (event.type.startsWith('credential-') && 'chargePointId' in event && event.chargePointId !== null) {
        credentials.adopt(event.chargePointId, reader.givenPasswords(event.chargePointId));
      }
      feed.publish(event);
      files.followed(event);
      care.noticed(event);
      campaigns.noticed(event);
      balancing?.noticed(event);
    }
    if (telemetry.state().waiting >= FULL_TELEMETRY) turn.depart();
  }

  /** What waited for an answer when the process ended will never get one. */
  function interrupted(line: Line): Decision {
    const { chargePointId, openOperations } = line;
    const at = clock.now();
    const events = [...openOperations.values()]
      .filter(({ answer }) => answer === 'awaited')
      .map(({ id }) => operationLost(chargePointId, id, at));
    const taken = (): void => {
      follow(events);
      care.attend(line);
    };
    return { events, effect: taken, failed: taken };
  }

  function admit(line: Line, request: UpgradeRequest, profile: SecurityProfile, leave?: 'leave open'): void {
    if (request.gone()) {
      request.refuse(503, 'gone');
      lines.forgetStranger(line);
      return;
    }
    const old = line.session;
    let session: Session | null = null;
    request.accept({
      opened: (connection) => {
        if (old !== null) {
          close(line, old);
          if (leave === undefined) old.connection.terminate();
          else abandon(line, old.connection);
        }
        session = open(line, connection, profile);
      },
      frame: (text) => {
        if (session !== null) frame(line, session, text);
      },
      binary: () => session?.connection.close(1003, 'OCPP-J has no binary frames'),
      pong: () => {
        if (session !== null) ponged(line, session);
      },
      closed: () => {
        const ended = session;
        if (ended !== null) later(line.chargePointId, () => gone(line, ended));
      },
    });
    // An upgrade that breaks off never opens, and nothing else would ever forget it.
    lines.forgetStranger(line);
  }

  /** Leaves a connection alone that nobody uses: one for each charge point at most, and until it closes by itself. */
  function abandon(line: Line, connection: Connection): void {
    line.abandoned?.terminate();
    line.abandoned = connection;
  }

  function open(line: Line, connection: Connection, profile: SecurityProfile): Session {
    const at = clock.now();
    const session = createSession(connection, profile, at, clock.monotonic());
    line.session = session;
    line.counters.connections += 1;
    const { chargePointId } = line;
    log.info(
      { chargePointId, remoteAddress: connection.remoteAddress, securityProfile: profile },
      'charge point connected',
    );
    follow([{ type: 'connection-opened', chargePointId, remoteAddress: connection.remoteAddress, at }]);
    // What waited for this connection goes out now, unless the charge point has yet to introduce itself.
    if (line.registration !== null) exchange.pump(line);
    care.attend(line);
    return session;
  }

  function frame(line: Line, session: Session, text: string): void {
    if (session.closed) return;
    session.unread += 1;
    if (session.unread >= MAX_UNREAD) session.connection.pause();
    const waitMs = spendFrame(session, clock.monotonic());
    if (waitMs > 0) {
      session.rests += 1;
      session.connection.pause();
      clock.after(waitMs, () => {
        session.rests -= 1;
        readOn(session);
      });
    }
    turn.enqueue({
      key: line.chargePointId,
      decide: () => {
        session.unread -= 1;
        readOn(session);
        return exchange.receive(line, session, text);
      },
      undecided: () => exchange.fault(line, session, text),
    });
  }

  /** Reads on once the backlog is worked off and no rest is left: whichever of the two ends last. */
  function readOn(session: Session): void {
    if (!session.closed && session.unread === 0 && session.rests === 0) session.connection.resume();
  }

  function ponged(line: Line, session: Session): void {
    session.lastPongAt = clock.monotonic();
    if (line.contest === null) return;
    later(line.chargePointId, () => (line.session === session ? admission.oldAnswered(line) : nothing));
  }

  function gone(line: Line, session: Session): Decision {
    return {
      events: [],
      failed: () => undefined,
      effect: () => {
        if (line.abandoned === session.connection) line.abandoned = null;
        if (session.closed) return;
        close(line, session);
        admission.oldClosed(line);
        lines.forgetStranger(line);
      },
    };
  }

  /** Ends a session in memory. Only ever the one that it is given: a newer one of the same id is not touched. */
  function close(line: Line, session: Session): void {
    session.closed = true;
    if (line.session !== session) return;
    line.session = null;
    if (line.registration !== null) lastSeen.set(line.chargePointId, session.lastFrameAt);
    line.calls.disconnected();
    const { chargePointId } = line;
    log.info({ chargePointId }, 'charge point disconnected');
    follow([{ type: 'connection-closed', chargePointId, at: clock.now() as Instant }]);
  }
}

const nothing: Decision = { events: [], effect: () => undefined, failed: () => undefined };
