import type { OutboxRow } from '../store/outbox.ts';
import { utc } from '../store/view-values.ts';

/** Events of one message at most, and characters of their JSON. */
export const MAX_EVENTS = 100;
const MAX_CHARS = 65_536;
/** Digits of a sequence: as text it sorts as it counts (CloudEvents extension "sequence"). */
const SEQUENCE_DIGITS = 16;

/** In place of what this broker takes in no packet: the event is told all the same, and what it holds is asked for here. */
const TOO_LARGE = '{"tooLargeForBroker":true}';

/** Events of t0 in one message. */
export type EventBatch = { readonly from: number; readonly to: number; readonly json: string };

/**
 * One message of events that follow one another, each a CloudEvent (CloudEvents 1.0, JSON format). As many of `rows` as
 * fit; at least one. `maxChars`: where the broker takes less than we would send.
 */
export function eventBatch(
  rows: readonly OutboxRow[],
  { epoch, source, maxChars = MAX_CHARS }: { epoch: string; source: string; maxChars?: number },
): EventBatch | null {
  const [first] = rows;
  if (first === undefined) return null;
  const texts: string[] = [];
  let chars = 0;
  let to = first.seq;
  for (const row of rows.slice(0, MAX_EVENTS)) {
    let text = cloudEvent(row, epoch, source);
    if (texts.length > 0 && chars + text.length > Math.min(MAX_CHARS, maxChars)) break;
    if (text.length > maxChars) text = cloudEvent({ ...row, body: TOO_LARGE }, epoch, source);
    texts.push(text);
    chars += text.length;
    to = row.seq;
  }
  const head = { epoch, stream: 't0', from: first.seq, to };
  return { from: first.seq, to, json: `${JSON.stringify(head).slice(0, -1)},"events":[${texts.join(',')}]}` };
}

/** The body is JSON already, and is not read for being sent. */
function cloudEvent(
  { seq, type, subject, atMs, boot, monoMs, body }: OutboxRow,
  epoch: string,
  source: string,
): string {
  const attributes = {
    specversion: '1.0',
    id: `${epoch}:t0:${seq}`,
    source,
    type: `busbar.${type}`,
    time: utc(atMs),
    ...(subject === null ? {} : { subject }),
    dataschema: `busbar:v1:${type}`,
    sequence: String(seq).padStart(SEQUENCE_DIGITS, '0'),
    boot,
    monoms: monoMs,
  };
  return `${JSON.stringify(attributes).slice(0, -1)},"data":${body}}`;
}
