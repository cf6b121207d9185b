import type { Command } from '../../domain/commands.ts';
import type { Event } from '../../domain/events.ts';
import type { LimitEvidence, LimitValue, SiteLimit } from '../../domain/site-limit.ts';
import { isOfUpstream, limitFault, MAX_SITE_LIMITS, sameLimit, siteLimitId } from '../../domain/site-limits.ts';
import { type Instant, instant } from '../../domain/units.ts';
import { type CommandSite, type Done, ended, recorded } from '../command-steps.ts';
import type { Decision } from '../turn.ts';

type LimitCommand = Extract<
  Command,
  { type: 'set-site-limit' | 'end-site-limit' | 'suspend-site-limit' | 'lapse-site-limits' | 'note-limit-effect' }
>;

/** Characters of a signal that are kept. */
const MAX_RAW = 200;

/** Limits from outside: set, renewed, taken back or run out. What changes what holds is kept as evidence; a renewal is not. */
export function decideSiteLimits(command: LimitCommand, site: CommandSite, done: Done): Decision {
  const at = site.clock.now();
  switch (command.type) {
    case 'set-site-limit':
      return set(command, at, site, done);
    case 'end-site-limit': {
      const known = site.records.siteLimit(command.id);
      if (known === null) return ended(done, { kind: 'unknown', what: `limit ${command.id}` });
      return recorded([...signal(known, command.signal, at), ...end(known, 'signal', at)], site, done);
    }
    case 'suspend-site-limit': {
      const known = site.records.siteLimit(command.id);
      if (known === null) return ended(done, { kind: 'unknown', what: `limit ${command.id}` });
      const { id, circuit, source } = known;
      if (!isOfUpstream(source)) {
        return ended(done, { kind: 'conflict', why: `It comes from ${source}, not from the backend: end it there.` });
      }
      const signalled = signal(known, command.until === null ? 'holds again' : 'set aside on site', at);
      return recorded(
        [{ type: 'site-limit-suspended', id, circuit, source, until: command.until, at }, ...signalled],
        site,
        done,
      );
    }
    case 'lapse-site-limits': {
      const events = site.records.siteLimits().flatMap((limit) => lapse(limit, at));
      return events.length === 0 ? ended(done, { kind: 'done' }) : recorded(events, site, done);
    }
    case 'note-limit-effect':
      return recorded([noted({ ...command.effect, kind: 'effect', at })], site, done);
  }
}

function set(command: Extract<LimitCommand, { type: 'set-site-limit' }>, at: Instant, site: CommandSite, done: Done) {
  const { circuit, source, value, ttlMs } = command;
  const circuits = site.policy.siteModel?.circuits ?? [];
  if (circuits.length === 0) {
    const why =
      'No circuits are configured, so nothing is balanced and no limit can hold. Describe them under circuits.';
    return ended(done, { kind: 'conflict', why });
  }
  if (!circuits.some(({ id }) => id === circuit)) {
    const some = circuits.slice(0, 20).map(({ id }) => id);
    return ended(done, { kind: 'invalid', why: `There is no circuit ${circuit}. There are: ${some.join(', ')}.` });
  }
  const fault = limitFault(value) ?? (command.then === 'configured' ? null : limitFault(command.then));
  if (fault !== null) return ended(done, { kind: 'invalid', why: fault });
  const id = siteLimitId(source, circuit);
  const before = site.records.siteLimit(id);
  if (before === null && site.records.siteLimits().length >= MAX_SITE_LIMITS) {
    const why = `There are ${MAX_SITE_LIMITS} limits already, which is the most. End some of them first.`;
    return ended(done, { kind: 'conflict', why });
  }
  const { startsAt = null } = command;
  const until = ttlMs === null ? null : instant((startsAt ?? at) + ttlMs);
  const holds =
    before !== null &&
    (before.until === null || at < before.until) &&
    sameLimit(before.value, value) &&
    (before.startsAt ?? null) === startsAt;
  const limit: SiteLimit = {
    id,
    circuit,
    source,
    value,
    since: holds ? before.since : at,
    until,
    // biome-ignore lint/suspicious/noThenProperty: the name of the contract; nobody awaits a limit
    then: command.then,
    startsAt,
    suspendedUntil: before?.suspendedUntil ?? null,
  };
  const events: Event[] = [{ type: 'site-limit-set', limit, at }];
  if (!holds) events.push(...signal(limit, command.signal, at), commanded(limit, value, 'signal', at));
  return recorded(events, site, done, { kind: 'created', id });
}

/** What has run out ends, or becomes what was to hold afterwards. */
function lapse(limit: SiteLimit, at: Instant): Event[] {
  if (limit.until === null || at < limit.until) return [];
  if (limit.then === 'configured') return end(limit, 'ran-out', at);
  // biome-ignore lint/suspicious/noThenProperty: as above
  const left: SiteLimit = { ...limit, value: limit.then, since: at, until: null, startsAt: null, then: 'configured' };
  return [{ type: 'site-limit-set', limit: left, at }, commanded(limit, left.value, 'ran-out', at)];
}

function end(limit: SiteLimit, why: 'signal' | 'ran-out', at: Instant): Event[] {
  const { id, circuit, source } = limit;
  return [{ type: 'site-limit-ended', id, circuit, source, at }, commanded(limit, null, why, at)];
}

const named = ({ id, circuit, source }: SiteLimit) => ({ limitId: id, circuit, source });
const noted = (evidence: LimitEvidence): Event => ({ type: 'limit-evidence-noted', evidence });
const commanded = (limit: SiteLimit, value: LimitValue | null, why: 'signal' | 'ran-out', at: Instant): Event =>
  noted({ ...named(limit), kind: 'command', value, why, at });
const signal = (limit: SiteLimit, raw: string | null, at: Instant): Event[] =>
  raw === null ? [] : [noted({ ...named(limit), kind: 'signal', raw: raw.slice(0, MAX_RAW), at })];
