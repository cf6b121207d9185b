import type { Credentials } from '../central-system/credentials.ts';
import type { Controller } from '../controller/controller.ts';
import type { Transport } from '../domain/security-profile.ts';
import type {
  Clock,
  Connection,
  ConnectionListener,
  FileDoor,
  Ids,
  Stopwatch,
  UpgradeRequest,
} from '../runtime/ports.ts';
import { createSeededIds } from './ids.ts';
import type { Decided, Entry, Inner, Transfer } from './items.ts';
import { actionIn, entryLine, innerLine } from './lines.ts';
import { frameSum, maskCommand, maskFrame } from './masks.ts';
import { clockBeside, createNotedStopwatch, createStandingClock } from './standing-clock.ts';

/** Where lines go. */
export type Sink = {
  line(text: string): void;
  /** An entry is over: nothing of it is still to come. */
  settled(): void;
};

/** A connection that is open, for a box that begins in the middle of a life. */
export type OpenConnection = {
  readonly conn: number;
  readonly chargePointId: string;
  readonly remoteAddress: string;
  readonly reachedAt: string;
  readonly authenticates: boolean;
  /** Left out of boxes of before there was any. */
  readonly transport?: Transport;
};

/** What the controller gets in place of the world's own ports. */
export type RecordedPorts = {
  readonly clock: Clock;
  readonly stopwatch: Stopwatch;
  readonly ids: Ids;
  readonly credentials: Credentials;
};

/**
 * Stands between the world and a controller and writes down whatever passes: what comes in with its time, what the
 * controller asks, and of what goes out a check sum. A controller that gets the same again does the same again.
 */
