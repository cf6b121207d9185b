import { type Candidate, desiredList, type ListChange, listChanges } from '../../domain/desired-list.ts';
import type { Event } from '../../domain/events.ts';
import { type ListEntry, type LocalList, unknownList } from '../../domain/local-list.ts';
import { idTagKey, tokenChanges } from '../../domain/token.ts';
import type { Instant } from '../../domain/units.ts';
import type { Chore, ChoreContext, ChoreStep } from '../chore.ts';
import { alertId, listAlert, REST_MS } from './answers.ts';
import { type ListLimits, limitsOf, refusalOf } from './limits.ts';
import { differentialRequest, fullRequest, nextVersion } from './updates.ts';

/** Keeps the local list of each charge point in line with the tokens: first what takes rights away, then all of it. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const wakes: Chore['wakes'] = new Set([
  ...tokenChanges,
  'local-list-changed',
  'configuration-reported',
  'configuration-taken',
]);

/** Who may charge no longer is taken off the lists before any other chore has its say. */
export const listRevocations: Chore = {
  name: 'local list revocations',
  wakes,
  look(context) {
    const { chargePointId, now, records, policy, reachable } = context;
    if (policy.localLists === 'off' || !reachable) return {};
    const list = records.localList(chargePointId);
    if (list === null || list.heldVersion === null || list.heldVersion === 0 || list.conflictAt !== null) return {};
    if (isResting(list, context) || mustAsk(list, context) || !askedOnThisConnection(list, context)) return {};
    const limits = limitsOf(chargePointId, list, now, records);
    const changed = changedSince(list, limits, context);
    if (changed === null || changed.size === 0) return {};
    const { changes, revoking } = changesOf(changed, context);
    return revoking === 0 ? {} : begin(list, changes.slice(0, Math.min(revoking, limits.chunk)), context);
  },
};

/** Brings a list in line step by step: ask for its version, replace what is not known, send what differs, verify. */
export const localLists: Chore = {
  name: 'local lists',
  wakes,
  look(context) {
    const { chargePointId, now, records, policy, reachable } = context;
    const list = records.localList(chargePointId) ?? unknownList;
    if (policy.localLists === 'off') return abandoned(list, context);
    if (!reachable) return {};
    const refusal = refusalOf(chargePointId, records);
    if (refusal !== null) return refused(list, refusal, context);
    if (isResting(list, context)) return { again: list.nextTryAt ?? now };
    if (mustAsk(list, context)) return ask;

    const limits = limitsOf(chargePointId, list, now, records);
    const changed = changedSince(list, limits, context);
    const again = nextLook(list, now);
    const contradicted = list.conflictAt !== null && now - (list.fullAt ?? 0) >= HOUR_MS;
    if (!contradicted && list.state === 'in-line' && changed?.size === 0) return { again };
    if (!askedOnThisConnection(list, context)) return ask;

    const isReplaced = contradicted || list.heldVersion === null || list.heldVersion === 0;
    // As long as all have room, one token has nothing to do with another.
    if (!isReplaced && changed !== null && list.settledFor?.all === true && hasRoomForAll(limits, context)) {
      return brought(list, changesOf(changed, context).changes, 0, limits, context);
    }
    const { changes, desired, missing } = planOf(limits, context);
    if (isReplaced && (desired.length > 0 || list.heldVersion !== 0)) {
      return sendFull(list, desired.slice(0, limits.chunk), context);
    }
    return brought(list, changes, missing, limits, context);
  },
};

/** One step further: the next changes, the question whether they are there, or the end of it. */
function brought(
  list: LocalList,
  changes: readonly ListChange[],
  missing: number,
  limits: ListLimits,
  context: ChoreContext,
): ChoreStep {
  if (changes.length > 0) return begin(list, changes.slice(0, limits.chunk), context);
  if (list.heldVersion !== list.reportedVersion) return ask;
  return { events: settled(list, missing, limits, context), again: nextLook(list, context.now) };
}

/** Before the first of several changes its version is asked for: nothing else shows that it holds something else by now. */
function begin(list: LocalList, changes: readonly ListChange[], context: ChoreContext): ChoreStep {
  if (list.state !== 'in-line') return sendDifferential(list, changes, context);
  return { ...ask, events: [changed({ ...list, state: 'updating', askedAt: null }, context)] };
}

const ask: ChoreStep = { call: { action: 'GetLocalListVersion', payload: {} } };

const hasRoomForAll = ({ room }: ListLimits, { records }: ChoreContext): boolean =>
  records.tokenBook().candidates.length <= room;

/** What has to change in all. */
function planOf({ room }: ListLimits, { chargePointId, now, records }: ChoreContext) {
  const held = new Map(records.localListEntries(chargePointId).map((entry) => [idTagKey(entry.idTag), entry]));
  const { useOf } = records.tokenUse(dayOf(now));
  const { candidates } = records.tokenBook();
  const { entries: desired, missing } = desiredList(candidates, chargePointId, { now, room, held, useOf });
  return { ...listChanges(held, desired), desired, missing };
}

/** What has to change of these tokens alone, where there is room for all. */
function changesOf(keys: ReadonlySet<string>, { chargePointId, now, records }: ChoreContext) {
  const held = new Map<string, ListEntry>();
  const candidates: Candidate[] = [];
  const book = records.tokenBook();
  for (const key of keys) {
    const entry = records.localListEntry(chargePointId, key);
    if (entry !== null) held.set(key, entry);
    const candidate = book.candidate(key);
    if (candidate !== null) candidates.push(candidate);
  }
  const { useOf } = records.tokenUse(dayOf(now));
  return listChanges(held, desiredList(candidates, chargePointId, { now, room: keys.size, held, useOf }).entries);
}

