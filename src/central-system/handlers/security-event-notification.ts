import type { Event } from '../../domain/events.ts';
import { alarmOf } from '../../domain/security-events.ts';
import { instant } from '../../domain/units.ts';
import { parseTimestamp } from '../../ocpp/timestamp.ts';
import type { Handler } from '../handler.ts';

/** Security whitepaper A04. Unknown types are kept like the known ones (A04.FR.02). */
export const securityEventNotification: Handler<'SecurityEventNotification'> = (
  request,
  { chargePointId, receivedAt, records },
) => {
  const { type: kind, techInfo = null, timestamp } = request;
  const at = parseTimestamp(timestamp) ?? receivedAt;
  const events: Event[] = [{ type: 'security-event-reported', chargePointId, kind, techInfo, at, receivedAt }];
  const alarm = isOurDoing(kind) ? null : alarmOf(kind);
  if (alarm !== null) {
    const id = `security:${kind}:${chargePointId}`;
    const said = techInfo === null || techInfo === '' ? '' : ` It says: ${JSON.stringify(techInfo)}.`;
    const text = `${chargePointId} ${alarm.what} (${kind}).${said}`;
    events.push({
      type: 'alert-raised',
      alert: { id, kind: 'security-event', chargePointId, text, fix: alarm.fix },
      at: receivedAt,
    });
  }
  return { response: {}, events };

  /** Firmware that it has told of lately came from here: an unasked update is told of by nothing else (L01.FR.05). */
  function isOurDoing(what: string): boolean {
    if (what !== 'FirmwareUpdated') return false;
    return records.firmwareToldSince(chargePointId, instant(receivedAt - FIRMWARE_WITHIN_MS));
  }
};

/** How long an update may take from its last word to the event, ms. */
const FIRMWARE_WITHIN_MS = 86_400_000;