export function createRecorder(world: { clock: Clock; credentials: Credentials; seed: string; sink: Sink }) {
  const { sink } = world;
  const standing = createStandingClock(world.clock);
  const ids = createSeededIds(world.seed);
  const open = new Map<number, OpenConnection>();
  /** Numbers of the tokens of files that were given out in this life, by their hash. */
  const tokens = new Map<string, number>();
  /** What each connector was last given. */
  const decided = new Map<string, Decided>();
  let feedSeq = (): number => 0;
  let busy = false;
  let timers = 0;
  let conns = 0;
  let saidAheadMs = Number.NaN;

  const note = (item: Exclude<Inner, { kind: 'nested' }>): void => sink.line(innerLine(item));
  const stopwatch = createNotedStopwatch(world.clock, {
    past: (question) => note({ kind: 'past', question }),
    took: (ms) => note({ kind: 'took', ms }),
    catchUp(): void {
      const ms = standing.catchUp();
      if (ms > 0) note({ kind: 'caught-up', ms });
    },
  });

  function enter<T>(entry: Entry, run: () => T): T {
    if (busy) {
      const stand = { monotonicMs: standing.monotonic(), atMs: standing.now() };
      sink.line(`+${feedSeq()} ${entryLine(entry, 0, stand)}`);
      return run();
    }
    const passedMs = standing.begin();
    const { aheadMs } = standing.stood();
    if (aheadMs !== saidAheadMs) {
      saidAheadMs = aheadMs;
      sink.line(`w${saidAheadMs}\n`);
    }
    busy = true;
    sink.line(entryLine(entry, passedMs, { monotonicMs: standing.monotonic(), atMs: standing.now() }));
    try {
      return run();
    } finally {
      busy = false;
      standing.end();
      sink.settled();
    }
  }

  const clock: Clock = {
    now: standing.now,
    monotonic: standing.monotonic,
    after(ms, run) {
      timers += 1;
      const mine = timers;
      return world.clock.after(ms, () => enter({ kind: 'timer', back: timers - mine }, run));
    },
    soon: (run) => world.clock.soon(() => enter({ kind: 'turn' }, run)),
  };

  const told = (is: boolean): boolean => {
    note({ kind: 'credential', is });
    return is;
  };
  const { credentials: own } = world;
  const credentials: Credentials = {
    ...own,
    required: (id) => told(own.required(id)),
    possible: (id) => told(own.possible(id)),
    match: (id, sent) => told(own.match(id, sent)),
    exhausted: (source, nowMs) => told(own.exhausted(source, nowMs)),
    used(id, password, at) {
      const events = own.used(id, password, at);
      note({ kind: 'credential-used', events });
      return events;
    },
  };

  function upgradeRequested(controller: Controller, request: UpgradeRequest): void {
    conns += 1;
    const conn = conns;
    const { chargePointId, remoteAddress, transport } = request;
    const authenticates = request.credentials !== null;
    const recorded: UpgradeRequest = {
      chargePointId,
      remoteAddress,
      credentials: request.credentials,
      transport,
      gone(): boolean {
        const is = request.gone();
        note({ kind: 'gone', is });
        return is;
      },
      accept(listener): void {
        let opened = false;
        request.accept({
          ...listenerOf(conn, listener),
          opened(connection): void {
            opened = true;
            const { reachedAt } = connection;
            open.set(conn, {
              conn,
              chargePointId,
              remoteAddress: connection.remoteAddress,
              reachedAt,
              authenticates,
              transport,
            });
            note({ kind: 'opened', conn, remoteAddress: connection.remoteAddress, reachedAt });
            listener.opened(connectionOf(conn, connection));
          },
        });
        if (!opened) note({ kind: 'not-opened', conn });
      },
      refuse(status, reason): void {
        note({ kind: 'refused', conn, status });
        request.refuse(status, reason);
      },
    };
    enter({ kind: 'upgrade', conn, chargePointId, remoteAddress, authenticates, transport }, () =>
      controller.upgradeRequested(recorded),
    );
  }

  function listenerOf(conn: number, listener: ConnectionListener): Omit<ConnectionListener, 'opened'> {
    return {
      frame: (text) => enter({ kind: 'frame', conn, text: maskFrame(text) }, () => listener.frame(text)),
      binary: () => enter({ kind: 'binary', conn }, () => listener.binary()),
      pong: () => enter({ kind: 'pong', conn }, () => listener.pong()),
      closed(code, reason): void {
        open.delete(conn);
        enter({ kind: 'closed', conn }, () => listener.closed(code, reason));
      },
    };
  }

  function connectionOf(conn: number, connection: Connection): Connection {
    const { remoteAddress, reachedAt } = connection;
    const ended = (end: () => void): void => {
      note({ kind: 'ended', conn });
      end();
    };
    return {
      remoteAddress,
      reachedAt,
      send(text): void {
        note({ kind: 'sent', conn, sum: frameSum(text), action: actionIn(text) });
        connection.send(text);
      },
      ping: () => connection.ping(),
      close: (code, reason) => ended(() => connection.close(code, reason)),
      terminate: () => ended(() => connection.terminate()),
      pause: () => connection.pause(),
      resume: () => connection.resume(),
    };
  }

  function doorOf({ files: { door } }: Controller): FileDoor {
    const transferred = <T>(transfer: Transfer, run: () => T): T => enter({ kind: 'transfer', transfer }, run);
    const tokenOf = (hash: string): string | number => tokens.get(hash) ?? hash;
    return {
      open: door.open,
      started: (transfer) =>
        transferred({ step: 'started', token: tokenOf(transfer.tokenHash), bytes: 0 }, () => door.started(transfer)),
      progress: door.progress,
      finished: (transfer, result) =>
        transferred({ step: 'finished', token: tokenOf(transfer.tokenHash), result }, () =>
          door.finished(transfer, result),
        ),
      failed: (transfer, why, bytes) =>
        transferred({ step: 'failed', token: tokenOf(transfer.tokenHash), why }, () =>
          door.failed(transfer, why, bytes),
        ),
    };
  }

  return {
    /** For whatever stands beside the controller: meters, limits, the API. */
    clock: clockBeside(standing, world.clock),
    /** Connections that are open now. */
    open: (): OpenConnection[] => [...open.values()],
    /** What each connector has been given. */
    decided: (): Decided[] => [...decided.values()],
    /** Where the clocks stood in the last entry: the next one is told from there. */
    stood: standing.stood,
    /** Makes a controller with the ports that it is to use, and returns the one that the world is to use. */
    record(build: (ports: RecordedPorts) => Controller): Controller {
      const controller = enter({ kind: 'begin' }, () => build({ clock, stopwatch, ids, credentials }));
      feedSeq = controller.feed.last;
      controller.feed.listen(({ event }) => {
        if (event.type === 'file-token-issued') tokens.set(event.tokenHash, tokens.size + 1);
        if (event.type !== 'grant-changed') return;
        const { chargePointId, connectorId, grantMA, because } = event;
        const decision = { chargePointId, connectorId, grantMA, because };
        decided.set(`${chargePointId}/${connectorId}`, decision);
        note({ kind: 'decided', ...decision });
      });
      const { balancing } = controller;
      return {
        ...controller,
        upgradeRequested: (request) => upgradeRequested(controller, request),
        execute: (command) =>
          enter({ kind: 'command', command: maskCommand(command) }, () => controller.execute(command)),
        raise: (alert) => enter({ kind: 'alert', alert }, () => controller.raise(alert)),
        housekeep: (write, work) =>
          enter({ kind: 'housework', work: work ?? null }, () => controller.housekeep(write, work)),
        files: {
          ...controller.files,
          door: doorOf(controller),
          dropOlderThan: (before) =>
            enter({ kind: 'transfer', transfer: { step: 'drop-older', beforeMs: before } }, () =>
              controller.files.dropOlderThan(before),
            ),
        },
        balancing:
          balancing === null
            ? null
            : {
                ...balancing,
                meterSampled: (sample) => enter({ kind: 'sample', sample }, () => balancing.meterSampled(sample)),
              },
        stop: () => enter({ kind: 'stop' }, () => controller.stop()),
      };
    },
  };
}
