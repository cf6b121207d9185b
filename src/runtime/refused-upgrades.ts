import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from './ports.ts';

/** How long the other side has to read why, and to close, ms; a slow line needs a few seconds. */
const LINGER_MS = 5_000;

export type RefusedUpgrades = {
  refuse(socket: Duplex, status: number, reason: string): void;
  /** Cuts off whoever has been told, and from now on each one as soon as it is told. */
  close(): void;
};

/**
 * Answers upgrades that are not let in. From the upgrade on Node's HTTP server no longer watches such a socket: without an
 * end of ours it stays for as long as the other side likes, and the server can not stop (threats A21).
 */
export function createRefusedUpgrades(clock: Clock): RefusedUpgrades {
  const lingering = new Set<Duplex>();
  let closed = false;
  return {
    refuse(socket, status, reason): void {
      if (socket.destroyed) return;
      lingering.add(socket);
      const impatience = clock.after(LINGER_MS, () => socket.destroy());
      socket.once('close', () => {
        impatience.cancel();
        lingering.delete(socket);
      });
      // What it still sends is thrown away: unread, it would hide that the other side has closed.
      socket.resume();
      socket.end(answerOf(status, reason), () => {
        if (closed) socket.destroy();
      });
    },
    close(): void {
      closed = true;
      for (const socket of lingering) if (socket.writableFinished) socket.destroy();
    },
  };
}

function answerOf(status: number, reason: string): string {
  const body = `${reason}\n`;
  const extra =
    status === 401
      ? 'WWW-Authenticate: Basic realm="ocpp"\r\n'
      : status === 503 || status === 429
        ? 'Retry-After: 10\r\n'
        : '';
  return (
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
    `${extra}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}
