import { createCredentials } from '../../src/central-system/credentials.ts';
import type { Policy } from '../../src/central-system/handler.ts';
import { createController } from '../../src/controller/controller.ts';
import type { FilePlaces } from '../../src/controller/file-door.ts';
import { plainText, type Transport } from '../../src/domain/security-profile.ts';
import type { Connection, ConnectionListener, UpgradeRequest } from '../../src/runtime/ports.ts';
import { type Database, openStore } from '../../src/store/database.ts';
import { openOutbox } from '../../src/store/outbox.ts';
import { createKeptLog } from './kept-log.ts';
import { aroundStore } from './ledger.ts';
import { createManualClock, NOON } from './manual-clock.ts';
import { openPolicy } from './site.ts';

export type ControlRoom = ReturnType<typeof createControlRoom>;

/** The real controller over a store in memory, on a clock of the test and with charge points that the test plays. */
export function createControlRoom(
  options: {
    policy?: Partial<Policy>;
    passwords?: Readonly<Record<string, string>>;
    database?: Database;
    callTimeoutMs?: number;
    files?: FilePlaces;
    timeZone?: string;
    /** Keeps an outbox for a backend. */
    outbox?: { boot: string };
  } = {},
) {
  const clock = createManualClock();
  const log = createKeptLog();
  const database = options.database ?? openStore(':memory:', { now: NOON, newId: () => 'epoch' }).database;
  let ids = 0;
  const passwords = Object.entries(options.passwords ?? {}).map(([id, text]) => [id, Buffer.from(text)] as const);
  const { outbox } = options;
  const controller = createController({
    database,
    ...(outbox === undefined
      ? {}
      : { outbox: openOutbox(database, { ...clock, boot: outbox.boot, epoch: epochOf(database) }) }),
    policy: { ...openPolicy, ...options.policy },
    credentials: createCredentials(new Map(passwords)),
    clock,
    ids: { uuid: () => `our-${++ids}` },
    log,
    callTimeoutMs: options.callTimeoutMs ?? 30_000,
    telemetryFlushMs: 60_000,
    ...(options.files === undefined ? {} : { files: options.files }),
    ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone }),
  });
  const room = {
    ...aroundStore(database),
    controller,
    database,
    clock,
    log,
    /** A charge point at the door; what became of it is known when this returns, unless it is contested. */
    connect(chargePointId: string, with_: Partial<StationOptions> = {}) {
      const station = room.approach(chargePointId, with_);
      clock.settle();
      return station;
    },
    /** The same, without anything happening yet. */
    approach(chargePointId: string, with_: Partial<StationOptions> = {}) {
      const station = createStation(clock, chargePointId, with_);
      controller.upgradeRequested(station.request);
      return station;
    },
    /** One that is accepted and has booted. */
    boot(chargePointId: string, with_: Partial<StationOptions> = {}) {
      const station = room.connect(chargePointId, with_);
      station.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
      return station;
    },
    /** The result of a command, which must come without any time passing; null while it has none. */
    execute(command: Parameters<typeof controller.execute>[0]) {
      const ended: { result: Awaited<ReturnType<typeof controller.execute>> | null } = { result: null };
      const promise = controller.execute(command).then((result) => {
        ended.result = result;
        return result;
      });
      clock.settle();
      return { promise, ended };
    },
  };
  return room;
}

const epochOf = (database: Database): string =>
  database.prepare("SELECT value FROM meta WHERE key = 'epoch'").pluck().get() as string;

type StationOptions = {
  password: string;
  user: string;
  remoteAddress: string;
  transport: Transport;
  /** Whether it answers a ping; one that does not may be dead. */
  answersPings: boolean;
  /** The handshake breaks off: `accept` never opens. */
  breaksOff: boolean;
};

