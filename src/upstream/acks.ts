import type { UpstreamStream } from '../domain/upstream.ts';

/** What the backend says of what it has. */
export type Ack = {
  readonly epoch: string;
  readonly stream: UpstreamStream;
  /** It has stored everything up to this number. */
  readonly upTo: number;
  /** It has lost, or never had, this range. */
  readonly want: { readonly from: number; readonly to: number } | null;
};

/** Bytes of an acknowledgement. */
const MAX_BYTES = 4_096;

/** Null for whatever is no acknowledgement. */
export function ackIn(payload: Buffer): Ack | null {
  if (payload.length > MAX_BYTES) return null;
  let read: unknown;
  try {
    read = JSON.parse(payload.toString('utf8'));
  } catch {
    return null;
  }
  if (typeof read !== 'object' || read === null) return null;
  const { epoch, stream, upTo, want = null } = read as Record<string, unknown>;
  if (typeof epoch !== 'string' || (stream !== 't0' && stream !== 't1') || !isNumber(upTo)) return null;
  if (want === null) return { epoch, stream, upTo, want };
  if (typeof want !== 'object') return null;
  const { from, to } = want as Record<string, unknown>;
  return isNumber(from) && isNumber(to) && from <= to ? { epoch, stream, upTo, want: { from, to } } : null;
}

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
