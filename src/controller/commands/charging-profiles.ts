import { alertId } from '../../central-system/charging-profiles/checks.ts';
import { expectedSchedule } from '../../central-system/charging-profiles/expected-schedule.ts';
import { chargingCapabilities } from '../../domain/charging-capabilities.ts';
import type { ChargingProfile } from '../../domain/charging-profile.ts';
import type { Command, CommandResult } from '../../domain/commands.ts';
import type { Event } from '../../domain/events.ts';
import { replacedBy } from '../../domain/installed-profiles.ts';
import { asked } from '../../domain/profile-changes.ts';
import { fitProfile } from '../../domain/profile-fitting.ts';
import type { ProfileTerms, RecordedProfile } from '../../domain/profile-record.ts';
import { heldOf } from '../../domain/profile-record.ts';
import { isMistake } from '../../domain/profile-warning.ts';
import { profileWarnings } from '../../domain/profile-warnings.ts';
import { installedToWire } from '../../ocpp/charging-profile-wire.ts';
import { type CommandSite, type Done, ended, recorded, resultOfCall } from '../command-steps.ts';
import type { Line } from '../lines.ts';
import type { Decision } from '../turn.ts';
import { callThen } from './call-then.ts';

type CommandOf<Type extends Command['type']> = Extract<Command, { type: Type }>;

/** Templates in the library at most: more than anybody names. */
const MAX_TEMPLATES = 1_000;
/** chargingProfileId is a 32-bit number on many charge points. */
const MAX_ID = 2_147_483_647;

export function decideChargingProfiles(
  command: CommandOf<
    'install-profile' | 'remove-profile' | 'composite-schedule' | 'put-profile-template' | 'remove-profile-template'
  >,
  site: CommandSite,
  done: Done,
): Decision {
  switch (command.type) {
    case 'install-profile':
      return install(command, site, done);
    case 'remove-profile':
      return remove(command, site, done);
    case 'composite-schedule':
      return schedule(command, site, done);
    case 'put-profile-template':
      return putTemplate(command, site, done);
    case 'remove-profile-template':
      return site.records.profileTemplate(command.id) === null
        ? ended(done, { kind: 'unknown', what: `charging profile ${command.id}` })
        : recorded([{ type: 'profile-template-removed', id: command.id, at: site.clock.now() }], site, done);
  }
}

