import type { MeterSample } from '../domain/meter.ts';
import { plainText, type Transport } from '../domain/security-profile.ts';
import type { Instant, MilliAmps, Monotonic, WattHours, Watts } from '../domain/units.ts';
import type { Entry, Inner } from './items.ts';
import { fromPlain, toPlain } from './plain.ts';

/**
 * How items are written down: one line each, a letter first, short because they are many. A frame follows its line as it
 * came. An entry begins with the ms since the clock last moved.
 */

const letters = new Map<string, Entry['kind']>([
  ['B', 'begin'],
  ['t', 'timer'],
  ['s', 'turn'],
  ['u', 'upgrade'],
  ['f', 'frame'],
  ['b', 'binary'],
  ['p', 'pong'],
  ['c', 'closed'],
  ['x', 'command'],
  ['a', 'alert'],
  ['m', 'sample'],
  ['h', 'housework'],
  ['d', 'transfer'],
  ['z', 'stop'],
]);
const letterOf = new Map([...letters].map(([letter, kind]) => [kind, letter]));

const CALL = /^\[2,"[^"]{1,64}","([A-Za-z]{1,64})"/;

/** The action of a call of ours, by its text; null for an answer. */
export const actionIn = (text: string): string | null => CALL.exec(text)?.[1] ?? null;

/** The clocks as the controller saw them: times of samples are kept as what lies between. */
export type Stand = { readonly monotonicMs: number; readonly atMs: number };

/** The lines of an entry; `passedMs` since the clock last moved. */
export function entryLine(entry: Entry, passedMs: number, stand: Stand): string {
  const body = bodyOf(entry, stand);
  return `${letterOf.get(entry.kind)}${passedMs}${body === '' ? '' : ` ${body}`}\n`;
}

/** What kind of entry a line begins; undefined where it is another kind of item. */
export const entryKind = (line: string): Entry['kind'] | undefined => letters.get(line.charAt(0));

function bodyOf(entry: Entry, stand: Stand): string {
  switch (entry.kind) {
    case 'begin':
    case 'turn':
    case 'stop':
      return '';
    case 'timer':
      return String(entry.back);
    case 'upgrade':
      return toPlain([
        entry.conn,
        entry.chargePointId,
        entry.remoteAddress,
        entry.authenticates,
        // Most have no TLS.
        ...(entry.transport.encrypted ? [entry.transport] : []),
      ]);
    case 'frame':
      return `${entry.conn} ${entry.text.length}\n${entry.text}`;
    case 'binary':
    case 'pong':
    case 'closed':
      return String(entry.conn);
    case 'command':
      return toPlain(entry.command);
    case 'alert':
      return toPlain(entry.alert);
    case 'sample':
      return sampleText(entry.sample, stand);
    case 'housework':
      return toPlain(entry.work);
    case 'transfer':
      return toPlain(entry.transfer);
  }
}

/** The entry of a line whose kind is known, from what follows the time; for a frame, its text. */
export function entryOf(kind: Entry['kind'], body: string, stand: Stand): Entry {
  switch (kind) {
    case 'begin':
    case 'turn':
    case 'stop':
      return { kind };
    case 'timer':
      return { kind, back: Number(body) };
    case 'upgrade': {
      const [conn, chargePointId, remoteAddress, authenticates, transport = plainText] = fromPlain(body) as [
        number,
        string,
        string,
        boolean,
        Transport?,
      ];
      return { kind, conn, chargePointId, remoteAddress, authenticates, transport };
    }
    case 'binary':
    case 'pong':
    case 'closed':
      return { kind, conn: Number(body) };
    case 'frame': {
      const end = body.indexOf('\n');
      return { kind, conn: Number.parseInt(body, 10), text: body.slice(end + 1) };
    }
    case 'command':
      return { kind, command: fromPlain(body) as Extract<Entry, { kind: 'command' }>['command'] };
    case 'alert':
      return { kind, alert: fromPlain(body) as Extract<Entry, { kind: 'alert' }>['alert'] };
    case 'sample':
      return { kind, sample: sampleOf(body, stand) };
    case 'housework':
      return { kind, work: fromPlain(body) as Extract<Entry, { kind: 'housework' }>['work'] };
    case 'transfer':
      return { kind, transfer: fromPlain(body) as Extract<Entry, { kind: 'transfer' }>['transfer'] };
  }
}