/** The tokens that have changed since it was last in line; null where all have to be looked at. */
function changedSince(
  { settledFor }: LocalList,
  limits: ListLimits,
  context: ChoreContext,
): ReadonlySet<string> | null {
  if (settledFor === null || settledFor.basis !== basisOf(limits, context)) return null;
  return context.records.tokenBook().changedSince(settledFor.revision);
}

function sendFull(list: LocalList, entries: Parameters<typeof fullRequest>[1], context: ChoreContext): ChoreStep {
  const { version, events } = reserved(list, context);
  return { events, call: { action: 'SendLocalList', payload: fullRequest(version, entries) } };
}

function sendDifferential(list: LocalList, changes: readonly ListChange[], context: ChoreContext): ChoreStep {
  const { version, events } = reserved(list, context);
  return { events, call: { action: 'SendLocalList', payload: differentialRequest(version, changes) } };
}

/** The version of the next update, set aside before it is sent: not even a power cut makes it be sent twice. */
function reserved(list: LocalList, context: ChoreContext): { version: number; events: readonly Event[] } {
  if (list.reservedVersion !== null) return { version: list.reservedVersion, events: [] };
  const version = nextVersion(list);
  return { version, events: [changed({ ...list, state: 'updating', reservedVersion: version }, context)] };
}

function settled(list: LocalList, missing: number, limits: ListLimits, context: ChoreContext): readonly Event[] {
  const { chargePointId, now: at, records } = context;
  const inLine: LocalList = {
    ...list,
    state: 'in-line',
    settledFor: {
      revision: records.tokenBook().revision,
      basis: basisOf(limits, context),
      all: hasRoomForAll(limits, context),
    },
    missing,
    failures: 0,
    fruitless: 0,
    problem: null,
    wanted: false,
  };
  const cleared: Event[] = list.problem === null ? [] : [{ type: 'alert-cleared', id: alertId(chargePointId), at }];
  return [changed(inLine, context), ...cleared];
}

function refused(list: LocalList, { text, fix }: { text: string; fix: string }, context: ChoreContext): ChoreStep {
  const problem = `${text} ${fix}`;
  if (list.state === 'unsupported' && list.problem === problem) return {};
  // Whatever it still holds may have changed by the time that it has a list again.
  const without: LocalList = {
    ...list,
    state: 'unsupported',
    askedAt: null,
    heldVersion: null,
    nextTryAt: null,
    problem,
  };
  const events = [changed(without, context)];
  return { events: list.wanted ? [...events, listAlert(context.chargePointId, text, fix, context.now)] : events };
}

/** Nobody keeps it in line any more: what it holds stays on it, and nothing is promised of it. */
function abandoned(list: LocalList, context: ChoreContext): ChoreStep {
  if (list.state === 'unknown' || list.state === 'unsupported') return {};
  const cleared: Event[] =
    list.problem === null ? [] : [{ type: 'alert-cleared', id: alertId(context.chargePointId), at: context.now }];
  return { events: [changed({ ...list, state: 'unknown', nextTryAt: null, problem: null }, context), ...cleared] };
}

/** Whether it is left alone for now: it failed, or has no list, and has not booted since. */
function isResting({ nextTryAt }: LocalList, { chargePointId, now, records }: ChoreContext): boolean {
  if (nextTryAt === null || now >= nextTryAt) return false;
  const bootedAt = records.lastBootAt(chargePointId);
  return bootedAt === null || bootedAt < nextTryAt - REST_MS;
}

/** Whether what it last reported is too old to rely on: before its last boot, or yesterday. */
function mustAsk(list: LocalList, context: ChoreContext): boolean {
  const { askedAt, nextTryAt, pending } = list;
  const { chargePointId, now, records } = context;
  if (askedAt === null || pending !== null || nextTryAt !== null || now - askedAt >= DAY_MS) return true;
  const bootedAt = records.lastBootAt(chargePointId);
  if (bootedAt !== null && bootedAt >= askedAt) return true;
  // It may have been elsewhere in the meantime, though hardly each time that a bad line drops.
  return !askedOnThisConnection(list, context) && now - askedAt >= HOUR_MS;
}

function askedOnThisConnection({ askedAt }: LocalList, { connectedAt }: ChoreContext): boolean {
  return askedAt !== null && (connectedAt === null || askedAt >= connectedAt);
}

/** While this and the tokens stay the same, so does the list that it should hold. */
const basisOf = ({ chunk, room }: ListLimits, { now }: ChoreContext): string => `${dayOf(now)} ${chunk} ${room}`;

/** Days since 1970: who is likely to come is judged once a day, and so is what has expired. */
const dayOf = (at: Instant): number => Math.floor(at / DAY_MS);

function nextLook({ askedAt, conflictAt, fullAt }: LocalList, now: Instant): Instant {
  const verify = (askedAt ?? now) + DAY_MS;
  const tomorrow = (dayOf(now) + 1) * DAY_MS;
  const conflict = conflictAt === null ? Number.POSITIVE_INFINITY : (fullAt ?? 0) + HOUR_MS;
  return Math.min(verify, tomorrow, conflict) as Instant;
}

function changed(list: LocalList, { chargePointId, now }: ChoreContext): Event {
  return { type: 'local-list-changed', chargePointId, list, content: null, at: now };
}