function install(command: CommandOf<'install-profile'>, site: CommandSite, done: Done): Decision {
  const { chargePointId, connectorId } = command;
  const { records, clock } = site;
  const line = registered(chargePointId, site);
  if ('kind' in line) return ended(done, line);
  const terms = command.template === null ? command.terms : (records.profileTemplate(command.template)?.terms ?? null);
  if (terms === null) return ended(done, { kind: 'unknown', what: `charging profile ${command.template}` });
  const keep = command.keep ?? terms.purpose !== 'TxProfile';
  const transaction = transactionFor(command, terms, keep, line);
  if (typeof transaction === 'object' && transaction !== null) return ended(done, transaction);
  const isOnline = line.session !== null;
  if (!isOnline && !keep) return ended(done, { kind: 'not-connected' });

  const now = clock.now();
  const list = records.chargingProfiles(chargePointId);
  const keys = records
    .reportedKeys(chargePointId)
    .flatMap(({ key, value }) => (value === null ? [] : [[key, value] as const]));
  const capabilities = chargingCapabilities(keys);
  const fitted = fitProfile(terms, capabilities, site.policy.nominalVoltageMV / 1_000);
  const known = ourIdFor(list, connectorId, fitted.terms);
  const id = known ?? records.nextChargingProfileId();
  if (id > MAX_ID) return ended(done, { kind: 'conflict', why: 'No chargingProfileId is left to give.' });
  const profile = ofCharger(id, transaction, fitted.terms);
  const odd = profileWarnings({
    action: 'SetChargingProfile',
    connectorId,
    profile,
    now,
    running: [...line.live.busyConnectors()].flatMap((at) => {
      const running = line.live.runningTransaction(at);
      return running === null ? [] : [{ id: running, connectorId: at }];
    }),
    installed: heldOf(list),
    capabilities,
  });
  const mistakes = command.override === true ? [] : odd.filter(({ kind }) => isMistake(kind));
  if (mistakes.length > 0) return ended(done, { kind: 'mistaken', warnings: mistakes.map(({ text }) => text) });
  const judged =
    site.balancing()?.judgeByHand(chargePointId, 'SetChargingProfile', installedToWire({ connectorId, profile })) ??
    null;
  if (judged?.kind === 'refused' && command.override !== true)
    return ended(done, { kind: 'limit-refused', why: judged.why });
  if (judged?.kind === 'refused') judged.override();
  else if (judged?.kind === 'fits') judged.book();
  const wanted: RecordedProfile = {
    connectorId,
    profile,
    state: isOnline ? 'sent' : 'wanted',
    why: null,
    source: 'resource',
    keep,
    idTag: null,
    tries: 0,
    warnings: [...fitted.notes, ...odd],
    checks: [],
    since: now,
    sentAt: null,
  };
  const profiles = asked(list, wanted);
  const idGiven = known === null ? id : null;
  const news: Event = { type: 'charging-profiles-changed', chargePointId, profiles, idGiven, at: now };
  const created: CommandResult = { kind: 'created', id: String(id) };
  if (!isOnline) return recorded([news], site, done, created);
  const call = { action: 'SetChargingProfile', payload: installedToWire({ connectorId, profile }) } as const;
  return callThen(line, call, [news], site, done, (outcome, operationId) => {
    const result = resultOfCall(outcome, operationId);
    const after = records.chargingProfiles(chargePointId).filter((one) => one.profile.id === id);
    const refused = after.find(({ state }) => state === 'refused');
    if ((result.kind === 'answered' || result.kind === 'call-error') && refused !== undefined) {
      return { kind: 'refused', why: refused.why ?? 'The charge point refused the profile.' };
    }
    if (result.kind === 'queue-full' && keep) return created;
    return result.kind === 'answered' ? created : result;
  });
}

/** The transaction that the profile is to name, null for none, or why it can't be. */
function transactionFor(
  { connectorId, transactionId, override = false }: CommandOf<'install-profile'>,
  { purpose }: ProfileTerms,
  keep: boolean,
  line: Line,
): number | null | CommandResult {
  if (purpose !== 'TxProfile') {
    if (transactionId === null) return null;
    return { kind: 'invalid', why: `A ${purpose} names no transaction (OCPP 1.6 §7.8).` };
  }
  if (keep) return { kind: 'invalid', why: 'A TxProfile ends with its transaction: it can not be kept.' };
  const running = transactionId ?? line.live.runningTransaction(connectorId);
  if (running !== null || override) return running;
  return {
    kind: 'conflict',
    why: `No transaction runs at connector ${connectorId}: a TxProfile is for a running one (OCPP 1.6 §3.13.1).`,
  };
}

/** The id of ours that already stands in this place: a profile is replaced by its id, never cleared first. */
function ourIdFor(list: readonly RecordedProfile[], connectorId: number, terms: ProfileTerms): number | null {
  const inPlace = (one: RecordedProfile): boolean =>
    one.source === 'resource' &&
    one.connectorId === connectorId &&
    replacedBy([{ connectorId, profile: one.profile }], connectorId, ofCharger(-1, null, terms)).length > 0;
  return list.findLast(inPlace)?.profile.id ?? null;
}

/** Fields in the order of the wire, so that two of the same read the same. */
function ofCharger(id: number, transactionId: number | null, terms: ProfileTerms): ChargingProfile {
  const { stackLevel, purpose, kind, recurrency, validFrom, validTo, schedule } = terms;
  const { durationS, startAt, unit, minChargingRate, periods } = schedule;
  return {
    id,
    transactionId,
    stackLevel,
    purpose,
    kind,
    recurrency,
    validFrom,
    validTo,
    schedule: {
      durationS,
      startAt,
      unit,
      minChargingRate,
      periods: periods.map(({ startS, limit, phases }) => ({ startS, limit, phases })),
    },
  };
}

