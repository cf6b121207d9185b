import type { ChargePointMoment, ConnectorMoment, Moment } from '../black-box/moment.ts';
import type { Replayed } from '../black-box/replay.ts';
import type { Event } from '../domain/events.ts';
import { wallText } from './said-time.ts';

/** What `busbar replay` prints. */

const LONGEST_MESSAGE = 300;

type Amps3 = readonly [number | null, number | null, number | null];

const three = (amps: Amps3): string => amps.map((each) => (each === null ? '-' : String(each))).join(' / ');

/** One moment of the site, for people. */
export function momentText({ atMs, circuits, chargePoints }: Moment, timeZone: string): string[] {
  const time = (ms: number): string => wallText(ms, timeZone);
  const lines = [`The site at ${time(atMs)} (${timeZone}); A on L1 / L2 / L3.`];
  for (const { id, limitA, carriesA, foreignA, committedA, measuredA, held } of circuits) {
    const committed = committedA === null ? '' : `charge points may draw ${three(committedA)}, `;
    lines.push(
      `circuit ${id}: limit ${three(limitA)}, carries now ${three(carriesA)}${held === true ? ', nothing is raised' : ''}`,
      `  others draw ${three(foreignA)}, ${committed}measured ${three(measuredA)}`,
    );
  }
  for (const chargePoint of chargePoints) lines.push('', ...chargePointLines(chargePoint, time));
  return lines;
}

function chargePointLines(one: ChargePointMoment, time: (ms: number) => string): string[] {
  const { chargePointId, connected, registration, lastFrameAtMs, connectors, messages } = one;
  const heard = lastFrameAtMs === null ? '' : `, last heard of at ${time(lastFrameAtMs)}`;
  const lines = [
    `${chargePointId}: ${connected ? 'connected' : 'not connected'}, ${registration ?? 'unknown'}${heard}`,
  ];
  for (const connector of connectors) lines.push(...connectorLines(connector, time));
  for (const { atMs, direction, text, outcome } of messages) {
    const cut = text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)} ...` : text;
    lines.push(
      `    ${time(atMs).slice(11)} ${direction === 'in' ? '<-' : '->'} ${cut}${outcome === 'ok' ? '' : ` (${outcome})`}`,
    );
  }
  return lines;
}

function connectorLines(one: ConnectorMoment, time: (ms: number) => string): string[] {
  const { connectorId, limitA, committedA, wantsA, measuredA, measuredAtMs, because, grant, transaction } = one;
  const session =
    transaction === null
      ? 'no transaction'
      : `transaction ${transaction.id} of ${transaction.idTag ?? 'nobody'} since ${time(transaction.startedAtMs)}`;
  const measured =
    measuredAtMs === null ? 'nothing measured' : `measured ${three(measuredA)} A at ${time(measuredAtMs).slice(11)}`;
  if (limitA === null) return [`  connector ${connectorId}: not limited, ${measured}; ${session}`];
  const until = grant?.untilS == null ? '' : ` for another ${grant.untilS} s`;
  const worst = committedA === null ? '' : `, may draw ${committedA} A at worst, could use ${wantsA} A`;
  return [`  connector ${connectorId}: limit ${limitA} A${until}${worst}, ${measured}`, `    ${session}; ${because}`];
}

/** One line of the timeline; null for an event that is no decision and nothing that one follows from. */
export function eventText(event: Event): string | null {
  switch (event.type) {
    case 'grant-changed':
      return `${event.chargePointId}/${event.connectorId} ${event.because}`;
    case 'obedience-changed':
      return `${event.chargePointId}/${event.connectorId} is ${event.obedience}: ${event.why}`;
    case 'connection-opened':
      return `${event.chargePointId} connected`;
    case 'connection-closed':
      return `${event.chargePointId} disconnected`;
    case 'transaction-started':
      return `${event.chargePointId}/${event.start.connectorId} transaction ${event.transactionId} begins`;
    case 'transaction-stopped':
      return `${event.chargePointId} transaction ${event.transactionId} ends`;
    case 'alert-raised':
      return `alert: ${event.alert.text}`;
    default:
      return null;
  }
}

/** How far what was shown can be believed. */
export function trustText(played: Replayed, timeZone: string): string {
  const { exact, entries, frames, sameFrames, difference, beganMs } = played;
  const time = (ms: number): string => wallText(ms, timeZone);
  const onRecord = 'limits and reasons are those on record, what may be drawn at worst is not known';
  if (difference !== null) {
    const { recorded, replayed } = difference;
    return (
      `The replay DIFFERS from the record since ${time(difference.atMs)}: in an entry of kind ${difference.entry.kind}, ` +
      `on record is ${recorded ?? 'nothing'}, replayed was ${replayed ?? 'nothing'}. ` +
      `${sameFrames} frames were the same until then; from then on ${onRecord}.`
    );
  }
  if (entries === 0) return 'Nothing that came in is on record: the process ended before any of it was written.';
  if (exact) {
    return `Replayed exactly, from the start of the process at ${time(beganMs)}: all of ${frames} frames are the ones that were sent.`;
  }
  return `The start of this process is no longer in the box. Played from ${time(beganMs)} on: ${onRecord}.`;
}
