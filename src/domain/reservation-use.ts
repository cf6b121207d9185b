import type { Finding } from './findings.ts';
import { CLOCK_DIFFERENCE_MS, isOpen, type Reservation } from './reservation.ts';
import { idTagKey } from './token.ts';
import type { Start } from './transaction.ts';
import type { Instant } from './units.ts';

/** What a start means for the reservations of its charge point. */
export type ReservationUse = {
  /** The one that it uses up. */
  readonly used: Reservation | null;
  readonly findings: readonly Finding[];
};

/**
 * Which reservation a start uses. One that it names is used, whatever we thought of it: the charge point has ended it
 * (OCPP 1.6 §4.8, §5.13). A start without a name may use one all the same, since naming it is asked for the reserved idTag
 * only: then connector and idTag or group decide, at the time of the start and not of its arrival.
 *
 * `named` are all those that ever bore the number that the start names, `held` those that could be in force at its time.
 */
export function reservationUse(
  start: Start,
  parentIdTag: string | null,
  named: readonly Reservation[],
  held: readonly Reservation[],
): ReservationUse {
  if (start.reservationId !== null) {
    const findings: Finding[] = [];
    const used = named.find(isOpen) ?? named.find(({ state }) => state !== 'used') ?? null;
    if (used !== null) {
      if (!isFor(used, start.idTag, parentIdTag)) findings.push(ignored(used, start.idTag));
      return { used, findings };
    }
    const before = named[0];
    const why = before === undefined ? 'which is not known here' : `which ${lowered(before.outcome)}`;
    const detail = `The start names reservation ${start.reservationId}, ${why}`;
    findings.push({ kind: 'unknown-reservation', detail: detail.endsWith('.') ? detail : `${detail}.` });
    return { used: null, findings };
  }
  const inForce = held.filter((one) => wasHeld(one, start.at));
  const mine = inForce.filter((one) => isFor(one, start.idTag, parentIdTag));
  const used =
    mine.find(({ connectorId }) => connectorId === start.connectorId) ??
    mine.find(({ connectorId }) => connectorId === 0) ??
    null;
  if (used !== null) return { used, findings: [] };
  const theirs = inForce.filter((one) => one.connectorId === start.connectorId && keptOthersAway(one, start.at));
  return { used: null, findings: theirs.map((one) => ignored(one, start.idTag)) };
}

/** Whether the charge point had agreed to hold it, and by all we know did. */
function keptOthersAway({ state, verdict, createdAt }: Reservation, at: Instant): boolean {
  return (
    verdict === 'Accepted' && at >= createdAt && (state === 'active' || state === 'cancelling' || state === 'expired')
  );
}

/** Whether the charge point may have held it at that time, by its own clock. */
function wasHeld({ state, createdAt, endedAt, expiresAt }: Reservation, at: Instant): boolean {
  // A refused one never was; for a cancelled one the charge point has said that nobody had used it.
  if (state === 'refused' || state === 'cancelled' || state === 'used') return false;
  if (at < createdAt - CLOCK_DIFFERENCE_MS || at >= expiresAt) return false;
  return endedAt === null || at < endedAt;
}

function isFor(reservation: Reservation, idTag: string, parentIdTag: string | null): boolean {
  if (idTagKey(reservation.idTag) === idTagKey(idTag)) return true;
  return (
    reservation.parentIdTag !== null &&
    parentIdTag !== null &&
    idTagKey(reservation.parentIdTag) === idTagKey(parentIdTag)
  );
}

function ignored({ reservationId, idTag }: Reservation, by: string): Finding {
  return {
    kind: 'reservation-ignored',
    detail: `Started by ${JSON.stringify(by)} although reservation ${reservationId} kept the connector for ${JSON.stringify(idTag)}.`,
  };
}

const lowered = (sentence: string): string => `was ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
