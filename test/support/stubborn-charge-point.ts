import { WebSocket } from 'ws';

/** What was sent and what came back, for a reckoning with the ledger afterwards. */
export type SessionRecord = {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly idTag: string;
  readonly startedAt: string;
  readonly meterStart: number;
  /** Every transactionId that was ever answered to this start: there must be only one. */
  readonly transactionIds: Set<number>;
  meterStop: number | null;
  stopAnswered: boolean;
  startSends: number;
  stopSends: number;
};

type Message = {
  action: string;
  payload: () => Record<string, unknown>;
  answered: (payload: Record<string, unknown>) => void;
  sent: () => void;
};

export type StubbornChargePoint = {
  readonly sessions: readonly SessionRecord[];
  /** No further session begins; resolves when everything has been answered. */
  finish(): Promise<void>;
  /** Answers received. */
  answers(): number;
};

/** How soon it dials again after losing its connection, ms. */
const REDIAL_MS = 20;

/**
 * A charge point that runs session after session and repeats each start and stop until it is answered, over any number
 * of lost connections: as real ones do (OCPP 1.6 §3.7.1), with a new message id every other time.
 */
export function startStubbornChargePoint(
  url: string,
  chargePointId: string,
  random: () => number,
): StubbornChargePoint {
  const sessions: SessionRecord[] = [];
  const queue: Message[] = [];
  let socket: WebSocket | null = null;
  let pending: { id: string; message: Message } | null = null;
  let lastId = 0;
  let answers = 0;
  let register = 1_000_000;
  let finishing = false;
  let finished: (() => void) | null = null;
  // Ten years of made-up clock, so that every start of every session has a time of its own.
  let clock = Date.UTC(2026, 0, 1) + Math.floor(random() * 1_000) * 1_000;

  const booting: Message = {
    action: 'BootNotification',
    payload: () => ({ chargePointVendor: 'Stubborn', chargePointModel: 'One' }),
    answered: () => undefined,
    sent: () => undefined,
  };

  const tick = (): string => {
    clock += 1_000;
    return new Date(clock).toISOString();
  };

  const nextSession = (): void => {
    const session: SessionRecord = {
      chargePointId,
      connectorId: 1 + Math.floor(random() * 2),
      idTag: 'CARD',
      startedAt: tick(),
      meterStart: register,
      transactionIds: new Set(),
      meterStop: null,
      stopAnswered: false,
      startSends: 0,
      stopSends: 0,
    };
    sessions.push(session);
    const { connectorId, idTag, startedAt, meterStart } = session;
    queue.push({
      action: 'StartTransaction',
      payload: () => ({ connectorId, idTag, timestamp: startedAt, meterStart }),
      sent: () => {
        session.startSends += 1;
      },
      answered: ({ transactionId }) => session.transactionIds.add(Number(transactionId)),
    });
    for (let sample = 0; sample < 2; sample++) {
      const timestamp = tick();
      register += Math.floor(random() * 100);
      const value = String(register);
      queue.push({
        action: 'MeterValues',
        payload: () => ({
          connectorId,
          transactionId: [...session.transactionIds][0],
          meterValue: [{ timestamp, sampledValue: [{ value }] }],
        }),
        sent: () => undefined,
        answered: () => undefined,
      });
    }
    const stoppedAt = tick();
    session.meterStop = register;
    queue.push({
      action: 'StopTransaction',
      payload: () => ({
        transactionId: [...session.transactionIds][0],
        meterStop: session.meterStop,
        timestamp: stoppedAt,
        idTag,
      }),
      sent: () => {
        session.stopSends += 1;
      },
      answered: () => {
        session.stopAnswered = true;
      },
    });
  };

  const sendNext = (): void => {
    if (socket === null || socket.readyState !== WebSocket.OPEN || pending !== null) return;
    if (queue.length === 0) {
      if (finishing) {
        socket.close();
        finished?.();
        return;
      }
      nextSession();
    }
    const message = queue[0];
    if (message !== undefined) send(message);
  };

  const send = (message: Message): void => {
    if (random() < 0.5 || lastId === 0) lastId += 1;
    const id = String(lastId);
    pending = { id, message };
    message.sent();
    socket?.send(JSON.stringify([2, id, message.action, message.payload()]));
    lastId += 1;
  };

  const dial = (): void => {
    const dialled = new WebSocket(`${url}/${chargePointId}`, ['ocpp1.6'], { perMessageDeflate: false });
    socket = dialled;
    dialled.on('open', () => send(booting));
    dialled.on('message', (data) => {
      const frame: unknown = JSON.parse(data.toString());
      if (!Array.isArray(frame) || pending === null || frame[1] !== pending.id) return;
      const { message } = pending;
      pending = null;
      answers += 1;
      if (frame[0] !== 3) throw new Error(`${message.action} was refused: ${data.toString()}`);
      if (message === queue[0]) queue.shift();
      message.answered(frame[2] as Record<string, unknown>);
      sendNext();
    });
    dialled.on('error', () => undefined);
    dialled.on('close', () => {
      pending = null;
      if (finishing && queue.length === 0) return;
      setTimeout(dial, REDIAL_MS);
    });
  };
  dial();

  return {
    sessions,
    answers: () => answers,
    finish: () =>
      new Promise((resolve) => {
        finishing = true;
        finished = resolve;
        sendNext();
      }),
  };
}
