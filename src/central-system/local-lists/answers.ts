import type { Event } from '../../domain/events.ts';
import { type ListUpdate, type LocalList, unknownList } from '../../domain/local-list.ts';
import type { Instant } from '../../domain/units.ts';
import type { AnswerContext, AnswerHandler } from '../answer.ts';
import { learnt } from './limits.ts';
import { updateOf, withVersion } from './updates.ts';

/** What charge points answer to SendLocalList and GetLocalListVersion, whoever asked: what we believe they hold follows it. */

/** After this a list that could not be brought in line is tried again, ms; a boot does so earlier. */
export const REST_MS = 24 * 3_600_000;
/** Updates that may fail until it is given up: halving 500 entries down to one takes ten. */
const MAX_FAILURES = 16;
/** Accepted and yet not kept: twice is no accident. */
const MAX_FRUITLESS = 2;
const MAX_SILENCES = 3;

/** The codes for a message that is not known. Either is used for both (OCPP-J §4.2.3). */
const isUnsupported = (code: string): boolean => /^Not(Implemented|Supported)$/i.test(code.trim());

export const sendLocalListAnswered: AnswerHandler<'SendLocalList'> = (request, answer, context) => {
  const list = listOf(context);
  if (list === null || answer.kind === 'not-sent') return [];
  const update = updateOf(request);
  const ours = update.version === list.reservedVersion || update.version === list.sentVersion;
  const told: LocalList = {
    ...list,
    sentVersion: withVersion(list, update.version),
    reservedVersion: update.version === list.reservedVersion ? null : list.reservedVersion,
    pending: null,
  };
  const failures = told.failures + 1;
  switch (answer.kind) {
    case 'result':
      switch (answer.response.status) {
        case 'Accepted':
          return accepted(told, update, context, ours);
        case 'NotSupported':
          return unsupported(told, 'it answered NotSupported to SendLocalList', context);
        case 'VersionMismatch':
          // Its version is not what it said: whatever it holds is replaced (OCPP 1.6 §5.15).
          return ours
            ? orGiveUp({ ...told, heldVersion: null, askedAt: null, failures }, context)
            : changed(told, null, context);
        case 'Failed':
          return ours ? failed(told, update, context) : changed(told, null, context);
      }
      break;
    case 'error':
      if (isUnsupported(answer.code)) return unsupported(told, `it answered ${answer.code} to SendLocalList`, context);
      return ours ? failed(told, update, context) : changed(told, null, context);
    case 'malformed':
    case 'silence':
      // It may hold the update or not: its version will tell.
      return changed(
        { ...told, pending: update, askedAt: null, failures: ours ? failures : list.failures },
        null,
        context,
      );
  }
};

export const localListVersionAnswered: AnswerHandler<'GetLocalListVersion'> = (_request, answer, context) => {
  const list = listOf(context);
  if (list === null || answer.kind === 'not-sent') return [];
  const { at, chargePointId } = context;
  if (answer.kind === 'error' && isUnsupported(answer.code)) {
    return unsupported(list, `it answered ${answer.code} to GetLocalListVersion`, context);
  }
  if (answer.kind !== 'result') {
    const asked = { ...list, silences: list.silences + 1 };
    if (asked.silences < MAX_SILENCES) return changed(asked, null, context);
    // Some leave what they do not know without an answer.
    if (list.reportedVersion === null) return unsupported(asked, 'it does not say which version it has', context);
    const text = `${chargePointId} does not say which version its local list has.`;
    return givenUp(
      asked,
      text,
      'Look at the message log for what it answers; after a restart it is asked again.',
      context,
    );
  }
  const { listVersion } = answer.response;
  if (listVersion < 0) {
    const told = { ...list, reportedVersion: listVersion, askedAt: at };
    return unsupported(told, `it reported the list version ${listVersion}`, context);
  }
  return reported(list, listVersion, context);
};

/** It has a list, of this version. */
function reported(before: LocalList, version: number, context: AnswerContext): readonly Event[] {
  const { at } = context;
  const rests = before.state === 'gave-up' || before.state === 'unsupported';
  const early = rests && before.nextTryAt !== null && at < before.nextTryAt;
  const list: LocalList = {
    ...before,
    state: before.state === 'in-line' ? 'in-line' : begun(context),
    reportedVersion: version,
    askedAt: at,
    // A version that was set aside may have been sent by a process that has ended since.
    sentVersion: withVersion(before, before.reservedVersion ?? 0),
    reservedVersion: null,
    pending: null,
    nextTryAt: null,
    silences: 0,
    // Who breaks down over an update boots: that earns one more try, not all of them anew.
    failures: !rests ? before.failures : early && before.failures > 0 ? MAX_FAILURES - 1 : 0,
    fruitless: rests ? 0 : before.fruitless,
  };
  const { pending, heldVersion } = before;
  if (pending !== null && pending.version === version)
    return accepted({ ...list, verifiedAt: at }, pending, context, false);
  if (pending === null && heldVersion === version) return changed({ ...list, verifiedAt: at }, null, context);
  // What was sent into the silence has changed nothing. Once, that can be a lost connection.
  if (pending !== null && (heldVersion === version || heldVersion === null)) {
    return list.failures < 2 ? orGiveUp(list, context) : halved(list, pending, context);
  }
  const drifted: LocalList = { ...list, state: begun(context), heldVersion: version === 0 ? 0 : null };
  const emptied: ListUpdate | null = version === 0 ? { version: 0, full: true, put: [], removed: [] } : null;
  const kept = context.records.lastBootAt(context.chargePointId);
  const rebooted = before.askedAt === null || (kept !== null && kept >= before.askedAt);
  if (before.state !== 'updating' || heldVersion === null || heldVersion === 0 || pending !== null || rebooted) {
    return drifted.failures >= MAX_FAILURES ? refused(drifted, context, emptied) : changed(drifted, emptied, context);
  }
  const fruitless = list.fruitless + 1;
  if (fruitless < MAX_FRUITLESS) return changed({ ...drifted, fruitless }, emptied, context);
  const text = `${context.chargePointId} accepts its local list and does not keep it: it still reports version ${version}.`;
  const fix = 'Its cards work while it is connected. Ask the maker for firmware that keeps the list.';
  return givenUp({ ...drifted, fruitless }, text, fix, context, emptied);
}

