import type { InstalledProfile } from '../../domain/charging-profile.ts';
import type { Event } from '../../domain/events.ts';
import * as change from '../../domain/profile-changes.ts';
import type { ScheduleComparison } from '../../domain/profile-record.ts';
import { type ReportedSchedule, scheduleDifferences } from '../../domain/schedule-agreement.ts';
import {
  clearCriteriaFromWire,
  installedFromWire,
  profileFromWire,
  reportedScheduleFromWire,
} from '../../ocpp/charging-profile-wire.ts';
import type { Answer, AnswerContext, AnswerHandler } from '../answer.ts';
import { MAX_CONNECTOR_ID } from '../handler.ts';
import { alertId, changed, checked } from './checks.ts';
import { expectedSchedule } from './expected-schedule.ts';
import { refusalOf } from './refusal.ts';

/** OCPP 1.6 §5.16. Whatever is no Accepted counts as a limit that is not in force (errata 3.38, 3.39). */
export const profileSent: AnswerHandler<'SetChargingProfile'> = (request, answer, context) => {
  const { chargePointId, at, records } = context;
  const list = records.chargingProfiles(chargePointId);
  const sent = installedFromWire(request);
  const known = change.requestFor(list, sent);
  switch (answer.kind) {
    case 'result': {
      const { status } = answer.response;
      if (status === 'Accepted')
        return changed(list, change.accepted(list, boundToRunning(sent, context), at), context);
      return refusal(`The charge point answered ${status}.`);
    }
    case 'error':
      return refusal(`The charge point answered with the error ${answer.code}${spoken(answer.description)}.`);
    case 'malformed':
      return changed(list, change.unanswered(list, sent, at, 'It answered, but not as OCPP has it.'), context);
    case 'silence':
      return changed(list, change.unanswered(list, sent, at, 'No answer came: it may be in force or not.'), context);
    case 'not-sent':
      return changed(list, change.unsent(list, sent, at), context);
  }

  function refusal(said: string): Event[] {
    const why = refusalOf(said, sent, context);
    const events = changed(list, change.refused(list, sent, at, why), context);
    // Of one that was sent for somebody, that somebody hears; of one that was sent anew by itself, nobody would.
    if (known === null || !known.keep || known.state === 'sent') return events;
    const alert = {
      id: alertId(chargePointId, sent.profile.id),
      kind: 'charging-profile-refused',
      chargePointId,
      text: `${chargePointId} refused charging profile ${sent.profile.id}, which it is to keep. ${why}`,
      fix: 'Mend what it refuses, and install the profile again; until then this limit is not in force.',
    };
    return [...events, { type: 'alert-raised', alert, at }];
  }
};

/** OCPP 1.6 §5.5. Unknown: nothing of what was meant was there (errata 3.26). */
export const profilesCleared: AnswerHandler<'ClearChargingProfile'> = (request, answer, context) => {
  const { chargePointId, at, records } = context;
  const list = records.chargingProfiles(chargePointId);
  const criteria = clearCriteriaFromWire(request);
  // One of an ended transaction is asked to go once after a boot, whatever comes back.
  const left = list.map((one) =>
    one.state === 'ended' && one.profile.id === criteria.id ? { ...one, sentAt: at } : one,
  );
  switch (answer.kind) {
    case 'result':
      return changed(list, change.cleared(list, criteria), context);
    case 'silence':
    case 'malformed': {
      const why = 'It was asked to clear this, and gave no answer: it may be gone or not.';
      return changed(list, change.perhapsCleared(left, criteria, at, why), context);
    }
    case 'error':
      return changed(list, left, context);
    case 'not-sent':
      return [];
  }
};

