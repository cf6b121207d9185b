import type { Credentials } from '../central-system/credentials.ts';
import { hashOf } from '../central-system/password-hash.ts';
import { type Controller, createController } from '../controller/controller.ts';
import type { Housework } from '../controller/housekeeping.ts';
import type { CredentialEvent } from '../domain/credential.ts';
import type { Event } from '../domain/events.ts';
import { plainText } from '../domain/security-profile.ts';
import type { Instant, Monotonic } from '../domain/units.ts';
import type { Clock, Connection, ConnectionListener, FileTransfer, Log, Stopwatch } from '../runtime/ports.ts';
import type { Database } from '../store/database.ts';
import { openReplayCopy } from '../store/replay-copy.ts';
import { createRetention } from '../store/retention.ts';
import type { Head } from './head.ts';
import { createSeededIds } from './ids.ts';
import type { Decided, Entry, Step, Transfer } from './items.ts';
import { actionIn } from './lines.ts';
import { frameSum } from './masks.ts';
import type { OpenConnection } from './recorder.ts';
import { createScript } from './script.ts';

/** Why something can't be replayed, in words. */
export class NotReplayable extends Error {
  override readonly name = 'NotReplayable';
}

/** What became of a connection at the door, for a controller that asks at another moment than the recorded one did. */
export type DoorRecord = { readonly remoteAddress: string; readonly reachedAt: string };

/** Where uploads would lie: nowhere. A replay touches no file. */
const NOWHERE = '/nonexistent/busbar-replay';
/** Turns without time passing after which something keeps waking itself. */
const MOST_TURNS = 100_000;

/** What a controller that runs freely thinks by itself: nobody did what it says, and it wonders. */
const ownDecisions: ReadonlySet<Event['type']> = new Set(['grant-changed', 'obedience-changed', 'alert-raised']);

export type Player = ReturnType<typeof createPlayer>;

/**
 * The real controller on what is on record. At first it follows the record to the letter: timers fire when they did, and
 * whatever it does must be what it did. From the first difference on, and where the record begins in the middle of a life,
 * it runs freely: what came in comes in, its own timers fire by the time that passes.
 */
