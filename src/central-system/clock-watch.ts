import { type ClockWatch, clockNews, noteStamp } from '../domain/clock-offset.ts';
import type { Alert, Event } from '../domain/events.ts';
import type { Instant } from '../domain/units.ts';
import type { ChargePointAction, RequestOf } from '../ocpp/messages/actions.ts';
import { parseTimestamp } from '../ocpp/timestamp.ts';
import type { Context } from './handler.ts';

/**
 * What a message tells of the charge point's clock, and the alert that follows where it is wrong, or no longer is. Meter
 * values are left out: some are stamped with the beginning of the span that they stand for.
 */
export function watchClock(
  watch: ClockWatch,
  action: ChargePointAction,
  request: RequestOf<ChargePointAction>,
  { chargePointId, receivedAt, records }: Pick<Context, 'chargePointId' | 'receivedAt' | 'records'>,
): { readonly watch: ClockWatch; readonly events: readonly Event[] } {
  const stampedAt = stampOf(action, request);
  if (stampedAt === null) return { watch, events: [] };
  const noted = noteStamp(watch, stampedAt, receivedAt);
  const news = clockNews(noted);
  if (news === null || noted.offsetMs === null) return { watch: noted, events: [] };
  if (news === 'wrong') {
    const alert = clockAlert(chargePointId, noted.offsetMs);
    return { watch: { ...noted, said: noted.offsetMs }, events: [{ type: 'alert-raised', alert, at: receivedAt }] };
  }
  const id = alertId(chargePointId);
  const events: Event[] = records.isAlertOpen(id) ? [{ type: 'alert-cleared', id, at: receivedAt }] : [];
  return { watch: { ...noted, said: 'fine' }, events };
}

/** Messages that are stamped when they are sent, unless they had to wait. */
const STAMPED: ReadonlySet<ChargePointAction> = new Set(['StatusNotification', 'StartTransaction', 'StopTransaction']);

function stampOf(action: ChargePointAction, request: RequestOf<ChargePointAction>): Instant | null {
  if (!STAMPED.has(action) || !('timestamp' in request) || request.timestamp === undefined) return null;
  return parseTimestamp(request.timestamp);
}

const alertId = (chargePointId: string): string => `clock-wrong:${chargePointId}`;

function clockAlert(chargePointId: string, offsetMs: number): Alert {
  const zone = looksLikeTimeZone(offsetMs)
    ? ' Such a round difference is mostly a time zone: it sends local time and calls it UTC.'
    : '';
  return {
    id: alertId(chargePointId),
    kind: 'clock-wrong',
    chargePointId,
    text: `The clock of ${chargePointId} is about ${inWords(Math.abs(offsetMs))} ${offsetMs > 0 ? 'ahead' : 'behind'}: its sessions bear wrong times, and limits that begin at a time begin at the wrong one.${zone}`,
    fix: `${chargePointId} is told the time in every answer to BootNotification and Heartbeat. Restart it; if that does not help, set its clock, its time zone (UTC) or its time server in its own settings.`,
  };
}

/** All time zones are whole half hours from UTC, but for a few of 45 min; none more than 14 h. */
function looksLikeTimeZone(offsetMs: number): boolean {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  return minutes >= 30 && minutes <= 840 && [0, 1, 29].includes(minutes % 30);
}

function inWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 3) return `${Math.round(ms / 1_000)} s`;
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 2_880)
    return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.round(minutes / 1_440)} days`;
}
