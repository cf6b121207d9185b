import { plainText } from '../domain/security-profile.ts';
import type { Connection, ConnectionListener, UpgradeRequest } from '../runtime/ports.ts';
import type { SimClock } from '../sim/clock.ts';
import type { Random } from '../sim/random.ts';
import type { Dial, Transport, TransportEvents } from '../sim/transport.ts';

/** Lines between simulated charge points and the server's port without a network: text, in order, after a short way. */

type LoopbackOptions = {
  readonly clock: SimClock;
  readonly random: Random;
  readonly upgradeRequested: (request: UpgradeRequest) => void;
};

type Link = {
  readonly id: string;
  cut(): void;
  /** Nobody is at the server's end any more, and nobody learns how the line ends. */
  abandon(): void;
  mute: 'none' | 'up' | 'down' | 'both';
};

export type Frame = { readonly at: number; readonly id: string; readonly up: boolean; readonly text: string };

/** The way of one frame, in milliseconds. */
const wayMs = [1, 40] as const;
/** The latest frames that are kept for a test to read. */
const mostFrames = 200_000;

export function createLoopback({ clock, random, upgradeRequested }: LoopbackOptions) {
  const links = new Map<string, Link>();
  const frames: Frame[] = [];
  /** Charge points whose dialling fails. */
  const unreachable = new Set<string>();

  const note = (id: string, up: boolean, text: string): Frame => {
    const frame = { at: clock.now(), id, up, text };
    frames.push(frame);
    if (frames.length > mostFrames) frames.splice(0, mostFrames / 10);
    return frame;
  };
  /** Runs things after the way, never out of order. */
  const inOrder = () => {
    let latest = 0;
    return (run: () => void): void => {
      latest = Math.max(latest, clock.now() + random.between(...wayMs));
      clock.setTimeout(run, latest - clock.now());
    };
  };

  const open = (id: string, password: string | null, events: TransportEvents): Transport => {
    let listener: ConnectionListener | null = null;
    let ended = false;
    let paused = false;
    let unread: string[] = [];
    const [up, down] = [inOrder(), inOrder()];

    /** The server's end and the charge point's end each learn of it once. */
    const end = (code: number, reason: string): void => {
      if (ended) return;
      ended = true;
      if (links.get(id) === link) links.delete(id);
      down(() => events.closed(`closed with ${code}`));
      up(() => listener?.closed(code, reason));
    };
    const link: Link = {
      id,
      cut: () => end(1006, ''),
      abandon: () => {
        listener = null;
        end(1006, '');
      },
      mute: 'none',
    };
    const lost = (direction: 'up' | 'down'): boolean => ended || link.mute === direction || link.mute === 'both';
    /** In its turn, unless it is one that is held up. */
    const carry = (frame: Frame, inTurn: (run: () => void) => void, arrived: () => void): void => {
      const lateMs = network.lateMs(frame);
      if (lateMs === 0) inTurn(arrived);
      else if (lateMs < Number.POSITIVE_INFINITY) clock.setTimeout(arrived, lateMs);
    };

    const connection: Connection = {
      remoteAddress: '10.0.0.9',
      reachedAt: 'http://gateway:9000',
      send: (text) => {
        carry(note(id, false, text), down, () => {
          if (!lost('down')) events.text(text);
        });
      },
      ping: () =>
        down(() => {
          if (lost('down')) return;
          up(() => {
            if (!lost('up')) listener?.pong();
          });
        }),
      close: end,
      terminate: () => end(1006, ''),
      pause: () => {
        paused = true;
      },
      resume: () => {
        paused = false;
        const waiting = unread;
        unread = [];
        for (const text of waiting) {
          if (paused) unread.push(text);
          else if (!ended) listener?.frame(text);
        }
      },
    };

    up(() => {
      if (ended) return;
      if (network.down || unreachable.has(id)) {
        end(1006, '');
        return;
      }
      upgradeRequested({
        chargePointId: id,
        remoteAddress: '10.0.0.9',
        credentials: password === null ? null : { user: Buffer.from(id), password: Buffer.from(password) },
        transport: plainText,
        gone: () => ended,
        accept: (taken) => {
          if (ended) return;
          listener = taken;
          links.set(id, link);
          taken.opened(connection);
          down(() => {
            if (!ended) events.opened();
          });
        },
        refuse: () => end(1006, ''),
      });
    });
    return {
      send: (text) => {
        carry(note(id, true, text), up, () => {
          if (lost('up')) return;
          if (paused) unread.push(text);
          else listener?.frame(text);
        });
      },
      ping: () => {},
      close: () => end(1000, ''),
      cut: () => end(1006, ''),
    };
  };

  const dial: Dial = ({ chargePointId, password }, events) => open(chargePointId, password, events);
  const network = {
    dial,
    /** The server does not listen. */
    down: false,
    unreachable,
    /** Everything that was sent, the latest so many. */
    frames,
    /** How long a frame is held up, ms, while those behind it pass; 0: it comes in its turn, Infinity: never. */
    lateMs: (_: Frame): number => 0,
    /** The line of this charge point breaks, and both ends notice. */
    cut: (id: string) => links.get(id)?.cut(),
    /** The server is dead: every line breaks, and only the charge points notice. */
    abandonAll: () => {
      for (const link of [...links.values()]) link.abandon();
    },
    /** The line stands but carries nothing in this direction, until it is cut or told otherwise. */
    mute(id: string, mute: Link['mute']): void {
      const link = links.get(id);
      if (link !== undefined) link.mute = mute;
    },
    /** Whether what it says comes to the server. */
    isHeard(id: string): boolean {
      const mute = links.get(id)?.mute;
      return mute === 'none' || mute === 'down';
    },
  };
  return network;
}
