import type { SimClock } from './clock.ts';
import { createConfiguration } from './configuration.ts';
import { Connector } from './connector.ts';
import { Refusal } from './fields.ts';
import { blankFlash, type Flash, type QueuedMessage } from './flash.ts';
import type { Payload } from './frames.ts';
import { createLine } from './line.ts';
import { operations } from './operations/table.ts';
import type { Random } from './random.ts';
import { createRegistrar } from './registrar.ts';
import { type Answer, createRpc, type Outcome } from './rpc.ts';
import { offersAt } from './sharing.ts';
import type { Model, Registration, Station } from './station.ts';
import { createStatusReport } from './status-report.ts';
import { createTransactionQueue } from './transaction-queue.ts';
import type { Dial } from './transport.ts';

/** A simulated charge point: puts the parts together and gives them power. */

type ChargePointOptions = {
  readonly id: string;
  readonly model: Model;
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
  powerOn(): void;
  /** The power fails: the line dies, memory goes, flash stays. */
  powerOff(): void;
  /** Power fails and is back after so many seconds. */
  powerCycle(seconds: number): void;
  /** The connection is lost, nothing else. */
  cutLine(): void;
  /** Ends in good order and dials no more; `done` comes when nothing is left open. */
  shutDown(done: () => void): void;
};

/** How long a restart takes, and how long a soft reset waits for queued messages, in seconds. */
const restartSeconds = 8;
const softResetPatienceSeconds = 15;
/** A difference to the Central System's time that is left alone, in milliseconds: the message's own way. */
const toleratedClockErrorMs = 1_000;
const defaultTickSeconds = 1;

