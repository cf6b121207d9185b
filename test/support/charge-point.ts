/**
 * A tester's charge point: raw OCPP-J frames over a real WebSocket, with no protocol code of ours. It says what it is
 * told to say, right or wrong, and hands over what it hears. Every wait ends by a frame, a close or a deadline.
 */
import { type RawData, WebSocket } from 'ws';

export type Payload = Readonly<Record<string, unknown>>;

export type Answer =
  | { readonly kind: 'result'; readonly payload: Payload }
  | { readonly kind: 'error'; readonly code: string; readonly description: string };

/** A call of the central system that waits for our answer. */
export type ReceivedCall = {
  readonly messageId: string;
  readonly action: string;
  readonly payload: Payload;
  answer(payload: unknown): void;
  fail(code: string, description?: string, details?: unknown): void;
};

export type Closed = { readonly code: number; readonly reason: string };

export type ConnectOptions = {
  /** Null offers none. */
  readonly protocols?: readonly string[] | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** For Basic authentication; the user is the id unless named. */
  readonly password?: string | Buffer;
  readonly user?: string;
  readonly origin?: string;
  readonly perMessageDeflate?: boolean;
  /** False leaves pings unanswered, as a half-open connection does. */
  readonly autoPong?: boolean;
};

export type ChargePoint = Awaited<ReturnType<typeof connect>>;

/** The upgrade was answered by plain HTTP. */
export class UpgradeRefused extends Error {
  override readonly name = 'UpgradeRefused';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  constructor(status: number, headers: Readonly<Record<string, string | string[] | undefined>>) {
    super(`refused with HTTP ${status}`);
    this.status = status;
    this.headers = headers;
  }
}

/** How long a wait may take before the test fails, ms. */
const DEADLINE_MS = 8_000;

/** Connects as `id` (percent-encoded here) below `base`. Rejects with UpgradeRefused. */
export function connect(base: string, id: string, options: ConnectOptions = {}) {
  return connectTo(`${base}/${encodeURIComponent(id)}`, id, options);
}

/** Connects to an address that is written out. */
export async function connectTo(address: string, id: string, options: ConnectOptions = {}) {
  const socket = dial(address, id, options);
  const inbox: string[] = [];
  const waiters: ((text: string) => boolean)[] = [];
  const pings: Buffer[] = [];
  let counter = 0;

  socket.on('message', (data: RawData) => {
    const text = textOf(data);
    const taken = waiters.findIndex((wants) => wants(text));
    if (taken >= 0) waiters.splice(taken, 1);
    else inbox.push(text);
  });
  socket.on('ping', (payload: Buffer) => pings.push(payload));
  socket.on('error', () => undefined);
  const closed = new Promise<Closed>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  // Listening began before: what the other side says at once comes together with its consent.
  await opened(socket);

  /** The first frame, already here or still to come, that `pick` makes something of. */
  function wait<T>(what: string, pick: (frame: readonly unknown[], text: string) => T | null): Promise<T> {
    for (const [index, text] of inbox.entries()) {
      const found = pick(frameOf(text), text);
      if (found === null) continue;
      inbox.splice(index, 1);
      return Promise.resolve(found);
    }
    return within(`${id}: ${what}`, closed, (resolve) => {
      waiters.push((text) => {
        const found = pick(frameOf(text), text);
        if (found === null) return false;
        resolve(found);
        return true;
      });
    });
  }

  const charger = {
    id,
    socket,
    /** What was heard and not asked for yet. */
    inbox: inbox as readonly string[],
    pings: pings as readonly Buffer[],
    closed,
    send: (text: string | Buffer): void => socket.send(text),
    nextFrame: (): Promise<readonly unknown[]> => wait('any frame', (frame) => frame),
    answerTo: (messageId: string): Promise<Answer> =>
      wait(`answer to ${messageId}`, (frame) => (frame[1] === messageId ? answerOf(frame) : null)),
    /** Sends a CALL and waits for whatever answers it. */
    call(action: string, payload: unknown, messageId = `m-${++counter}`): Promise<Answer> {
      socket.send(JSON.stringify([2, messageId, action, payload]));
      return charger.answerTo(messageId);
    },
    /** Sends a CALL that must be answered with a CALLRESULT; returns its payload. */
    async ask(action: string, payload: unknown, messageId?: string): Promise<Payload> {
      const answer = await charger.call(action, payload, messageId);
      if (answer.kind === 'error') throw new Error(`${action}: ${answer.code} ${answer.description}`);
      return answer.payload;
    },
    /** Sends a CALL that must be answered with a CALLERROR; returns its code. */
    async refusal(action: string, payload: unknown): Promise<string> {
      const answer = await charger.call(action, payload);
      if (answer.kind === 'result') throw new Error(`${action} was answered: ${JSON.stringify(answer.payload)}`);
      return answer.code;
    },
    boot: (payload: Payload = { chargePointVendor: 'Vendor', chargePointModel: 'Model' }): Promise<Payload> =>
      charger.ask('BootNotification', payload),
    heartbeat: (): Promise<Payload> => charger.ask('Heartbeat', {}),
    /** The next CALL of the central system, of this action if one is named. */
    nextCall: (action?: string): Promise<ReceivedCall> =>
      wait(`call ${action ?? ''}`, ([type, messageId, name, payload]) => {
        if (type !== 2 || typeof messageId !== 'string' || typeof name !== 'string') return null;
        if (action !== undefined && name !== action) return null;
        return {
          messageId,
          action: name,
          payload: payloadOf(payload),
          answer: (response) => socket.send(JSON.stringify([3, messageId, response])),
          fail: (code, description = '', details = {}) =>
            socket.send(JSON.stringify([4, messageId, code, description, details])),
        };
      }),
    ping: (payload: string): Promise<string> =>
      within(`${id}: pong`, closed, (resolve) => {
        socket.once('pong', (data: Buffer) => resolve(data.toString()));
        socket.ping(payload);
      }),
    /** The next ping of the central system. */
    pinged: (): Promise<void> => within(`${id}: ping`, closed, (resolve) => void socket.once('ping', () => resolve())),
    /** Closes in good order. */
    close: async (): Promise<Closed> => {
      socket.close(1000);
      return closed;
    },
    /** Vanishes as a crash does: no close frame (the other side sees 1006). */
    crash: (): void => socket.terminate(),
  };
  return charger;
}