/** Whole numbers stand beside the clock; others are kept as they are, for a difference of them would not be exact. */
const beside = (value: number, standMs: number): number | string =>
  Number.isInteger(value) ? value - standMs : String(value);
const restored = (kept: number | string, standMs: number): number =>
  typeof kept === 'number' ? kept + standMs : Number(kept);

type SampleRow = [string, number | string, 0 | 1, number | string, number[], number | null, number | null, number[]];

function sampleText({ meterId, at, stamped, receivedAt, ...sample }: MeterSample, stand: Stand): string {
  const { currentMA, powerW, energyWh, liveness } = sample;
  const row: SampleRow = [
    meterId,
    beside(at, stand.atMs),
    stamped === true ? 1 : 0,
    beside(receivedAt, stand.monotonicMs),
    [...currentMA],
    powerW,
    energyWh,
    [...liveness],
  ];
  return JSON.stringify(row);
}

function sampleOf(text: string, stand: Stand): MeterSample {
  const [meterId, at, stamped, received, currentMA, powerW, energyWh, liveness] = JSON.parse(text) as SampleRow;
  return {
    meterId,
    at: restored(at, stand.atMs) as Instant,
    ...(stamped === 1 ? { stamped: true } : {}),
    receivedAt: restored(received, stand.monotonicMs) as Monotonic,
    currentMA: currentMA as unknown as [MilliAmps, MilliAmps, MilliAmps],
    powerW: powerW as Watts | null,
    energyWh: energyWh as WattHours | null,
    liveness,
  };
}

/** The line of an answer or an output. */
export function innerLine(item: Exclude<Inner, { kind: 'nested' }>): string {
  switch (item.kind) {
    case 'opened':
      return `o${item.conn} ${JSON.stringify([item.remoteAddress, item.reachedAt])}\n`;
    case 'not-opened':
      return `n${item.conn}\n`;
    case 'gone':
      return `g${item.is ? 1 : 0}\n`;
    case 'credential':
      return `k${item.is ? 1 : 0}\n`;
    case 'credential-used':
      return `K${JSON.stringify(item.events)}\n`;
    case 'past':
      return `l${item.question}\n`;
    case 'took':
      return `q${item.ms}\n`;
    case 'caught-up':
      return `j${item.ms}\n`;
    case 'sent':
      return `>${item.conn} ${item.sum}${item.action === null ? '' : ` ${item.action}`}\n`;
    case 'refused':
      return `r${item.conn} ${item.status}\n`;
    case 'ended':
      return `e${item.conn}\n`;
    case 'decided':
      return `G${JSON.stringify([item.chargePointId, item.connectorId, item.grantMA, item.because])}\n`;
  }
}

/** The answer or output of a line, without its end. Throws for a line of no kind. */
export function innerOf(line: string): Exclude<Inner, { kind: 'nested' }> {
  const [first = '', second = '', action = null] = line.slice(1).split(' ');
  const conn = Number(first);
  switch (line.charAt(0)) {
    case 'o': {
      const [remoteAddress, reachedAt] = JSON.parse(line.slice(line.indexOf(' ') + 1)) as [string, string];
      return { kind: 'opened', conn, remoteAddress, reachedAt };
    }
    case 'n':
      return { kind: 'not-opened', conn };
    case 'g':
      return { kind: 'gone', is: first === '1' };
    case 'k':
      return { kind: 'credential', is: first === '1' };
    case 'K':
      return { kind: 'credential-used', events: JSON.parse(line.slice(1)) as unknown[] };
    case 'l':
      return { kind: 'past', question: conn };
    case 'q':
      return { kind: 'took', ms: conn };
    case 'j':
      return { kind: 'caught-up', ms: conn };
    case '>':
      return { kind: 'sent', conn, sum: second, action };
    case 'r':
      return { kind: 'refused', conn, status: Number(second) };
    case 'e':
      return { kind: 'ended', conn };
    case 'G': {
      const [chargePointId, connectorId, grantMA, because] = JSON.parse(line.slice(1)) as [
        string,
        number,
        number,
        string,
      ];
      return { kind: 'decided', chargePointId, connectorId, grantMA, because };
    }
    default:
      throw new Error(`no such line: ${line.slice(0, 40)}`);
  }
}