/** OCPP 1.6 §5.7: what the charge point reports beside what its profiles come to. Differences are evidence, not proof. */
export const scheduleReported: AnswerHandler<'GetCompositeSchedule'> = (request, answer, context) => {
  const { chargePointId, at, policy, records } = context;
  // One of a connector that can't be is for whoever asked: what is kept has bounds.
  const isConnector = request.connectorId >= 0 && request.connectorId <= MAX_CONNECTOR_ID;
  if (answer.kind === 'not-sent' || !isConnector) return [];
  const said = answer.kind === 'result' ? reportedScheduleFromWire(answer.response) : null;
  const offMs = (said?.startAt ?? at) - at;
  const isOff = Math.abs(offMs) > CLOCK_TOLERANCE_MS;
  // Limits go by its clock, cars by ours: what a wrong clock calls now is what holds now.
  const reported = said !== null && isOff ? { ...said, startAt: null } : said;
  const { connectorId } = request;
  const unit = request.chargingRateUnit ?? reported?.unit ?? 'A';
  const computed = expectedSchedule(context, { connectorId, at, durationS: request.duration, unit });
  const maxPeriods = Number(records.reportedConfiguration(chargePointId, 'ChargingScheduleMaxPeriods') ?? Number.NaN);
  const all =
    reported?.accepted === true
      ? scheduleDifferences(computed, reported, {
          nominalVoltageV: policy.nominalVoltageMV / 1_000,
          maxPeriods: Number.isInteger(maxPeriods) && maxPeriods > 0 ? maxPeriods : null,
        })
      : [];
  // Of the whole charge point only more than its maximum means anything: see CompositeRequest.connectorId.
  const differences = connectorId === 0 ? all.filter(({ kind }) => kind === 'higher') : all;
  const why = noReport(answer, reported, connectorId);
  const comparison: ScheduleComparison = {
    connectorId,
    at,
    durationS: computed.durationS,
    unit,
    outcome: why !== null ? 'no-report' : differences.length > 0 ? 'differs' : 'agrees',
    why: why ?? (isOff ? clockWords(offMs) : null),
    differences: differences.slice(0, MAX_DIFFERENCES),
    reported: reported === null ? null : { ...reported, periods: reported.periods.slice(0, MAX_PERIODS) },
  };
  return [{ type: 'composite-schedule-compared', chargePointId, comparison, at }, ...checked(comparison, context)];
};

/** OCPP 1.6 §5.11: Accepted means that it will try to start, and says nothing about the profile. */
export const remoteStartAnswered: AnswerHandler<'RemoteStartTransaction'> = (request, answer, context) => {
  const { chargingProfile, connectorId = null, idTag } = request;
  if (chargingProfile === undefined || answer.kind !== 'result' || answer.response.status !== 'Accepted') return [];
  const list = context.records.chargingProfiles(context.chargePointId);
  const profile = profileFromWire(chargingProfile);
  return changed(list, change.sentAlong(list, { connectorId, profile }, idTag, context.at), context);
};

/** A clock is taken to be wrong from here on, ms; a minute or two is usual. */
const CLOCK_TOLERANCE_MS = 300_000;

function clockWords(offMs: number): string {
  const minutes = Math.round(Math.abs(offMs) / 60_000);
  return `Its clock is ${minutes} min ${offMs < 0 ? 'behind' : 'ahead'}: limits with a start of their own come as much ${offMs < 0 ? 'too late' : 'too early'}.`;
}

/** Differences and periods that are kept of one comparison. */
const MAX_DIFFERENCES = 50;
const MAX_PERIODS = 200;
/** Characters of a charge point's own words that are repeated. */
const MAX_WORDS = 200;

/** A TxProfile that names no transaction is for the one that runs (OCPP 1.6 §7.8). */
function boundToRunning(sent: InstalledProfile, { live }: AnswerContext): InstalledProfile {
  const { profile, connectorId } = sent;
  if (profile.purpose !== 'TxProfile' || profile.transactionId !== null) return sent;
  return { ...sent, profile: { ...profile, transactionId: live.runningTransaction(connectorId) } };
}

function noReport(
  answer: Answer<'GetCompositeSchedule'>,
  reported: ReportedSchedule | null,
  connectorId: number,
): string | null {
  switch (answer.kind) {
    case 'result':
      if (reported?.accepted !== true) return 'The charge point answered Rejected.';
      return connectorId === 0 && reported.periods.length === 0 ? 'The charge point reported no periods.' : null;
    case 'error':
      return `The charge point answered with the error ${answer.code}${spoken(answer.description)}.`;
    case 'malformed':
      return 'The charge point answered, but not as OCPP has it.';
    default:
      return 'No answer came.';
  }
}

const spoken = (description: string): string => (description === '' ? '' : ` (${description.slice(0, MAX_WORDS)})`);
