import { readIdTagInfo, remember } from './authorization.ts';
import { createBeat } from './beat.ts';
import type { SimClock } from './clock.ts';
import { firstChange } from './composite-schedule.ts';
import { createConfiguration } from './configuration.ts';
import { Connector } from './connector.ts';
import { Refusal } from './fields.ts';
import { blankFlash, type Flash, type QueuedMessage } from './flash.ts';
import type { Payload } from './frames.ts';
import { httpTransfer } from './http-transfer.ts';
import { createJournal } from './journal.ts';
import { createLine } from './line.ts';
import { blankMemory } from './memory.ts';
import { operationFor } from './operations/table.ts';
import { loseOnReboot, noQuirks, type Quirks } from './quirks.ts';
import type { Random } from './random.ts';
import { createRegistrar } from './registrar.ts';
import { type Answer, createRpc, type Outcome } from './rpc.ts';
import { createSecurityEvents } from './security-events.ts';
import { offersAt } from './sharing.ts';
import type { Model, Registration, Station } from './station.ts';
import { createStatusReports } from './status-report.ts';
import { createTimekeeping } from './timekeeping.ts';
import { createTransactionQueue } from './transaction-queue.ts';
import { abortable, type Transfer } from './transfer.ts';
import type { Dial } from './transport.ts';

/** A simulated charge point: puts the parts together and gives them power. */

type ChargePointOptions = {
  readonly id: string;
  readonly model: Model;
  /** What it says of itself; the id if absent. */
  readonly serialNumber?: string;
  readonly dial: Dial;
  readonly clock: SimClock;
  readonly random: Random;
  /** For Basic authentication, until the configuration key AuthorizationKey is set. */
  readonly password?: string | null;
  /** How wrong its clock is until the Central System tells the time, in milliseconds. */
  readonly clockErrorMs?: number;
  /** Takes the time from BootNotification and Heartbeat; false where the Central System lives in another time. */
  readonly setsClock?: boolean;
  /** How often the electricity and what hangs on it is looked at, in seconds. */
  readonly tickSeconds?: number;
  /** Between phase and neutral; a little different for each phase if absent. */
  readonly volts?: number;
  /** How logs and firmware travel; by HTTP if absent. */
  readonly transfer?: Transfer;
};

export type ChargePoint = {
  readonly id: string;
  readonly model: Model;
  readonly flash: Flash;
  readonly connectors: readonly Connector[];
  registration(): Registration;
  connected(): boolean;
  /** By its own clock, in milliseconds since 1970. */
  time(): number;
  /** By the simulated world's clock. */
  trueTime(): number;
  powerOn(): void;
  /** The power fails: the line dies, memory goes, flash stays. */
  powerOff(): void;
  /** Power fails and is back after so many seconds. */
  powerCycle(seconds: number): void;
  /** The switch in the housing that the quirk `needsLocalSwitch` waits for. */
  setLocalSwitch(on: boolean): void;
  /** The connection is lost, nothing else. */
  cutLine(): void;
  /** Ends in good order and dials no more; `done` comes when nothing is left open. */
  shutDown(done: () => void): void;
};

/** How long a restart takes, and how long a reset of either kind waits for queued messages, in seconds. */
const restartSeconds = 8;
const patience = { Hard: 1, Soft: 15 } as const;
const defaultTickSeconds = 1;