export function createPlayer(site: {
  head: Head;
  store: Buffer;
  /** It begins with the process; else in the middle of its life, and it runs freely. */
  fromStart: boolean;
  /** Of connections that were let in, by number; asked for once it runs freely. */
  letIn: () => ReadonlyMap<number, DoorRecord>;
  log: Log;
  /** Of everything that was put on record, after its commit. */
  heard?: (event: Event) => void;
}) {
  const { head } = site;
  const { settings } = head;
  const database: Database = openReplayCopy(site.store);
  const sweep = createRetention(database);
  const script = createScript();
  /** What connectors had been given, by the record, once nothing else tells. */
  const decided = new Map(head.decided.map((one) => [`${one.chargePointId}/${one.connectorId}`, one]));
  const timers = new Map<number, { readonly at: number; readonly run: () => void }>();
  const soon: (() => void)[] = [];
  const listeners = new Map<number, ConnectionListener>();
  /** Hashes of the tokens of files that were given out, in their order. */
  const tokens: string[] = [];
  let timersMade = 0;
  let monotonicMs = head.monotonicMs;
  let { aheadMs } = head;
  let free = !site.fromStart;
  let letIn: ReadonlyMap<number, DoorRecord> | null = null;
  /** The connection that is at the door. */
  let atDoor = 0;
  let questions = 0;
  let controller: Controller | null = null;

  const clock: Clock = {
    now: () => (monotonicMs + aheadMs) as Instant,
    monotonic: () => monotonicMs as Monotonic,
    after(ms, run) {
      timersMade += 1;
      const mine = timersMade;
      timers.set(mine, { at: monotonicMs + Math.max(0, ms), run });
      return { cancel: () => timers.delete(mine) };
    },
    soon: (run) => void soon.push(run),
  };
  const stopwatch: Stopwatch = {
    readMs: () => monotonicMs,
    isPast(): boolean {
      questions += 1;
      return !free && script.takeIf('past', ({ question }) => question === questions) !== undefined;
    },
    tookMs: () => (free ? 0 : (script.answer('took', 'how long a look took')?.ms ?? 0)),
    catchUp(): void {
      if (!free) monotonicMs += script.takeIf('caught-up', () => true)?.ms ?? 0;
    },
  };
  const isLetIn = (conn: number): DoorRecord | undefined => {
    letIn ??= site.letIn();
    return letIn.get(conn);
  };
  const told = (asked: string, freely: boolean): boolean =>
    free ? freely : (script.answer('credential', `about a password: ${asked}`)?.is ?? freely);
  const credentials: Credentials = {
    required: () => told('required', isLetInFreely() === false),
    possible: () => told('possible', true),
    match: () => told('match', isLetInFreely() !== false),
    exhausted: () => told('exhausted', false),
    used: () =>
      free ? [] : ((script.answer('credential-used', 'what a password means')?.events ?? []) as CredentialEvent[]),
    // What is masked has a hash of its own, which fits when the answer comes.
    offered: (chargePointId, password, id, salt, at) => {
      const hash = hashOf(id, Buffer.from(password), salt, null);
      return { type: 'credential-offered', chargePointId, password: hash, at };
    },
    adopt: () => undefined,
    failed: () => undefined,
  };

  function isLetInFreely(): boolean {
    return !free || isLetIn(atDoor) !== undefined;
  }

  function build(): Controller {
    const made = createController({
      database,
      policy: settings.policy,
      credentials,
      clock,
      stopwatch,
      ids: createSeededIds(head.seed),
      log: site.log,
      callTimeoutMs: settings.callTimeoutMs,
      telemetryFlushMs: settings.telemetryFlushMs,
      timeZone: settings.timeZone,
      ...(settings.files === null ? {} : { files: { ...settings.files, uploads: NOWHERE, openFirmware: () => null } }),
      ...(settings.sharing === null ? {} : { balancing: settings.sharing }),
    });
    made.feed.listen(({ seq, event }) => {
      if (event.type === 'file-token-issued') tokens.push(event.tokenHash);
      if (event.type === 'grant-changed') {
        const { chargePointId, connectorId, grantMA, because } = event;
        done({ kind: 'decided', chargePointId, connectorId, grantMA, because });
      }
      if (!free || !ownDecisions.has(event.type)) site.heard?.(event);
      for (const entry of script.nested((item) => item.feedSeq === seq && !('conn' in item.entry))) enter(entry);
    });
    controller = made;
    return made;
  }

  function play(step: Step): void {
    if (free) {
      runUntil(step.monotonicMs);
      aheadMs = step.atMs - step.monotonicMs;
      tell(step);
      enter(step.entry);
      settle();
      for (const item of step.inner) {
        if (item.kind !== 'nested' || item.entry.kind === 'sample') continue;
        enter(item.entry);
        settle();
      }
      return;
    }
    monotonicMs = step.monotonicMs;
    aheadMs = step.atMs - step.monotonicMs;
    keep(step);
    script.begin(step);
    enter(step.entry);
    for (const late of script.end()) enter(late);
    if (script.difference() !== null) {
      free = true;
      settle();
    }
  }

  function keep({ inner }: Step): Decided[] {
    const found = inner.filter((item) => item.kind === 'decided');
    for (const item of found) decided.set(`${item.chargePointId}/${item.connectorId}`, item);
    return found;
  }

  /** What was decided then, where this controller can't be asked. */
  function tell(step: Step): void {
    for (const { chargePointId, connectorId, grantMA, because } of keep(step)) {
      const at = step.atMs as Instant;
      site.heard?.({ type: 'grant-changed', chargePointId, connectorId, transactionId: null, grantMA, because, at });
    }
  }

  /** Own timers fire, in their order, up to this time. */
  function runUntil(untilMs: number): void {
    for (;;) {
      let due: number | null = null;
      for (const [number, { at }] of timers) {
        if (at <= untilMs && (due === null || at < (timers.get(due)?.at ?? 0))) due = number;
      }
      if (due === null) break;
      const timer = timers.get(due);
      timers.delete(due);
      monotonicMs = Math.max(monotonicMs, timer?.at ?? 0);
      timer?.run();
      settle();
    }
    monotonicMs = Math.max(monotonicMs, untilMs);
  }

  function settle(): void {
    for (let turns = 0; soon.length > 0; turns += 1) {
      if (turns > MOST_TURNS) throw new Error('the replayed controller never comes to rest');
      soon.shift()?.();
    }
  }

  function enter(entry: Entry): void {
    if (controller === null && entry.kind !== 'begin')
      throw new NotReplayable('the record does not begin with a controller');
    switch (entry.kind) {
      case 'begin':
        if (controller === null) build();
        break;
      case 'timer':
        if (!free) fire(timersMade - entry.back);
        break;
      case 'turn':
        if (!free) turn();
        break;
      case 'upgrade':
        upgrade(entry);
        break;
      case 'frame':
        listeners.get(entry.conn)?.frame(entry.text);
        break;
      case 'binary':
      case 'pong':
        listeners.get(entry.conn)?.[entry.kind]();
        break;
      case 'closed':
        listeners.get(entry.conn)?.closed(1006, '');
        listeners.delete(entry.conn);
        break;
      case 'command':
        void controller?.execute(entry.command);
        break;
      case 'alert':
        void controller?.raise(entry.alert);
        break;
      case 'sample':
        controller?.balancing?.meterSampled(entry.sample);
        break;
      case 'housework':
        housework(entry.work);
        break;
      case 'transfer':
        transfer(entry.transfer);
        break;
      case 'stop':
        controller?.stop();
    }
  }

  function housework(work: Housework | null): void {
    const write = (): number => (work === null ? 0 : sweep(work.table, work.beforeMs));
    void controller?.housekeep(write).catch(() => undefined);
  }

  function fire(number: number): void {
    const timer = timers.get(number);
    timers.delete(number);
    if (timer === undefined) script.differ('no such timer is set');
    else timer.run();
  }

  function turn(): void {
    const run = soon.shift();
    if (run === undefined) script.differ('nothing waits for a turn');
    else run();
  }

  function upgrade(entry: Omit<Extract<Entry, { kind: 'upgrade' }>, 'kind'>): void {
    const { conn, chargePointId, remoteAddress } = entry;
    atDoor = conn;
    const nobody = Buffer.alloc(0);
    controller?.upgradeRequested({
      chargePointId,
      remoteAddress,
      credentials: entry.authenticates ? { user: nobody, password: nobody } : null,
      transport: entry.transport,
      gone: () => !free && (script.answer('gone', 'whether a newcomer is gone')?.is ?? false),
      accept(listener): void {
        const opened = free
          ? isLetIn(conn)
          : script.takeIf('not-opened', (item) => item.conn === conn) === undefined
            ? script.answer('opened', `connection ${conn} was let in`)
            : undefined;
        if (opened === undefined) return;
        listeners.set(conn, listener);
        listener.opened(connectionOf(conn, opened));
      },
      refuse: (status) => done({ kind: 'refused', conn, status }),
    });
  }

  function done(output: Parameters<typeof script.done>[0]): void {
    if (!free) script.done(output);
  }

  function connectionOf(conn: number, { remoteAddress, reachedAt }: DoorRecord): Connection {
    /** What came in on this connection while something was done to it. */
    const meanwhile = (): void => {
      for (const entry of script.nested((item) => 'conn' in item.entry && item.entry.conn === conn)) enter(entry);
    };
    const ended = (): void => {
      done({ kind: 'ended', conn });
      meanwhile();
    };
    return {
      remoteAddress,
      reachedAt,
      send(text): void {
        done({ kind: 'sent', conn, sum: frameSum(text), action: actionIn(text) });
        meanwhile();
      },
      ping: meanwhile,
      close: ended,
      terminate: ended,
      pause: meanwhile,
      resume: meanwhile,
    };
  }

  function transfer(told: Transfer): void {
    const door = controller?.files.door;
    if (told.step === 'drop-older') {
      void controller?.files.dropOlderThan(told.beforeMs as Instant).catch(() => undefined);
      return;
    }
    const tokenHash = typeof told.token === 'number' ? (tokens[told.token - 1] ?? '') : told.token;
    const what: FileTransfer = { tokenHash, direction: 'download', remoteAddress: '' };
    if (told.step === 'started') door?.started(what);
    else if (told.step === 'finished') void Promise.resolve(door?.finished(what, told.result)).catch(() => undefined);
    else if (told.step === 'failed') door?.failed(what, told.why, 0);
  }

  return {
    play,
    /** Begins in the middle of a life: connections that were open then are opened anew. */
    beginFreely(connections: readonly OpenConnection[]): void {
      build();
      settle();
      letIn ??= new Map([...site.letIn(), ...connections.map((each) => [each.conn, each] as const)]);
      for (const each of connections) {
        upgrade({ ...each, transport: each.transport ?? plainText });
        settle();
      }
    },
    /** Lets the clock go on to this time, ms since 1970; what the controller would do meanwhile is not on record. */
    goOnTo(atMs: number): void {
      const untilMs = atMs - aheadMs;
      if (free) runUntil(untilMs);
      else monotonicMs = Math.max(monotonicMs, untilMs);
    },
    /** Null until the record has said that it begins. */
    controller: () => controller,
    /** ms since 1970, as the controller sees it. */
    nowMs: () => monotonicMs + aheadMs,
    difference: script.difference,
    /** Frames that were the same as on record. */
    sameFrames: script.sent,
    /** It runs freely: what it decides by itself is no longer what was decided, and `decided` is. */
    isFree: () => free,
    /** By the record. */
    decided: (): ReadonlyMap<string, Decided> => decided,
    close: () => database.close(),
  };
}
