import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { chargePointIdFromPath, chooseSubprotocol } from '../ocpp/identity.ts';
import { limitCrowd } from './crowd.ts';
import { isFileAddress } from './file-address.ts';
import type { FileExchange } from './file-exchange.ts';
import { answerPlainly } from './plain-answer.ts';
import type { Clock, Connection, ConnectionListener, Log, Timer, UpgradeRequest } from './ports.ts';
import { reachedAt } from './reached-at.ts';
import { createRefusedUpgrades } from './refused-upgrades.ts';
import { createTlsServer, transportOf } from './tls-door.ts';
import type { WatchedTlsFiles } from './tls-files.ts';

/** Largest frame, bytes: a certificate chain or a long StopTransaction with room to spare. */
const MAX_FRAME_BYTES = 1_048_576;
/** Fragments of one message at most: more are an attack on memory (threats A19). */
const MAX_FRAGMENTS = 1_024;
/** Connections in all; the target is 5,000 charge points. */
const MAX_CONNECTIONS = 8_000;
/** Upgrades that wait for their verdict at most. */
const MAX_UNDECIDED = 2_000;
/** Connections of one address that have yet to be decided on at most: half of all, for many may come from behind one. */
const MAX_WAITING_OF_ONE = 1_000;
/** A charge point that does not read is cut off at this many unsent bytes. */
const MAX_UNSENT_BYTES = 2_097_152;
/** Header bytes, and ms for them: slow writers end here (threats A21). */
const MAX_HEADER_BYTES = 16_384;
const HEADERS_WITHIN_MS = 5_000;

export type OcppServer = {
  readonly port: number;
  connections(): number;
  listening(): boolean;
  /** Stops listening, and closes what is still open. */
  close(): Promise<void>;
};

/**
 * The WebSocket side of OCPP-J: takes upgrades to whoever decides on them, and frames to whoever listens. It knows the
 * wire (subprotocol, path, ping, limits) and nothing of the site.
 */
export async function startOcppServer(options: {
  host: string;
  port: number;
  pingIntervalMs: number;
  /** Charge points that may connect without naming a subprotocol. */
  mayOmitSubprotocol: ReadonlySet<string>;
  clock: Clock;
  log: Log;
  /** Speaks TLS, and nothing else, with these certificates. */
  tls?: WatchedTlsFiles;
  /** A handshake came to nothing. */
  tlsFailed?: (remoteAddress: string, why: string) => void;
  upgradeRequested: (request: UpgradeRequest) => void;
  /** Answers what is under `/files`; without it there is nothing. Closed with the server. */
  files?: FileExchange;
}): Promise<OcppServer> {
  const { clock, log, pingIntervalMs, files } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    clientTracking: false,
    maxFragments: MAX_FRAGMENTS,
    // Text is checked for UTF-8 by ws; OCPP-J §4.1.2 wants nothing else.
    skipUTF8Validation: false,
    handleProtocols: (offered) => (offered.has('ocpp1.6') ? 'ocpp1.6' : false),
  });
  const answerRequest = (request: IncomingMessage, response: ServerResponse): void => {
    if (files !== undefined && isFileAddress(request.url ?? '')) files.serve(request, response);
    else answerPlainly(clock, request, response, notHere);
  };
  const httpOptions = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_WITHIN_MS,
    // It would count the body too: a file may come slowly, and has a pace to keep. No other body is waited for.
    requestTimeout: 0,
    connectionsCheckingInterval: 1_000,
  };
  const http =
    options.tls === undefined
      ? createServer(httpOptions, answerRequest)
      : createTlsServer(httpOptions, options.tls, log, answerRequest, options.tlsFailed);
  // Who asks first whether to send a body is told by the same answer.
  http.on('checkContinue', answerRequest);
  // Every answer closes its connection: nothing is begun for a second request behind it.
  http.maxRequestsPerSocket = 1;
  http.maxConnections = MAX_CONNECTIONS + MAX_UNDECIDED;
  const crowd = limitCrowd(http, MAX_WAITING_OF_ONE, { clock, log });
  const refused = createRefusedUpgrades(clock);
  const live = new Map<WebSocket, { alive: boolean }>();
  let undecided = 0;
  let closing = false;

  http.on('upgrade', (request, socket, head) => {
    // Until it is a WebSocket, nobody else listens to this socket's errors.
    socket.on('error', () => socket.destroy());
    const door = doorOf(request, socket, options.mayOmitSubprotocol);
    if ('status' in door) {
      log.info({ remoteAddress: addressOf(request), httpStatus: door.status }, `connection refused: ${door.reason}`);
      refused.refuse(socket, door.status, door.reason);
      return;
    }
    if (closing || live.size >= MAX_CONNECTIONS || undecided >= MAX_UNDECIDED) {
      refused.refuse(socket, 503, 'too many connections');
      return;
    }
    undecided += 1;
    let answered = false;
    const decided = (): boolean => {
      if (answered) return false;
      answered = true;
      undecided -= 1;
      return true;
    };
    options.upgradeRequested({
      chargePointId: door.chargePointId,
      remoteAddress: addressOf(request),
      credentials: credentialsOf(request),
      transport: transportOf(socket),
      gone: () => socket.destroyed,
      accept: (listener) => {
        if (!decided()) return;
        sockets.handleUpgrade(request, socket, head, (webSocket) => attach(webSocket, request, listener));
      },
      refuse: (status, reason) => {
        if (decided()) refused.refuse(socket, status, reason);
      },
    });
  });

  function attach(webSocket: WebSocket, request: IncomingMessage, listener: ConnectionListener): void {
    const remoteAddress = addressOf(request);
    const state = { alive: true };
    live.set(webSocket, state);
    crowd.settled(remoteAddress);
    const alive = (): void => {
      state.alive = true;
    };
    webSocket.on('message', (data, isBinary) => {
      alive();
      if (isBinary) listener.binary();
      else listener.frame(data.toString());
    });
    webSocket.on('ping', alive);
    webSocket.on('pong', () => {
      alive();
      listener.pong();
    });
    // A broken frame closes the socket by itself, with the right code; the reason is worth a line, not a crash.
    webSocket.on('error', (error) => log.info({ remoteAddress, reason: error.message }, 'connection broken'));
    webSocket.on('close', (code, reason) => {
      live.delete(webSocket);
      crowd.left(remoteAddress);
      listener.closed(code, reason.toString());
    });
    listener.opened(connectionOf(webSocket, remoteAddress, reachedAt(request)));
  }

  function pingAll(): void {
    pinging = clock.after(pingIntervalMs, pingAll);
    for (const [webSocket, state] of live) {
      if (!state.alive || webSocket.bufferedAmount > MAX_UNSENT_BYTES) {
        webSocket.terminate();
        continue;
      }
      state.alive = false;
      webSocket.ping();
    }
  }

  await listen(http, options.port, options.host);
  let pinging: Timer = clock.after(pingIntervalMs, pingAll);
  return {
    port: (http.address() as AddressInfo).port,
    connections: () => live.size,
    listening: () => http.listening,
    close: async () => {
      closing = true;
      pinging.cancel();
      refused.close();
      for (const webSocket of live.keys()) webSocket.close(1001);
      const filesClosed = files?.close();
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      const impatience = clock.after(1_000, () => {
        for (const webSocket of live.keys()) webSocket.terminate();
        http.closeAllConnections();
      });
      await Promise.all([closed, filesClosed]);
      impatience.cancel();
    },
  };
}

