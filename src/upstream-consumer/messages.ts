import { inflateSync } from 'node:zlib';
import type { KeptEvent, StreamName } from './keep.ts';

/** What stands in a message. Whoever may publish can send anything, so nothing here is believed before it is looked at. */

/** Bytes of a message that is looked at, and of what it may inflate to. */
const MAX_BYTES = 1_048_576;
const MAX_INFLATED = 16_777_216;
const MAX_EPOCH_CHARS = 64;
/** Brackets within brackets: more would run the stack of whoever walks through them down. */
const MAX_DEPTH = 64;

export type Batch = {
  readonly epoch: string;
  readonly stream: StreamName;
  readonly from: number;
  readonly to: number;
} & Readonly<Record<string, unknown>>;

/** A message that is none. */
export class Malformed extends Error {}

export function textOf(payload: Buffer, encoding: string | undefined): string {
  if (payload.length > MAX_BYTES) throw new Malformed('a message above 1 MiB');
  if (encoding !== 'deflate') return payload.toString('utf8');
  try {
    return inflateSync(payload, { maxOutputLength: MAX_INFLATED }).toString('utf8');
  } catch {
    throw new Malformed('a message that does not inflate');
  }
}

export function objectIn(text: string): Record<string, unknown> {
  if (depthOf(text) > MAX_DEPTH) throw new Malformed('a message with too many brackets in each other');
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw new Malformed('a message that is no JSON');
  }
  if (!isObject(read)) throw new Malformed('a message that is no object');
  return read;
}

export function batchIn(text: string, stream: StreamName): Batch {
  const read = objectIn(text);
  const { epoch, from, to } = read;
  const sound =
    typeof epoch === 'string' &&
    epoch.length <= MAX_EPOCH_CHARS &&
    read.stream === stream &&
    isNumber(from) &&
    isNumber(to) &&
    from > 0 &&
    from <= to;
  if (!sound) throw new Malformed('a batch without epoch, stream or range');
  return read as Batch;
}

/** The events of a batch: one for each number of its range, in order. */
export function eventsOf({ events, from, to }: Batch): KeptEvent[] {
  if (!Array.isArray(events) || events.length !== to - from + 1) throw new Malformed('a batch that is not its range');
  return events.map((event: unknown, index) => {
    if (!isObject(event)) throw new Malformed('an event that is no object');
    const { sequence, type, time, subject, data } = event;
    const sound =
      typeof sequence === 'string' && Number(sequence) === from + index && typeof type === 'string' && isObject(data);
    if (!sound || typeof time !== 'string') throw new Malformed('an event without its number, type, time or data');
    return { seq: from + index, type, time, subject: typeof subject === 'string' ? subject : null, data };
  });
}

/** How deep the brackets of a JSON text go, strings left out. */
function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (quoted) {
      if (char === '\\') index += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') most = Math.max(most, ++depth);
    else if (char === '}' || char === ']') depth -= 1;
  }
  return most;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
