import { isDeepStrictEqual } from 'node:util';
import { type RawData, WebSocket } from 'ws';
import { habitOf } from './habits.ts';
import { errorCodes, violationOf } from './official.ts';

export type Payload = Readonly<Record<string, unknown>>;

/** The tester's charge point, not connected at first. */
export type Tester = ReturnType<typeof createTester>;

/** How long anything may take before the test fails, ms. */
const DEADLINE_MS = 8_000;
/** OCPP-J §4.1.4. */
const LONGEST_MESSAGE_ID = 36;

/** Exactly this, or whatever passes. */
type Expected = Payload | ((payload: Payload) => boolean);

/** How it connects: where to, and what it shows of itself. */
export type Line = {
  readonly endpoint?: string;
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
};

type Script = {
  readonly action: string;
  readonly payload: Expected;
  readonly answer: Payload;
  readonly done: () => void;
};
type Pending = {
  readonly action: string;
  readonly resolve: (payload: Payload) => void;
  readonly reject: (error: Error) => void;
};

/**
 * A charge point over a bare WebSocket that holds every message, both ways, against schemas that are not ours. What it is
 * asked is answered as the script says; what no script expects, out of habit, as a plain charge point would.
 */
export function createTester(endpoint: string, id: string, password: string | null) {
  const violations: string[] = [];
  const heard: string[] = [];
  const scripts: Script[] = [];
  const pending = new Map<string, Pending>();
  const theirIds = new Set<string>();
  let socket: WebSocket | null = null;
  let closed: Promise<void> = Promise.resolve();
  let lastId = 0;

  const tester = {
    id,
    /** Everything that broke OCPP-J or a schema so far. */
    violations: violations as readonly string[],

    /** Connects as a charge point of OCPP 1.6, with `credentials` or those that it was made with. */
    async connect(credentials: string | Buffer | null = password, line: Line = {}): Promise<void> {
      const dialled = dial(credentials, line);
      dialled.on('message', (data) => take(dialled, textOf(data)));
      dialled.on('error', () => undefined);
      closed = new Promise((resolve) => {
        dialled.on('close', (code) => {
          for (const { action, reject } of pending.values()) reject(new Error(`${action}: closed with ${code}`));
          pending.clear();
          resolve();
        });
      });
      await opened(dialled);
      socket = dialled;
    },

    /** Ends the connection as one that is lost does, without a word. */
    async disconnect(): Promise<void> {
      socket?.terminate();
      await closed;
      socket = null;
    },

    /** Sends a call, which must be answered with a result; returns that. */
    tell(action: string, payload: Payload): Promise<Payload> {
      check(violationOf(action, 'req', payload), 'own call');
      const messageId = `t-${++lastId}`;
      return within(`${action} unanswered`, (resolve, reject) => {
        if (socket === null) throw new Error(`${id} is not connected`);
        pending.set(messageId, { action, resolve, reject });
        socket.send(JSON.stringify([2, messageId, action, payload]));
      });
    },

    /** Expects a call with exactly this payload and answers it; resolves once that has happened. */
    expects(action: string, payload: Expected, answer: Payload): Promise<void> {
      check(violationOf(action, 'conf', answer), 'own answer');
      const what = (): string =>
        `no ${action} ${typeof payload === 'function' ? 'as it must be' : JSON.stringify(payload)}; heard ${heard.join(', ') || 'nothing'}`;
      return within(what, (resolve) => {
        scripts.push({ action, payload, answer, done: resolve });
      });
    },
  };
  return tester;

  function check(violation: string | null, what: string): void {
    if (violation !== null) violations.push(`${what}: ${violation}`);
  }

  function dial(credentials: string | Buffer | null, { endpoint: other = endpoint, tls = undefined }: Line): WebSocket {
    const user = Buffer.from(`${id}:`);
    const secret = credentials === null ? null : Buffer.concat([user, Buffer.from(credentials)]).toString('base64');
    return new WebSocket(`${other}/${encodeURIComponent(id)}`, ['ocpp1.6'], {
      ...tls,
      headers: secret === null ? {} : { authorization: `Basic ${secret}` },
      perMessageDeflate: false,
    });
  }

  function take(from: WebSocket, text: string): void {
    const frame = frameOf(text);
    if (frame?.[0] === 2 && frame.length === 4) takeCall(from, frame);
    else if (frame?.[0] === 3 && frame.length === 3) takeResult(frame);
    else if (frame?.[0] === 4 && frame.length === 5) takeError(frame);
    else violations.push(`no frame of OCPP-J: ${text}`);
  }

  function takeCall(from: WebSocket, [, messageId, action, payload]: readonly unknown[]): void {
    if (typeof messageId !== 'string' || messageId.length > LONGEST_MESSAGE_ID || theirIds.has(messageId)) {
      violations.push(`message id ${String(messageId)} is too long, no text, or not new`);
      return;
    }
    theirIds.add(messageId);
    const name = String(action);
    heard.push(`${name} ${JSON.stringify(payload)}`);
    check(violationOf(name, 'req', payload), 'call');
    const index = scripts.findIndex((each) => each.action === name && isExpected(each.payload, payload));
    const [script] = index < 0 ? [] : scripts.splice(index, 1);
    const answer = script === undefined ? habitOf(name, payload) : script.answer;
    if (answer === null) from.send(JSON.stringify([4, messageId, 'NotImplemented', '', {}]));
    else {
      check(violationOf(name, 'conf', answer), 'own answer');
      from.send(JSON.stringify([3, messageId, answer]));
    }
    script?.done();
  }

  function isExpected(expected: Expected, payload: unknown): boolean {
    return typeof expected === 'function' ? expected(payload as Payload) : isDeepStrictEqual(expected, payload);
  }

  function takeResult([, messageId, payload]: readonly unknown[]): void {
    const call = waitingFor(messageId);
    if (call === null) return;
    const violation = violationOf(call.action, 'conf', payload);
    check(violation, 'answer');
    if (violation === null && typeof payload === 'object' && payload !== null) {
      call.resolve(Object.fromEntries(Object.entries(payload)));
    } else call.reject(new Error(`answer: ${violation}`));
  }

  function takeError([, messageId, code, description, details]: readonly unknown[]): void {
    const isSound = errorCodes.has(String(code)) && typeof description === 'string' && typeof details === 'object';
    if (!isSound) violations.push(`no CALLERROR of OCPP-J: ${String(code)}`);
    const call = waitingFor(messageId);
    call?.reject(new Error(`${call.action} was refused: ${String(code)} ${String(description)}`));
  }

  function waitingFor(messageId: unknown): Pending | null {
    const call = pending.get(String(messageId)) ?? null;
    if (call === null) violations.push(`an answer to ${String(messageId)}, which waits for none`);
    pending.delete(String(messageId));
    return call;
  }
}

/** A promise that fails by the deadline. */
function within<T>(
  what: string | (() => string),
  begin: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Error(`${typeof what === 'string' ? what : what()} in ${DEADLINE_MS} ms`));
    const timer = setTimeout(late, DEADLINE_MS);
    const settle = <A>(how: (value: A) => void) => {
      return (value: A): void => {
        clearTimeout(timer);
        how(value);
      };
    };
    begin(settle(resolve), settle(reject));
  });
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => resolve());
  });
}

function frameOf(text: string): readonly unknown[] | null {
  try {
    const frame: unknown = JSON.parse(text);
    return Array.isArray(frame) ? frame : null;
  } catch {
    return null;
  }
}

function textOf(data: RawData): string {
  if (Buffer.isBuffer(data)) return data.toString();
  return Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data).toString();
}
