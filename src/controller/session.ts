import { createReplayCache, type ReplayCache } from '../central-system/replay-cache.ts';
import type { SecurityProfile } from '../domain/security-profile.ts';
import type { Instant, Monotonic } from '../domain/units.ts';
import type { Connection } from '../runtime/ports.ts';

/** Frames a second that a charge point may send for long, and in one go; faster ones wait in its own socket. */
const FRAMES_PER_S = 500;
const FRAMES_AT_ONCE = 1_000;
/** Frames of one connection that may wait for a turn before its socket is paused. */
export const MAX_UNREAD = 32;

/** Our side of one connection. It ends with it; what must outlive it is in ChargePointLine or in the store. */
export type Session = {
  readonly connection: Connection;
  readonly openedAt: Instant;
  /** How it is secured; from 1 on it has proved who it is, and does not merely know the id. */
  readonly securityProfile: SecurityProfile;
  readonly replay: ReplayCache;
  /** Actions that we triggered while the charge point was not accepted, and how many times it may send each. */
  readonly triggered: Map<string, number>;
  /** It has sent a BootNotification on this connection. */
  booted: boolean;
  /** It has been asked to boot, because it spoke without ever having done so. */
  invitedToBoot: boolean;
  lastFrameAt: Instant;
  lastPongAt: Monotonic;
  unread: number;
  /** Pauses for sending too fast that are not over yet. */
  rests: number;
  readonly allowance: { tokens: number; at: Monotonic };
  closed: boolean;
};

export function createSession(
  connection: Connection,
  securityProfile: SecurityProfile,
  now: Instant,
  at: Monotonic,
): Session {
  return {
    connection,
    openedAt: now,
    securityProfile,
    replay: createReplayCache(),
    triggered: new Map(),
    booted: false,
    invitedToBoot: false,
    lastFrameAt: now,
    lastPongAt: at,
    unread: 0,
    rests: 0,
    allowance: { tokens: FRAMES_AT_ONCE, at },
    closed: false,
  };
}

/** Takes one frame from the allowance: 0, or how long to stop reading, ms. */
export function spendFrame({ allowance }: Session, now: Monotonic): number {
  allowance.tokens = Math.min(FRAMES_AT_ONCE, allowance.tokens + ((now - allowance.at) * FRAMES_PER_S) / 1_000) - 1;
  allowance.at = now;
  return allowance.tokens >= 0 ? 0 : Math.ceil((-allowance.tokens * 1_000) / FRAMES_PER_S);
}