export function createChargePoint(options: ChargePointOptions): ChargePoint {
  const { id, model, clock, random } = options;
  const flash = blankFlash(model.firmwareVersion);
  const configuration = createConfiguration(flash.configuration, {
    connectors: model.connectors,
    phases: model.phases,
    sampleSeconds: model.sampleSeconds,
  });
  const connectors: Connector[] = [];
  const jobs = { diagnostics: 'Idle', firmware: 'Idle' };
  const timers = new Set<number>();
  let clockOffsetMs = options.clockErrorMs ?? 0;
  let powered = false;
  let messages = 0;
  let tickedAt = 0;
  let heartbeatAt = 0;
  let restart = 0;

  const after = (seconds: number, run: () => void): void => {
    const timer = clock.setTimeout(() => {
      timers.delete(timer);
      run();
    }, seconds * 1000);
    timers.add(timer);
  };

  const handle = (action: string, payload: Payload): Answer | null => {
    // Nothing may be sent while rejected, so not even an answer (OCPP 1.6 §4.2).
    if (registrar.status() === 'Rejected') return null;
    const operation = operations.get(action);
    if (operation === undefined) throw new Refusal('NotImplemented', `unknown action ${action.slice(0, 50)}`);
    return operation(payload, station);
  };

  const rpc = createRpc({
    clock,
    handle,
    nextId: () => (model.countsMessages ? String(++messages) : random.hex(32)),
    timeoutSeconds: () => configuration.integer('MessageTimeout'),
  });

  const registrar = createRegistrar({
    clock,
    call: rpc.call,
    payload: () => ({
      chargePointVendor: model.vendor,
      chargePointModel: model.model,
      chargePointSerialNumber: id.slice(0, 25),
      firmwareVersion: flash.firmwareVersion,
    }),
    answered: (status, interval, conf) => {
      setClock(conf.currentTime);
      if (status !== 'Accepted') return;
      if (interval > 0) configuration.set('HeartbeatInterval', String(interval));
      forgetStatuses();
      goOn();
      if (!flash.installed) return;
      station.call('FirmwareStatusNotification', { status: 'Installed' }, (outcome) => {
        if (outcome.kind === 'answer') flash.installed = false;
      });
    },
  });

  const online = () => powered && line.isOpen() && registrar.status() === 'Accepted';

  const call = (action: string, payload: Payload, done: (outcome: Outcome) => void = () => {}): void => {
    if (online()) rpc.call(action, payload, done);
    else done({ kind: 'offline' });
  };

  const queue = createTransactionQueue({
    flash,
    clock,
    call,
    ready: online,
    attempts: () => configuration.integer('TransactionMessageAttempts'),
    retrySeconds: () => configuration.integer('TransactionMessageRetryInterval'),
    answered: (message, payload) => {
      if (message.action === 'StartTransaction') startAnswered(message, payload);
    },
  });

  const line = createLine({
    chargePointId: id,
    dial: options.dial,
    clock,
    random,
    password: () => configuration.text('AuthorizationKey') || (options.password ?? null),
    opened: (send) => {
      rpc.opened(send);
      registrar.reconnected();
      if (registrar.status() !== 'Accepted') return;
      if (model.repeatsStatus) forgetStatuses();
      goOn();
    },
    text: rpc.receive,
    closed: rpc.closed,
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

  const heartbeat = (): void => {
    heartbeatAt = clock.now();
    rpc.call('Heartbeat', {}, (outcome) => {
      if (outcome.kind === 'answer') setClock(outcome.payload.currentTime);
    });
  };

  const setClock = (currentTime: unknown): void => {
    const told = typeof currentTime === 'string' ? Date.parse(currentTime) : Number.NaN;
    if (Number.isNaN(told) || options.setsClock === false) return;
    if (Math.abs(told - station.time()) > toleratedClockErrorMs) clockOffsetMs = told - clock.now();
  };

  const goOn = (): void => {
    station.refreshStatus();
    queue.wake();
  };

  const forgetStatuses = (): void => {
    for (const report of reports.values()) report.forget();
  };

  const tick = (): void => {
    const now = clock.now();
    const elapsedSeconds = (now - tickedAt) / 1000;
    tickedAt = now;
    const charging = connectors.filter((one) => one.transaction !== null).map((one) => one.load);
    const offers = offersAt(flash.profiles, charging, station.time());
    for (const connector of connectors) {
      connector.step(offers.get(connector.id) ?? { amps: 0, phases: model.phases }, elapsedSeconds);
    }
    // A reservation ends with its time, or when its connector breaks (OCPP 1.6 §5.13).
    const broken = new Set(connectors.filter((one) => one.fault !== null).map((one) => one.id));
    flash.reservations = flash.reservations.filter(
      (one) => one.expiryDate > station.time() && !broken.has(one.connectorId),
    );
    station.refreshStatus();
    const quietSince = Math.max(heartbeatAt, rpc.lastSentAt());
    if (online() && now - quietSince >= configuration.integer('HeartbeatInterval') * 1000) heartbeat();
    after(options.tickSeconds ?? defaultTickSeconds, tick);
  };

  const powerOn = (): void => {
    clock.clearTimeout(restart);
    if (powered) return;
    powered = true;
    messages = 0;
    jobs.diagnostics = 'Idle';
    jobs.firmware = 'Idle';
    configuration.reload();
    forgetStatuses();
    for (const connector of connectors) connector.powerOn();
    tickedAt = clock.now();
    heartbeatAt = clock.now();
    tick();
    line.connect();
  };

  const powerOff = (how: 'cut' | 'close', done?: () => void): void => {
    clock.clearTimeout(restart);
    powered = false;
    for (const timer of timers) clock.clearTimeout(timer);
    timers.clear();
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
    const patienceSeconds = kind === 'Hard' ? 1 : softResetPatienceSeconds;
    const deadline = clock.now() + patienceSeconds * 1000;
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
    jobs,
    time: () => clock.now() + clockOffsetMs,
    registration: registrar.status,
    online,
    call,
    callTriggered: (action, payload) => {
      if (registrar.status() === 'Accepted' || registrar.status() === 'Pending') rpc.call(action, payload, () => {});
    },
    after,
    reset,
    redial: line.redial,
    boot: registrar.boot,
    heartbeat,
    sendStatus: (connectorId) => reports.get(connectorId)?.send(),
    refreshStatus: () => {
      for (const report of reports.values()) report.refresh();
    },
  };

  const volts = Array.from({ length: model.phases }, () => random.between(227, 234));
  for (let number = 1; number <= model.connectors; number += 1) connectors.push(new Connector(number, station, volts));
  const wholeStatus = () =>
    ({ status: flash.inoperative.has(0) ? 'Unavailable' : 'Available', errorCode: 'NoError' }) as const;
  const reports = new Map([
    [0, createStatusReport(station, 0, wholeStatus)],
    ...connectors.map(
      (one) =>
        [
          one.id,
          createStatusReport(station, one.id, () => ({ status: one.status, errorCode: one.fault ?? 'NoError' })),
        ] as const,
    ),
  ]);

  return {
    id,
    model,
    flash,
    connectors,
    registration: registrar.status,
    connected: line.isOpen,
    time: station.time,
    powerOn,
    powerOff: () => powerOff('cut'),
    powerCycle: (seconds) => powerCycle(seconds),
    cutLine: line.cut,
    shutDown: (done) => powerOff('close', done),
  };
}