export function createChargePoint(options: ChargePointOptions): ChargePoint {
  const { id, model, clock, random } = options;
  const quirks: Quirks = { ...noQuirks, ...model.quirks };
  const flash = blankFlash(model.firmwareVersion);
  const configuration = createConfiguration(flash.configuration, {
    connectors: model.connectors,
    phases: model.phases,
    sampleSeconds: model.sampleSeconds,
    quirks,
  });
  const connectors: Connector[] = [];
  const timers = new Set<number>();
  const { time, told, lost } = createTimekeeping({
    clock,
    errorMs: options.clockErrorMs ?? 0,
    offsetSeconds: quirks.clockOffsetSeconds,
    learns: options.setsClock !== false,
  });
  const journal = createJournal(time);
  const transfer = abortable(options.transfer ?? httpTransfer);
  let powered = false;
  let messages = 0;
  let heartbeatAt = 0;
  let restart = 0;
  let startupTold = false;

  const after = (seconds: number, run: () => void): void => {
    const timer = clock.setTimeout(() => {
      timers.delete(timer);
      beat.wake();
      run();
    }, seconds * 1000);
    timers.add(timer);
  };

  const handle = (action: string, payload: Payload): Answer | null => {
    // Nothing may be sent while rejected, so not even an answer (OCPP 1.6 §4.2).
    if (registrar.status() === 'Rejected') return null;
    journal.note(`asked ${action}`);
    const operation = operationFor(action, quirks);
    if (operation === null && quirks.silentOnUnknownActions) return null;
    if (operation === null) throw new Refusal('NotImplemented', `unknown action ${action.slice(0, 50)}`);
    return operation(payload, station);
  };

  const rpc = createRpc({
    clock,
    handle,
    nextId: () => (model.countsMessages ? String(++messages) : random.hex(32)),
    timeoutSeconds: () => configuration.integer('MessageTimeout'),
    answerDelaySeconds: quirks.answerDelaySeconds,
  });

  const registrar = createRegistrar({
    clock,
    call: rpc.call,
    payload: () => ({
      chargePointVendor: model.vendor,
      chargePointModel: model.model,
      chargePointSerialNumber: (options.serialNumber ?? id).slice(0, 25),
      firmwareVersion: flash.firmwareVersion,
    }),
    answered: (status, interval, conf) => {
      told(conf.currentTime);
      if (status !== 'Accepted') return;
      if (interval > 0) configuration.set('HeartbeatInterval', String(interval));
      reports.forget();
      goOn();
      if (quirks.reportsStartup && !startupTold) securityEvents.happened('StartupOfTheDevice');
      startupTold = true;
      tellInstalled();
    },
  });

  /** What a new firmware says first (errata 3.47). */
  const tellInstalled = (): void => {
    if (flash.installed === null) return;
    const { requestId } = flash.installed;
    const [action, named] =
      requestId === null ? ['FirmwareStatusNotification', {}] : ['SignedFirmwareStatusNotification', { requestId }];
    call(action, { status: 'Installed', ...named }, (outcome) => {
      if (outcome.kind !== 'answer') return;
      flash.installed = null;
      securityEvents.happened('FirmwareUpdated', flash.firmwareVersion);
    });
  };

  const online = () => powered && line.isOpen() && registrar.status() === 'Accepted';

  const call = (action: string, payload: Payload, done: (outcome: Outcome) => void = () => {}): void => {
    if (!online()) {
      done({ kind: 'offline' });
      return;
    }
    rpc.call(action, payload, (outcome) => {
      // Also where nothing has come: what was not heard is said again with the next step.
      beat.wake();
      done(outcome);
    });
  };

  const securityEvents = createSecurityEvents({ flash, time, call, tells: !quirks.noSecurityExtension });

  const queue = createTransactionQueue({
    flash,
    clock,
    call,
    ready: online,
    attempts: () => configuration.integer('TransactionMessageAttempts'),
    retrySeconds: () => configuration.integer('TransactionMessageRetryInterval'),
    answered: (message, payload) => {
      if (message.action === 'StartTransaction') startAnswered(message, payload);
      if (message.action === 'StopTransaction') stopAnswered(message, payload);
    },
  });

  const line = createLine({
    chargePointId: id,
    dial: options.dial,
    clock,
    random,
    password: () => configuration.text('AuthorizationKey') || (options.password ?? null),
    pingSeconds: () => configuration.integer('WebSocketPingInterval'),
    opened: (send) => {
      beat.wake();
      journal.note('connected');
      rpc.opened(send);
      registrar.reconnected();
      if (registrar.status() !== 'Accepted') return;
      if (quirks.bootsOnReconnect) registrar.boot();
      if (model.repeatsStatus) reports.forget();
      goOn();
    },
    text: (text) => {
      beat.wake();
      rpc.receive(text);
    },
    closed: () => {
      journal.note('connection lost');
      if (quirks.losesProfilesOnDisconnect) flash.profiles = [];
      rpc.closed();
    },
  });

  const startAnswered = (message: QueuedMessage, payload: Payload): void => {
    const { transactionId } = payload;
    if (message.localId === null || typeof transactionId !== 'number') return;
    flash.transactionIds.set(message.localId, transactionId);
    for (const connector of connectors) {
      const { transaction } = connector;
      if (transaction?.localId !== message.localId) continue;
      transaction.transactionId = transactionId;
      connector.started(transaction, payload);
    }
  };

  /** The card's standing after a stop goes into the cache too (OCPP 1.6 §4.10). */
  const stopAnswered = (message: QueuedMessage, payload: Payload): void => {
    const { idTag } = message.payload;
    const info = readIdTagInfo(payload);
    if (typeof idTag === 'string' && info !== null) remember(station, idTag, info);
  };

  const heartbeat = (): void => {
    heartbeatAt = clock.now();
    rpc.call('Heartbeat', {}, (outcome) => {
      if (outcome.kind === 'answer') told(outcome.payload.currentTime);
    });
  };

  const goOn = (): void => {
    station.refreshStatus();
    queue.wake();
    securityEvents.wake();
  };

  const step = (elapsedSeconds: number): void => {
    const charging = connectors.filter((one) => one.transaction !== null).map((one) => one.load);
    const offers = offersAt(flash.profiles, charging, station.time());
    for (const { id, car, transaction, load } of connectors) {
      if (quirks.freeVend && transaction === null && car !== null) offers.set(id, load.hardware);
    }
    for (const connector of connectors) {
      connector.step(offers.get(connector.id) ?? { amps: 0, phases: model.phases }, elapsedSeconds);
    }
    // A reservation ends with its time, or when its connector breaks (OCPP 1.6 §5.13).
    const broken = new Set(connectors.filter((one) => one.fault !== null).map((one) => one.id));
    flash.reservations = flash.reservations.filter((one) => one.expiryDate > time() && !broken.has(one.connectorId));
    station.refreshStatus();
    if (online() && clock.now() >= heartbeatDue()) heartbeat();
  };

  const heartbeatDue = (): number =>
    Math.max(heartbeatAt, rpc.lastSentAt()) + configuration.integer('HeartbeatInterval') * 1000;

  /** For how long steps would find nothing to do, ms: until a sample, a heartbeat or a step of a schedule is due. */
  const restMs = (): number => {
    if (flash.reservations.length > 0 || !reports.areTold()) return 0;
    const now = clock.now();
    let rest = online() ? heartbeatDue() - now : Number.POSITIVE_INFINITY;
    for (const connector of connectors) rest = Math.min(rest, connector.restMs());
    if (rest <= 0) return 0;
    const starts = [...flash.transactions.values()].map(({ startedAt }) => startedAt);
    return firstChange(flash.profiles, starts, time(), rest);
  };

  const beat = createBeat({
    clock,
    seconds: options.tickSeconds ?? defaultTickSeconds,
    step,
    restMs,
    pass: (elapsedSeconds) => {
      for (const connector of connectors) connector.pass(elapsedSeconds);
    },
  });

  const powerOn = (): void => {
    clock.clearTimeout(restart);
    if (powered) return;
    powered = true;
    messages = 0;
    startupTold = false;
    station.memory = blankMemory();
    loseOnReboot(flash, quirks);
    if (quirks.losesClockOnReboot) lost();
    journal.note('power on');
    configuration.reload();
    reports.forget();
    for (const connector of connectors) connector.powerOn();
    heartbeatAt = clock.now();
    beat.start();
    line.connect();
  };

  const powerOff = (how: 'cut' | 'close', done?: () => void): void => {
    clock.clearTimeout(restart);
    powered = false;
    beat.stop();
    for (const timer of timers) clock.clearTimeout(timer);
    timers.clear();
    transfer.abortAll();
    for (const connector of connectors) connector.powerOff();
    line.stop(how, done);
    queue.rest();
    registrar.rest();
  };

  const powerCycle = (seconds: number, how: 'cut' | 'close' = 'cut'): void => {
    powerOff(how);
    restart = clock.setTimeout(powerOn, seconds * 1000);
  };

  const reset = (kind: 'Hard' | 'Soft'): void => {
    for (const connector of connectors) connector.stop(`${kind}Reset`);
    const deadline = clock.now() + patience[kind] * 1000;
    const wait = (): void => {
      if (flash.queue.length > 0 && clock.now() < deadline) after(0.5, wait);
      else powerCycle(restartSeconds, kind === 'Hard' ? 'cut' : 'close');
    };
    after(0.5, wait);
  };

  const station: Station = {
    id,
    model,
    clock,
    flash,
    configuration,
    connectors,
    queue,
    quirks,
    transfer,
    journal,
    securityEvents,
    memory: blankMemory(),
    time,
    registration: registrar.status,
    online,
    call,
    callTriggered: (action, payload, done = () => {}) => {
      if (registrar.status() === 'Accepted' || registrar.status() === 'Pending') rpc.call(action, payload, done);
    },
    after,
    reset,
    redial: line.redial,
    boot: registrar.boot,
    heartbeat,
    sendStatus: (connectorId) => reports.send(connectorId),
    stir: () => beat.wake(),
    refreshStatus: () => {
      beat.wake();
      reports.refresh();
    },
  };

  const volts = Array.from({ length: model.phases }, () => options.volts ?? random.between(227, 234));
  for (let number = 1; number <= model.connectors; number += 1) connectors.push(new Connector(number, station, volts));
  const reports = createStatusReports(station);

  return {
    id,
    model,
    flash,
    connectors,
    registration: registrar.status,
    connected: line.isOpen,
    time,
    trueTime: clock.now,
    powerOn,
    powerOff: () => powerOff('cut'),
    powerCycle: (seconds) => powerCycle(seconds),
    setLocalSwitch: (on) => {
      flash.localSwitch = on;
    },
    cutLine: line.cut,
    shutDown: (done) => powerOff('close', done),
  };
}
