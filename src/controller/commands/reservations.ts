import type { ChoreCall } from '../../central-system/chore.ts';
import { changed } from '../../central-system/reservations/answers.ts';
import { reserveNow } from '../../central-system/reservations/calls.ts';
import { reservationMistakes, reservationWarnings } from '../../central-system/reservations/warnings.ts';
import type { Command, CommandResult } from '../../domain/commands.ts';
import type { Event } from '../../domain/events.ts';
import { cancelWanted, isOpen, type Reservation, requestedReservation } from '../../domain/reservation.ts';
import { type CommandSite, type Done, ended, recorded } from '../command-steps.ts';
import type { Line } from '../lines.ts';
import type { Decision } from '../turn.ts';
import { callThen } from './call-then.ts';

/**
 * Reservations as somebody asks for them: on record first, then sent. What the answer means is decided with any other
 * answer, so that a reservation made by hand leaves the same behind.
 */

type Asked<T extends Command['type']> = Extract<Command, { type: T }>;

/** Created once the charge point has answered, or has not: what it said stands in the reservation. */
export function reserve(command: Asked<'reserve'>, site: CommandSite, done: Done): Decision {
  const { chargePointId, connectorId, idTag, expiresAt } = command;
  const line = lineOf(chargePointId, site);
  if ('kind' in line) return ended(done, line);
  const { records } = site;
  const parentIdTag =
    command.parentIdTag === undefined ? (records.tokenFor(idTag)?.parentIdTag ?? null) : command.parentIdTag;
  const terms = { connectorId, idTag, parentIdTag, expiresAt };
  const at = site.clock.now();
  const mistakes = command.override === true ? [] : reservationMistakes(terms, at);
  if (mistakes.length > 0) return ended(done, { kind: 'mistaken', warnings: mistakes });
  const id = records.nextReservationId();
  const reservation = requestedReservation({ id, chargePointId, reservationId: id }, terms, at);
  const warnings = reservationWarnings(chargePointId, terms, at, records);
  const requested: Event = { type: 'reservation-requested', chargePointId, reservation, at };
  return callThen(line, reserveNow(reservation), [requested], site, done, (outcome) =>
    outcome.kind === 'expired' ? { kind: 'queue-full' } : { kind: 'created', id: String(id), warnings },
  );
}

/** The same number with a later time replaces the reservation (OCPP 1.6 §5.13); refused, the old one stands. */
export function extendReservation(command: Asked<'extend-reservation'>, site: CommandSite, done: Done): Decision {
  const { chargePointId, id, expiresAt } = command;
  const before = openOr(id, site);
  if ('kind' in before) return ended(done, before);
  if (before.state === 'cancelling') return ended(done, { kind: 'conflict', why: 'It is being cancelled.' });
  const line = lineOf(chargePointId, site);
  if ('kind' in line) return ended(done, line);
  const after = { ...before, expiresAt };
  const mistakes = command.override === true ? [] : reservationMistakes(after, site.clock.now());
  if (mistakes.length > 0) return ended(done, { kind: 'mistaken', warnings: mistakes });
  return callThen(line, reserveNow(after), [], site, done, (outcome, operationId) => {
    if (outcome.kind === 'error') {
      const { code, description, details } = outcome;
      return { kind: 'call-error', operationId, code, description, details };
    }
    if (outcome.kind === 'expired') return { kind: 'queue-full' };
    if (outcome.kind !== 'result') return { kind: 'no-answer', why: outcome.kind };
    const after = site.records.reservation(id);
    if (after?.expiresAt === expiresAt && after.state === 'active') return { kind: 'done' };
    return { kind: 'conflict', why: after?.outcome ?? 'It is gone.' };
  });
}

/** Done at once where the charge point is away: it is then told as soon as it is back. */
export function cancelReservation(command: Asked<'cancel-reservation'>, site: CommandSite, done: Done): Decision {
  const { chargePointId, id } = command;
  const before = openOr(id, site);
  if ('kind' in before) return ended(done, before);
  const at = site.clock.now();
  const events = changed(before, cancelWanted(before, at), at);
  const line = lineOf(chargePointId, site);
  if ('kind' in line) return recorded(events, site, done);
  const { reservationId } = before;
  const call: ChoreCall = { action: 'CancelReservation', payload: { reservationId } };
  return callThen(line, call, events, site, done, (outcome, operationId) => {
    if (outcome.kind !== 'error') return { kind: 'done' };
    const { code, description, details } = outcome;
    return { kind: 'call-error', operationId, code, description, details };
  });
}

function lineOf(chargePointId: string, { lines, policy }: CommandSite): Line | CommandResult {
  const line = lines.get(chargePointId);
  if (line === null && !policy.configured.has(chargePointId)) {
    return { kind: 'unknown', what: `charge point ${chargePointId}` };
  }
  // Of one that has never booted nothing can be kept.
  if (line === null || line.session === null || line.registration === null) return { kind: 'not-connected' };
  return line;
}

function openOr(id: number, { records }: CommandSite): Reservation | CommandResult {
  const found = records.reservation(id);
  if (found === null) return { kind: 'unknown', what: `reservation ${id}` };
  return isOpen(found) ? found : { kind: 'conflict', why: `It has come to its end: ${found.outcome}` };
}