/** A charge point as the transport shows it to the controller. */
function createStation(
  clock: ReturnType<typeof createManualClock>,
  chargePointId: string,
  options: Partial<StationOptions>,
) {
  const {
    password,
    user = chargePointId,
    remoteAddress = '10.0.0.9',
    transport = plainText,
    answersPings = true,
    breaksOff = false,
  } = options;
  const received: string[] = [];
  const unread: string[] = [];
  const state = {
    is: 'asking' as 'asking' | 'open' | 'closed' | 'refused' | 'broken off',
    httpStatus: null as number | null,
    closeCode: null as number | null,
    pings: 0,
    paused: false,
    verdicts: 0,
    gone: false,
  };
  let listener: ConnectionListener | null = null;
  let lastId = 0;

  const end = (code: number, reason: string): void => {
    if (state.is !== 'open') return;
    state.is = 'closed';
    state.closeCode = code;
    clock.soon(() => listener?.closed(code, reason));
  };
  const connection: Connection = {
    remoteAddress,
    reachedAt: 'http://gateway:9000',
    send: (text) => {
      if (state.is !== 'open') throw new Error(`sent over a connection that is ${state.is}`);
      received.push(text);
    },
    ping: () => {
      state.pings += 1;
      if (answersPings) clock.soon(() => listener?.pong());
    },
    close: end,
    terminate: () => end(1006, ''),
    pause: () => {
      state.paused = true;
    },
    resume: () => {
      state.paused = false;
      while (!state.paused && unread.length > 0) listener?.frame(unread.shift() ?? '');
    },
  };
  const request: UpgradeRequest = {
    chargePointId,
    remoteAddress,
    credentials: password === undefined ? null : { user: Buffer.from(user), password: Buffer.from(password) },
    transport,
    gone: () => state.gone,
    accept: (taken) => {
      state.verdicts += 1;
      if (breaksOff || state.gone) {
        state.is = 'broken off';
        return;
      }
      listener = taken;
      state.is = 'open';
      taken.opened(connection);
    },
    refuse: (httpStatus) => {
      state.verdicts += 1;
      state.is = 'refused';
      state.httpStatus = httpStatus;
    },
  };

  return {
    request,
    state,
    received,
    /** Frames of what it received, parsed. */
    frames: () => received.map((text): unknown => JSON.parse(text)),
    /** Without the words and details of an error. */
    lastFrame: (): unknown[] => firstThree(received.at(-1) ?? '[]'),
    /** Says something at once, in one go with whatever else is said before the clock settles. */
    send(text: string): void {
      if (state.paused) unread.push(text);
      else listener?.frame(text);
    },
    say(text: string): void {
      this.send(text);
      clock.settle();
    },
    /** Says a call and returns the answer that came at once, [3, id, payload] or [4, id, code]; null where none came. */
    call(action: string, payload: object, messageId = `${++lastId}`): unknown[] | null {
      const before = received.length;
      this.say(JSON.stringify([2, messageId, action, payload]));
      const answer = received
        .slice(before)
        .map(firstThree)
        .find(([type, id]) => type !== 2 && id === messageId);
      return answer ?? null;
    },
    /** The calls of ours that it has received, as [id, action, payload]. */
    calls: (): unknown[][] =>
      received
        .map((text) => JSON.parse(text) as unknown[])
        .filter(([type]) => type === 2)
        .map((frame) => frame.slice(1)),
    answer(messageId: unknown, payload: object): void {
      this.say(JSON.stringify([3, messageId, payload]));
    },
    binary(): void {
      listener?.binary();
      clock.settle();
    },
    /** Answers a ping, however late; what comes of it waits until the clock settles. */
    pong(): void {
      listener?.pong();
    },
    /** The connection is lost, and the transport has noticed; what comes of it waits until the clock settles. */
    lose(): void {
      if (state.is !== 'open') return;
      state.is = 'closed';
      listener?.closed(1006, '');
    },
    drop(): void {
      this.lose();
      clock.settle();
    },
  };
}

const firstThree = (text: string): unknown[] => (JSON.parse(text) as unknown[]).slice(0, 3);