const notHere = {
  status: 426,
  text: 'This port speaks OCPP over WebSocket: connect a charge point to ws://.../ocpp/{id}',
};

function connectionOf(webSocket: WebSocket, remoteAddress: string, reachedAt: string): Connection {
  return {
    remoteAddress,
    reachedAt,
    send: (text) => {
      if (webSocket.readyState !== webSocket.OPEN) return;
      if (webSocket.bufferedAmount > MAX_UNSENT_BYTES) webSocket.terminate();
      else webSocket.send(text);
    },
    ping: () => {
      if (webSocket.readyState === webSocket.OPEN) webSocket.ping();
    },
    close: (code, reason) => webSocket.close(code, reason),
    terminate: () => webSocket.terminate(),
    pause: () => webSocket.pause(),
    resume: () => webSocket.resume(),
  };
}

type Door = { chargePointId: string } | { status: number; reason: string };

/** What the wire alone can tell of an upgrade (OCPP-J §3.1, §3.2; certification case TC_088 for the subprotocol). */
function doorOf(request: IncomingMessage, socket: Duplex, mayOmitSubprotocol: ReadonlySet<string>): Door {
  if (socket.destroyed) return { status: 400, reason: 'gone' };
  const identity = chargePointIdFromPath(request.url ?? '');
  if (!identity.ok)
    return { status: 400, reason: `the charge point id in the address can not be used: ${identity.reason}` };
  const offered = request.headers['sec-websocket-protocol'];
  const omitted = offered === undefined && mayOmitSubprotocol.has(identity.id);
  if (!omitted && chooseSubprotocol(offered) === null) {
    return { status: 400, reason: 'the subprotocol must be ocpp1.6' };
  }
  return { chargePointId: identity.id };
}

/** Basic authentication as bytes: a password need not be text (OCPP-J §6.2.2). Split at the first colon. */
function credentialsOf(request: IncomingMessage): UpgradeRequest['credentials'] {
  const match = /^Basic +([a-z0-9+/]+=*) *$/i.exec(request.headers.authorization ?? '');
  if (match === null) return null;
  const bytes = Buffer.from(match[1] ?? '', 'base64');
  const colon = bytes.indexOf(0x3a);
  return colon < 0 ? null : { user: bytes.subarray(0, colon), password: bytes.subarray(colon + 1) };
}

const addressOf = (request: IncomingMessage): string => request.socket.remoteAddress ?? 'unknown';

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
