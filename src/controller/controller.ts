import type { Credentials } from '../central-system/credentials.ts';
import type { Policy } from '../central-system/handler.ts';
import type { Command, CommandResult } from '../domain/commands.ts';
import type { Alert, Event } from '../domain/events.ts';
import { asRunning } from '../domain/transaction.ts';
import type { Instant, Monotonic } from '../domain/units.ts';
import type { Clock, Connection, Ids, Log, UpgradeRequest } from '../runtime/ports.ts';
import type { Database } from '../store/database.ts';
import { createReader } from '../store/reader.ts';
import { createRecorder } from '../store/record.ts';
import { createTelemetry } from '../store/telemetry.ts';
import { createAdmission } from './admission.ts';
import { decideCommand } from './command.ts';
import { createExchange } from './exchange.ts';
import { createFeed } from './feed.ts';
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
  ids: Ids;
  log: Log;
  /** How long an answer to a call of ours may take, ms. */
  callTimeoutMs: number;
  /** How long telemetry may wait for a commit to ride along with, ms. */
  telemetryFlushMs: number;
}) {
  const { database, policy, credentials, clock, ids, log, callTimeoutMs, telemetryFlushMs } = site;
  const reader = createReader(database);
  const telemetry = createTelemetry(database);
  const lines = createLines();
  const ring = createMessageRing();
  const feed = createFeed();
  const turn = createTurn({
    database,
    record: createRecorder(database),
    passenger: {
      waiting: () => telemetry.state().waiting > 0,
      board: () => telemetry.flush(),
      arrived: () => telemetry.flushed(),
    },
    clock,
    log,
  });
  const later = (chargePointId: string, decide: () => Decision): void => turn.enqueue({ key: chargePointId, decide });
  const exchange = createExchange({ records: reader, policy, clock, ids, log, ring, follow, later });
  const admission = createAdmission({ lines, records: reader, policy, credentials, clock, log, admit, later });
  const flushing = everySoOften(clock, telemetryFlushMs, () => turn.depart());

  for (const { id, registration } of reader.chargePoints()) {
    const line = lines.of(id);
    line.registration = registration;
    for (const transaction of reader.runningOn(id)) {
      const running = asRunning(transaction);
      if (running !== null) line.live.adopt(running);
    }
  }

  return {
    /** A charge point at the door; its request is answered sooner or later, once. */
    upgradeRequested(request: UpgradeRequest): void {
      later(request.chargePointId, () => admission.decide(request));
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
              { lines, records: reader, policy, exchange, clock, ids, follow, callTimeoutMs },
              resolve,
            ),
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

    reader,
    lines: { get: lines.get, all: lines.all },
    feed,
    messages: () => ring.newest(),
    figures: () => ({ ...turn.figures(), waitingInputs: turn.waiting(), telemetry: telemetry.state() }),

    /** Runs `write` in a turn of its own: housekeeping shares the commits of everything else. Returns after the commit. */
    housekeep(write: () => number): Promise<number> {
      return new Promise((resolve, reject) => {
        turn.enqueue({ key: 'housekeeping', decide: () => housekeeping(write, resolve, reject) });
      });
    },

    /** For the end, once no connection is left: takes in what has arrived, and writes what is still in memory. */
    stop(): void {
      flushing.cancel();
      for (const line of lines.all()) {
        line.wake?.cancel();
        line.contest?.timer.cancel();
        line.contest?.request.refuse(503, 'the central system is shutting down');
        line.contest = null;
      }
      for (const line of lines.all()) line.calls.abandon();
      turn.drain();
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
      feed.publish(event);
    }
    if (telemetry.state().waiting >= FULL_TELEMETRY) turn.depart();
  }

  function admit(line: Line, request: UpgradeRequest, authenticated: boolean): void {
    if (request.gone()) {
      lines.forgetStranger(line);
      return;
    }
    const old = line.session;
    let session: Session | null = null;
    request.accept({
      opened: (connection) => {
        if (old !== null) {
          close(line, old);
          old.connection.terminate();
        }
        session = open(line, connection, authenticated);
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
    // A handshake that fails at the last moment never opens: it must not count as a stranger for ever.
    lines.forgetStranger(line);
  }

  function open(line: Line, connection: Connection, authenticated: boolean): Session {
    const at = clock.now();
    const session = createSession(connection, authenticated, at, clock.monotonic());
    line.session = session;
    line.counters.connections += 1;
    const { chargePointId } = line;
    log.info({ chargePointId, remoteAddress: connection.remoteAddress, authenticated }, 'charge point connected');
    follow([{ type: 'connection-opened', chargePointId, remoteAddress: connection.remoteAddress, at }]);
    // What waited for this connection goes out now, unless the charge point has yet to introduce itself.
    if (line.registration !== null) exchange.pump(line);
    return session;
  }

  function frame(line: Line, session: Session, text: string): void {
    if (session.closed) return;
    session.unread += 1;
    const now = clock.monotonic();
    const waitMs = spendFrame(session, now);
    if (session.unread >= MAX_UNREAD || waitMs > 0) pause(session);
    if (waitMs > 0) slowDown(session, (now + waitMs) as Monotonic);
    later(line.chargePointId, () => {
      session.unread -= 1;
      readOn(session);
      return exchange.receive(line, session, text);
    });
  }

  /** What a paused socket has already handed over still comes in: each of those frames puts the end off. */
  function slowDown(session: Session, until: Monotonic): void {
    const waits = session.slowedUntil !== null;
    session.slowedUntil = until;
    if (!waits) clock.after(until - clock.monotonic(), () => speedUp(session));
  }

  function speedUp(session: Session): void {
    const leftMs = (session.slowedUntil ?? 0) - clock.monotonic();
    if (leftMs > 0) {
      clock.after(leftMs, () => speedUp(session));
      return;
    }
    session.slowedUntil = null;
    readOn(session);
  }

  function pause(session: Session): void {
    session.paused = true;
    session.connection.pause();
  }

  /** Reads on once all that was read has been dealt with, and its time has come. */
  function readOn(session: Session): void {
    if (!session.paused || session.unread > 0 || session.slowedUntil !== null || session.closed) return;
    session.paused = false;
    session.connection.resume();
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
    line.calls.disconnected();
    const { chargePointId } = line;
    log.info({ chargePointId }, 'charge point disconnected');
    follow([{ type: 'connection-closed', chargePointId, at: clock.now() as Instant }]);
  }

  function housekeeping(
    write: () => number,
    resolve: (changed: number) => void,
    reject: (error: unknown) => void,
  ): Decision {
    try {
      const changed = write();
      return { events: [], effect: () => resolve(changed), failed: (_, error) => reject(error) };
    } catch (error) {
      return { events: [], effect: () => reject(error), failed: () => reject(error) };
    }
  }
}

function everySoOften(clock: Clock, ms: number, run: () => void): { cancel(): void } {
  let timer = clock.after(ms, tick);
  function tick(): void {
    timer = clock.after(ms, tick);
    run();
  }
  return { cancel: () => timer.cancel() };
}

const nothing: Decision = { events: [], effect: () => undefined, failed: () => undefined };
