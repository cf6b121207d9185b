import type { Nameplate, Registration } from '../../domain/charge-point.ts';
import { configurationKey, wishesFor } from '../../domain/configuration.ts';
import type { Event } from '../../domain/events.ts';
import type { RequestOf } from '../../ocpp/messages/actions.ts';
import { formatTimestamp } from '../../ocpp/timestamp.ts';
import { jobsAfterBoot } from '../file-jobs/following.ts';
import type { Context, Handler } from '../handler.ts';

/** How soon a charge point that awaits approval asks again, s: an installer stands beside it. */
const PENDING_RETRY_S = 30;
/** How soon a rejected charge point asks again, s. */
const REJECTED_RETRY_S = 3_600;
/** Charge points awaiting approval at most, and accepted unseen, so that made-up ids can't fill the store. */
const MAX_PENDING = 200;
const MAX_ACCEPTED = 10_000;

/** OCPP 1.6 §4.2. Which charge points are accepted is the site's policy; once accepted, for ever, until changed by hand. */
export const bootNotification: Handler<'BootNotification'> = (request, context) => {
  const { chargePointId, receivedAt: at, records } = context;
  const known = records.registration(chargePointId);
  const registration = registrationOf(known, context);
  const events: Event[] = [];
  if (known === null && registration !== null) {
    events.push({ type: 'charge-point-registered', chargePointId, registration, at });
  } else if (known !== null && registration !== null && known !== registration) {
    events.push({ type: 'registration-changed', chargePointId, registration, at });
  }
  if (registration !== null) {
    const nameplate = nameplateOf(request);
    events.push({ type: 'charge-point-booted', chargePointId, nameplate, repeated: context.bootedBefore, at });
    events.push(...jobsAfterBoot(nameplate.firmwareVersion, context));
  }
  return {
    response: {
      status: registration === 'accepted' ? 'Accepted' : registration === 'pending' ? 'Pending' : 'Rejected',
      currentTime: formatTimestamp(at),
      interval:
        registration === 'accepted'
          ? heartbeatInterval(context)
          : registration === 'pending'
            ? PENDING_RETRY_S
            : REJECTED_RETRY_S,
    },
    events,
  };
};

/** The interval that is wished for this charge point, so that its boot does not undo the wish (OCPP 1.6 §4.2, §9.1.10). */
function heartbeatInterval({ chargePointId, policy, records }: Context): number {
  const wishes = wishesFor(chargePointId, policy.wishedConfiguration, records.configurationWishes(chargePointId));
  const wished = wishes.find(({ key }) => configurationKey(key) === 'heartbeatinterval')?.value.trim() ?? '';
  const seconds = /^\d{1,5}$/.test(wished) ? Number(wished) : 0;
  return seconds > 0 ? seconds : policy.heartbeatIntervalS;
}

/** Null: turned away without being remembered. */
export function registrationOf(
  known: Registration | null,
  { chargePointId, policy, records }: Pick<Context, 'chargePointId' | 'policy' | 'records'>,
): Registration | null {
  if (policy.configured.has(chargePointId)) return 'accepted';
  if (known !== null) return known;
  if (policy.unknownChargePoints === 'accept') {
    return records.countChargePoints('accepted') < MAX_ACCEPTED ? 'accepted' : null;
  }
  if (policy.unknownChargePoints === 'refuse') return null;
  return records.countChargePoints('pending') < MAX_PENDING ? 'pending' : null;
}

function nameplateOf(request: RequestOf<'BootNotification'>): Nameplate {
  return {
    vendor: request.chargePointVendor,
    model: request.chargePointModel,
    serialNumber: said(request.chargePointSerialNumber),
    boxSerialNumber: said(request.chargeBoxSerialNumber),
    firmwareVersion: said(request.firmwareVersion),
    iccid: said(request.iccid),
    imsi: said(request.imsi),
    meterType: said(request.meterType),
    meterSerialNumber: said(request.meterSerialNumber),
  };
}

/** Some send empty strings or blanks for what they don't know. */
function said(text: string | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}
