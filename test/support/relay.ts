import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { createLimitReader, type LimitFrame } from './limit-frames.ts';

/**
 * Stands between charge points and busbar on real WebSockets, and loses what it is told to. Both ends believe in a line
 * in good order: nothing is closed, and pings are answered.
 */

export type Relay = {
  /** What charge points dial. */
  readonly url: string;
  /** Every limit that did not come through, in order. */
  readonly lost: readonly LimitFrame[];
  /** From now on, which limits and answers to limits are lost; null: none. */
  lose(which: ((frame: LimitFrame) => boolean) | null): void;
  close(): void;
};

/** `target` is where busbar listens, with the path before the charge point's id. */
export async function startRelay(target: string): Promise<Relay> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'ocpp1.6' });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const reader = createLimitReader();
  const lost: LimitFrame[] = [];
  let isLost: (frame: LimitFrame) => boolean = () => false;

  /** Whether it goes on to the other end. */
  const passes = (chargePointId: string, up: boolean, text: string): boolean => {
    const frame = reader.read(chargePointId, up, text);
    if (frame === null) return true;
    if (!isLost(frame)) {
      reader.passed(frame);
      return true;
    }
    lost.push(frame);
    return false;
  };

  server.on('connection', (below: WebSocket, request: IncomingMessage) => {
    const chargePointId = decodeURIComponent(request.url?.split('/').at(-1) ?? '');
    const above = new WebSocket(`${target}/${encodeURIComponent(chargePointId)}`, ['ocpp1.6']);
    // What a charge point says before busbar has answered the handshake.
    const early: string[] = [];
    above.on('open', () => {
      for (const text of early.splice(0)) above.send(text);
    });
    below.on('message', (data: RawData) => {
      const text = String(data);
      if (!passes(chargePointId, true, text)) return;
      if (above.readyState === WebSocket.OPEN) above.send(text);
      else early.push(text);
    });
    above.on('message', (data: RawData) => {
      const text = String(data);
      if (passes(chargePointId, false, text)) below.send(text);
    });
    for (const [one, other] of [
      [below, above],
      [above, below],
    ] as const) {
      one.on('error', () => {});
      one.on('close', () => other.terminate());
    }
  });

  return {
    url: `ws://127.0.0.1:${address.port}/ocpp`,
    lost,
    lose: (which) => {
      isLost = which ?? (() => false);
    },
    close: () => {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}
