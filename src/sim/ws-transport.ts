import { WebSocket } from 'ws';
import type { Dial } from './transport.ts';

/** A real WebSocket. Frames longer than this many bytes end the connection: no request of OCPP 1.6 needs more. */
const longestFrameBytes = 1_048_576;
/** How long the opening handshake may take, in real milliseconds. */
const handshakeMs = 10_000;

/** Dials `<url>/<charge point id>` with the subprotocol ocpp1.6 (OCPP-J 1.6 §3.1); a password goes as Basic authentication. */
export function dialWebSocket(url: string): Dial {
  const endpoint = url.replace(/\/+$/, '');
  return ({ chargePointId, password }, events) => {
    const socket = new WebSocket(`${endpoint}/${encodeURIComponent(chargePointId)}`, ['ocpp1.6'], {
      perMessageDeflate: false,
      maxPayload: longestFrameBytes,
      handshakeTimeout: handshakeMs,
      ...(password === null ? {} : { headers: { authorization: basic(chargePointId, password) } }),
    });
    let reason = '';
    socket.on('open', () => events.opened());
    socket.on('message', (bytes, binary) => {
      if (!binary) events.text(bytes.toString());
    });
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('close', (code) => events.closed(reason === '' ? `closed with ${code}` : reason));
    return {
      send: (text) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text);
      },
      ping: () => {
        if (socket.readyState === WebSocket.OPEN) socket.ping();
      },
      close: () => socket.close(1000),
      cut: () => socket.terminate(),
    };
  };
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
