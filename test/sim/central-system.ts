import { EventEmitter, once } from 'node:events';
import { type IHandlersOption, RPCServer } from 'ocpp-rpc';
import type { SimClock } from '../../src/sim/clock.ts';

/**
 * A Central System that is not ours: ocpp-rpc in strict mode, so that each message and each answer of a simulated charge
 * point is held against the official schemas. Messages stay in a list until a test takes them.
 */

export type Message = { readonly id: string; readonly action: string; readonly params: Record<string, unknown> };
type Responder = (params: Record<string, unknown>, id: string) => Record<string, unknown>;

export type CentralSystem = {
  readonly url: string;
  /** What the schemas objected to; has to stay empty. */
  readonly objections: string[];
  /** Replaces the answer to an action. */
  answer(action: string, responder: Responder): void;
  /** Takes the first message of this action (that also fits) out of the list, waiting for it if need be. */
  next(action: string, fits?: (params: Record<string, unknown>) => boolean): Promise<Message['params']>;
  /** Takes all messages received so far. */
  taken(): Message[];
  call(id: string, action: string, params: Record<string, unknown>): Promise<Record<string, unknown>>;
  connected(id: string): Promise<void>;
  /** Resolves when the connection that is open now has ended. */
  disconnected(id: string): Promise<void>;
  /** The password that the latest connection came with. */
  passwordOf(id: string): string | null;
  /** Hangs up on everyone and listens no more; `open` listens again on the same port. */
  shut(): Promise<void>;
  open(): Promise<void>;
};

type Peer = { call(action: string, params: unknown): Promise<unknown>; once(event: 'close', run: () => void): void };

export async function startCentralSystem(clock: SimClock): Promise<CentralSystem> {
  const peers = new Map<string, Peer>();
  const passwords = new Map<string, string | null>();
  const objections: string[] = [];
  const arrivals = new EventEmitter().setMaxListeners(100);
  const responders = new Map<string, Responder>(Object.entries(standardAnswers(clock)));
  let list: Message[] = [];
  let port = 0;
  let server: RPCServer | null = null;

  const open = async (): Promise<void> => {
    server = new RPCServer({ protocols: ['ocpp1.6'], strictMode: true });
    server.auth((accept, _reject, handshake) => {
      passwords.set(handshake.identity, handshake.password?.toString() ?? null);
      accept();
    });
    server.on('client', (client) => {
      peers.set(client.identity, client);
      client.once('close', () => {
        if (peers.get(client.identity) === client) peers.delete(client.identity);
      });
      client.on('strictValidationFailure', (failure: { error: Error }) => objections.push(String(failure.error)));
      client.on('badMessage', (failure: { error: Error }) => objections.push(String(failure.error)));
      client.handle(({ method = '', params = {} }: IHandlersOption) => {
        list.push({ id: client.identity, action: method, params });
        const respond = responders.get(method);
        const response = respond?.(params, client.identity) ?? {};
        setImmediate(() => arrivals.emit('message'));
        return Promise.resolve(response);
      });
      arrivals.emit('peer');
    });
    const http = await server.listen(port, '127.0.0.1');
    const address = http.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    port = address.port;
  };

  await open();
  return {
    url: `ws://127.0.0.1:${port}/ocpp`,
    objections,
    answer: (action, responder) => responders.set(action, responder),
    next: async (action, fits = () => true) => {
      for (;;) {
        const index = list.findIndex((one) => one.action === action && fits(one.params));
        const [found] = index < 0 ? [] : list.splice(index, 1);
        if (found !== undefined) return found.params;
        await once(arrivals, 'message');
      }
    },
    taken: () => {
      const all = list;
      list = [];
      return all;
    },
    call: async (id, action, params) => {
      const peer = peers.get(id);
      if (peer === undefined) throw new Error(`${id} is not connected`);
      return Object.fromEntries(Object.entries((await peer.call(action, params)) ?? {}));
    },
    connected: async (id) => {
      while (!peers.has(id)) await once(arrivals, 'peer');
    },
    disconnected: (id) =>
      new Promise((resolve) => {
        const peer = peers.get(id);
        if (peer === undefined) resolve();
        else peer.once('close', resolve);
      }),
    passwordOf: (id) => passwords.get(id) ?? null,
    shut: async () => {
      await server?.close({ code: 1001, reason: 'gone', awaitPending: false, force: true });
      server = null;
    },
    open,
  };
}

let transactions = 1000;

function standardAnswers(clock: SimClock): Record<string, Responder> {
  const currentTime = () => new Date(clock.now()).toISOString();
  const idTagInfo = { status: 'Accepted' };
  return {
    BootNotification: () => ({ status: 'Accepted', currentTime: currentTime(), interval: 300 }),
    Heartbeat: () => ({ currentTime: currentTime() }),
    Authorize: ({ idTag }) => ({ idTagInfo: { status: idTag === 'STRANGER' ? 'Invalid' : 'Accepted' } }),
    StartTransaction: () => ({ transactionId: ++transactions, idTagInfo }),
    StopTransaction: ({ idTag }) => (idTag === undefined ? {} : { idTagInfo }),
  };
}