function remove(command: CommandOf<'remove-profile'>, site: CommandSite, done: Done): Decision {
  const { chargePointId, profileId } = command;
  const line = registered(chargePointId, site);
  if ('kind' in line) return ended(done, line);
  const list = site.records.chargingProfiles(chargePointId);
  const meant = list.filter((one) => one.profile.id === profileId);
  if (meant.length === 0) return ended(done, { kind: 'unknown', what: `charging profile ${profileId} on record` });
  const isThere = meant.some(({ state }) => state !== 'wanted' && state !== 'refused');
  if (isThere && line.session === null) return ended(done, { kind: 'not-connected' });
  // From here on nothing sends it anew, whatever comes back.
  const profiles = list.flatMap((one) => {
    if (one.profile.id !== profileId) return [one];
    return one.state === 'wanted' || one.state === 'refused' ? [] : [{ ...one, keep: false }];
  });
  const at = site.clock.now();
  const news: Event[] = [{ type: 'charging-profiles-changed', chargePointId, profiles, idGiven: null, at }];
  if (meant.some(({ keep }) => keep)) {
    news.push({ type: 'alert-cleared', id: alertId(chargePointId, profileId), at });
  }
  if (!isThere) return recorded(news, site, done);
  return callThen(line, { action: 'ClearChargingProfile', payload: { id: profileId } }, news, site, done);
}

function schedule(command: CommandOf<'composite-schedule'>, site: CommandSite, done: Done): Decision {
  const { chargePointId, connectorId, durationS, ask } = command;
  const { records, policy, clock } = site;
  const line = registered(chargePointId, site);
  if ('kind' in line) return ended(done, line);
  const keys = records
    .reportedKeys(chargePointId)
    .flatMap(({ key, value }) => (value === null ? [] : [[key, value] as const]));
  const unit = command.unit ?? chargingCapabilities(keys).units?.[0] ?? 'A';
  const shown = (): CommandResult => ({
    kind: 'composite-schedule',
    computed: expectedSchedule(
      { chargePointId, records, live: line.live, policy },
      { connectorId, at: clock.now(), durationS, unit },
    ),
    comparison: records.scheduleComparison(chargePointId, connectorId),
  });
  if (!ask) return ended(done, shown());
  if (line.session === null) return ended(done, { kind: 'not-connected' });
  const payload = { connectorId, duration: durationS, chargingRateUnit: unit };
  return callThen(line, { action: 'GetCompositeSchedule', payload }, [], site, done, (outcome, operationId) =>
    // A refusal is kept as the comparison that it made impossible.
    outcome.kind === 'result' || outcome.kind === 'error' ? shown() : resultOfCall(outcome, operationId),
  );
}

function putTemplate(command: CommandOf<'put-profile-template'>, site: CommandSite, done: Done): Decision {
  const { records, clock, ids } = site;
  const { name, terms } = command;
  if (command.id !== null && records.profileTemplate(command.id) === null) {
    return ended(done, { kind: 'unknown', what: `charging profile ${command.id}` });
  }
  const namesake = records.profileTemplateNamed(name);
  if (namesake !== null && namesake.id !== command.id) {
    return ended(done, { kind: 'conflict', why: `There is a charging profile named ${name} already.` });
  }
  if (command.id === null && records.countProfileTemplates() >= MAX_TEMPLATES) {
    return ended(done, { kind: 'conflict', why: `The library is full: it holds ${MAX_TEMPLATES} at most.` });
  }
  const id = command.id ?? ids.uuid();
  const event: Event = { type: 'profile-template-put', template: { id, name, terms }, at: clock.now() };
  return recorded([event], site, done, command.id === null ? { kind: 'created', id } : { kind: 'done' });
}

/** The line of a charge point that has introduced itself, or why there is none. */
function registered(chargePointId: string, { lines, policy }: CommandSite): Line | CommandResult {
  const line = lines.get(chargePointId);
  if (line !== null && line.registration !== null) return line;
  const known = line !== null || policy.configured.has(chargePointId);
  return known ? { kind: 'not-connected' } : { kind: 'unknown', what: `charge point ${chargePointId}` };
}
