import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock, Log } from './ports.ts';

/** How often a crowd at the door is told to the log, ms. */
const TELL_EVERY_MS = 60_000;

export type Crowd = {
  /** One of this address has found its place: it waits no more. */
  settled(address: string): void;
  /** And is gone. */
  left(address: string): void;
};

/**
 * Keeps one address from taking all places of a server by sockets that come and say nothing: so many of it may wait at once.
 * Those that are settled do not count, for all charge points of a site may come from behind one address.
 */
export function limitCrowd(server: Server, most: number, { clock, log }: { clock: Clock; log: Log }): Crowd {
  const waiting = new Map<string, number>();
  let toldAt = Number.NEGATIVE_INFINITY;
  const add = (address: string, by: 1 | -1): void => {
    const now = (waiting.get(address) ?? 0) + by;
    // Below 0 for a moment: a settled one is told to be gone before its socket is.
    if (now === 0) waiting.delete(address);
    else waiting.set(address, now);
  };
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? 'unknown';
    if ((waiting.get(address) ?? 0) >= most) {
      socket.destroy();
      if (clock.monotonic() - toldAt < TELL_EVERY_MS) return;
      toldAt = clock.monotonic();
      log.warn({ remoteAddress: address, most }, 'too many connections of one address wait; more of it are cut off');
      return;
    }
    add(address, 1);
    socket.once('close', () => add(address, -1));
  });
  return { settled: (address) => add(address, -1), left: (address) => add(address, 1) };
}
