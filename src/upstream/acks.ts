import type { UpstreamStream } from '../domain/upstream.ts';
import { isObject, objectIn } from './json.ts';

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
  const read = objectIn(payload, MAX_BYTES);
  if (read === null) return null;
  const { epoch, stream, upTo, want = null } = read;
  if (typeof epoch !== 'string' || (stream !== 't0' && stream !== 't1') || !isNumber(upTo)) return null;
  if (want === null) return { epoch, stream, upTo, want };
  if (!isObject(want)) return null;
  const { from, to } = want;
  return isNumber(from) && isNumber(to) && from <= to ? { epoch, stream, upTo, want: { from, to } } : null;
}

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