function accepted(list: LocalList, update: ListUpdate, context: AnswerContext, isWanted: boolean): readonly Event[] {
  const { at } = context;
  const known = update.full || list.heldVersion !== null;
  const now: LocalList = {
    ...list,
    state: begun(context),
    heldVersion: known ? update.version : null,
    nextTryAt: null,
    ...(update.full ? { fullAt: at, conflictAt: null } : {}),
    // Beside what was wanted nothing has changed, or everything may have.
    settledFor: isWanted && !update.full ? list.settledFor : null,
  };
  return changed(now, known ? update : null, context);
}

/** Ours was turned down. A differential one is followed by a full one, a full one by a smaller one (OCPP 1.6 §5.15). */
function failed(list: LocalList, update: ListUpdate, context: AnswerContext): readonly Event[] {
  const failures = list.failures + 1;
  if (update.full) return halved({ ...list, failures, heldVersion: null }, update, context);
  const { chargePointId, at, records } = context;
  const entries = update.put.length + update.removed.length;
  const grown = { ...list, failures, heldVersion: null };
  if (update.put.length === 0 || failures < 2) return orGiveUp(grown, context);
  const held = records.localListEntries(chargePointId).length;
  // Once the size of the message has been ruled out, the list is full.
  const more = entries > 1 && failures === 2 ? { chunk: Math.floor(entries / 2) } : held > 0 ? { room: held } : {};
  return orGiveUp({ ...grown, learned: learnt(chargePointId, list, more, at, records) }, context);
}

/** It came to nothing: the next one is half as long, until one entry is too much. */
function halved(list: LocalList, update: ListUpdate, context: AnswerContext): readonly Event[] {
  const { chargePointId, at, records } = context;
  const entries = update.put.length + update.removed.length;
  if (entries <= 1 && update.full) return refused(list, context);
  const chunk = Math.max(1, Math.floor(entries / 2));
  return orGiveUp({ ...list, learned: learnt(chargePointId, list, { chunk }, at, records) }, context);
}

function orGiveUp(list: LocalList, context: AnswerContext): readonly Event[] {
  return list.failures >= MAX_FAILURES
    ? refused(list, context)
    : changed({ ...list, state: begun(context) }, null, context);
}

function refused(list: LocalList, context: AnswerContext, content: ListUpdate | null = null): readonly Event[] {
  const text = `${context.chargePointId} does not take its local list: update after update failed, down to single entries.`;
  const fix =
    'Restart it, and look at the message log for what it answers to SendLocalList. It is tried again by itself.';
  return givenUp(list, text, fix, context, content);
}

function givenUp(
  list: LocalList,
  text: string,
  fix: string,
  context: AnswerContext,
  content: ListUpdate | null = null,
): readonly Event[] {
  const { chargePointId, at, policy } = context;
  if (policy.localLists === 'off') return changed({ ...list, state: 'unknown' }, content, context);
  const nextTryAt = (at + REST_MS) as Instant;
  return [
    ...changed({ ...list, state: 'gave-up', nextTryAt, problem: `${text} ${fix}` }, content, context),
    listAlert(chargePointId, text, fix, at),
  ];
}

/** There is no list. Nothing is wrong with that, unless somebody has asked for one. */
function unsupported(list: LocalList, why: string, context: AnswerContext): readonly Event[] {
  const { chargePointId, at, policy } = context;
  const text = `${chargePointId} keeps no local list: ${why}.`;
  const fix = 'If it should have one, see whether its configuration key LocalAuthListEnabled is true.';
  const now: LocalList = {
    ...list,
    state: 'unsupported',
    heldVersion: null,
    reservedVersion: null,
    sentVersion: withVersion(list, list.reservedVersion ?? 0),
    pending: null,
    silences: 0,
    nextTryAt: (at + REST_MS) as Instant,
    problem: `${text} ${fix}`,
  };
  const events = changed(now, null, context);
  if (list.wanted && policy.localLists === 'on') return [...events, listAlert(chargePointId, text, fix, at)];
  return list.state === 'gave-up' ? [...events, { type: 'alert-cleared', id: alertId(chargePointId), at }] : events;
}

export function listAlert(chargePointId: string, text: string, fix: string, at: Instant): Event {
  return {
    type: 'alert-raised',
    alert: { id: alertId(chargePointId), kind: 'local-list', chargePointId, text, fix },
    at,
  };
}

export const alertId = (chargePointId: string): string => `local-list:${chargePointId}`;

/** Null for a charge point of which nothing can be kept. */
function listOf({ chargePointId, records }: AnswerContext): LocalList | null {
  return records.registration(chargePointId) === null ? null : (records.localList(chargePointId) ?? unknownList);
}

/** Where nobody keeps it in line, nobody says that it is about to be. */
const begun = ({ policy }: AnswerContext) => (policy.localLists === 'on' ? 'updating' : 'unknown');

function changed(list: LocalList, content: ListUpdate | null, { chargePointId, at }: AnswerContext): readonly [Event] {
  return [{ type: 'local-list-changed', chargePointId, list, content, at }];
}