/** Tries to connect and returns the HTTP status of the refusal; fails when it is let in. */
export async function refusedStatus(base: string, id: string, options: ConnectOptions = {}): Promise<number> {
  try {
    const charger = await connect(base, id, options);
    charger.crash();
  } catch (error) {
    if (error instanceof UpgradeRefused) return error.status;
    throw error;
  }
  throw new Error(`${id} was let in`);
}

function dial(address: string, id: string, options: ConnectOptions): WebSocket {
  const { protocols, headers, password, user = id, origin, perMessageDeflate = false, autoPong = true } = options;
  const authorization =
    password === undefined
      ? {}
      : {
          authorization: `Basic ${Buffer.concat([Buffer.from(`${user}:`), Buffer.from(password)]).toString('base64')}`,
        };
  return new WebSocket(address, protocols === null ? [] : [...(protocols ?? ['ocpp1.6'])], {
    headers: { ...headers, ...authorization },
    ...(origin === undefined ? {} : { origin }),
    perMessageDeflate,
    autoPong,
  });
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      reject(new UpgradeRefused(response.statusCode ?? 0, response.headers));
    });
    socket.once('error', reject);
    socket.once('open', () => resolve());
  });
}

/** A promise that fails by the deadline, and when the connection closes first. */
function within<T>(what: string, closed: Promise<Closed>, begin: (resolve: (value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what}: none in ${DEADLINE_MS} ms`)), DEADLINE_MS);
    void closed.then(({ code }) => {
      clearTimeout(timer);
      reject(new Error(`${what}: the connection closed with ${code}`));
    });
    begin((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}

function textOf(data: RawData): string {
  if (Buffer.isBuffer(data)) return data.toString();
  return Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data).toString();
}

function frameOf(text: string): readonly unknown[] {
  const frame: unknown = JSON.parse(text);
  if (!Array.isArray(frame)) throw new Error(`not a frame: ${text}`);
  return frame;
}

function answerOf(frame: readonly unknown[]): Answer | null {
  if (frame[0] === 3) return { kind: 'result', payload: payloadOf(frame[2]) };
  if (frame[0] === 4) return { kind: 'error', code: String(frame[2]), description: String(frame[3]) };
  return null;
}

function payloadOf(value: unknown): Payload {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not a payload');
  return Object.fromEntries(Object.entries(value));
}
