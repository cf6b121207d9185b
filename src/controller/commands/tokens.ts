import type { Command, CommandResult } from '../../domain/commands.ts';
import type { Event } from '../../domain/events.ts';
import { isNarrowed, MAX_ALIASES, MAX_ID_TAG, namesOf, type Token } from '../../domain/token.ts';
import { blankToken, nameTaken, ownerWords, planImport, repeatedName } from '../../domain/token-import.ts';
import { isNarrower, noRules } from '../../domain/token-rules.ts';
import type { Instant } from '../../domain/units.ts';
import { type CommandSite, type Done, ended, recorded } from '../command-steps.ts';
import type { Decision } from '../turn.ts';
import { asOfUpstream, lapsedOverrides } from './overrides.ts';

type TokenCommand = Extract<
  Command,
  {
    type:
      | 'put-token'
      | 'remove-token'
      | 'sync-tokens'
      | 'lapse-overrides'
      | 'import-tokens'
      | 'release-file-tokens'
      | 'put-token-group'
      | 'remove-token-group'
      | 'enrol-card'
      | 'forget-card';
  }
>;

/** Changes to who may charge. All of it is decided inside the turn: no two tokens can ever come to share a name. */
export function decideTokens(command: TokenCommand, site: CommandSite, done: Done): Decision {
  const { records } = site;
  const at = site.clock.now();
  switch (command.type) {
    case 'put-token':
      return put(command.token, site, done, command);
    case 'remove-token': {
      const known = records.token(command.idTag);
      if (known === null) return ended(done, { kind: 'unknown', what: `token ${command.idTag}` });
      if (known.source !== (command.by ?? 'api')) return ended(done, ownedElsewhere(known));
      return recorded(
        [
          { type: 'token-removed', idTag: known.idTag, at },
          { type: 'tokens-narrowed', at },
        ],
        site,
        done,
      );
    }
    case 'sync-tokens':
      return syncTokens(command, site, done);
    case 'lapse-overrides': {
      const events = lapsedOverrides(records, at);
      return events.length === 0 ? ended(done, { kind: 'done' }) : recorded(events, site, done);
    }
    case 'import-tokens':
      return importTokens(command, site, done);
    case 'release-file-tokens':
      return records.idTagsFrom('file').length === 0
        ? ended(done, { kind: 'done' })
        : recorded([{ type: 'file-tokens-released', at }], site, done);
    case 'put-token-group': {
      const { group } = command;
      const events: Event[] = [{ type: 'token-group-put', group, at }];
      const before = records.tokenGroup(group.parentIdTag)?.rules ?? noRules;
      if (isNarrower(group.rules, before)) events.push({ type: 'tokens-narrowed', at });
      return recorded(events, site, done);
    }
    case 'remove-token-group':
      return records.tokenGroup(command.parentIdTag) === null
        ? ended(done, { kind: 'unknown', what: `token group ${command.parentIdTag}` })
        : recorded([{ type: 'token-group-removed', parentIdTag: command.parentIdTag, at }], site, done);
    case 'enrol-card':
      return enrol(command, site, done);
    case 'forget-card':
      return records.unknownCard(command.idTag) === null
        ? ended(done, { kind: 'unknown', what: `unknown card ${command.idTag}` })
        : recorded([{ type: 'unknown-card-forgotten', idTag: command.idTag, at }], site, done);
  }
}

function put(
  given: Token,
  site: CommandSite,
  done: Done,
  { overrideUntil = null, adopt = false }: { overrideUntil?: Instant | null; adopt?: boolean } = {},
): Decision {
  const { records } = site;
  const at = site.clock.now();
  const before = records.token(given.idTag);
  const writer = given.source === 'upstream' ? 'upstream' : 'api';
  const overrides = writer === 'api' && before?.source === 'upstream' && overrideUntil !== null;
  const adopts = writer === 'upstream' && before?.source === 'api' && adopt;
  if (before !== null && before.source !== writer && !overrides && !adopts) return ended(done, ownedElsewhere(before));
  const overridden = records.tokenOverride(given.idTag);
  const token: Token = { ...given, source: overrides ? 'upstream' : writer };
  const repeated = repeatedName(token);
  if (repeated !== null)
    return ended(done, {
      kind: 'invalid',
      why: `${repeated} is named twice: idTag and aliases must all differ, whatever their case.`,
    });
  const taken = nameTaken(token, records);
  if (taken !== null) {
    const why = `${taken.name} is the idTag or an alias of token ${taken.by.idTag} already.`;
    return ended(done, { kind: 'conflict', why });
  }
  if (writer === 'upstream' && overridden !== null) {
    // What was changed on site holds until its end, and then this.
    const { until } = overridden;
    return recorded([{ type: 'token-overridden', original: given, until, at }], site, done);
  }
  const events: Event[] = [{ type: 'token-put', token, at }];
  if (overrides)
    events.push({ type: 'token-overridden', original: overridden?.original ?? before, until: overrideUntil, at });
  if (isNarrowed(before, token)) events.push({ type: 'tokens-narrowed', at });
  // A card that is known now is no longer among the unknown ones.
  for (const idTag of namesOf(token)) {
    if (records.unknownCard(idTag) !== null) events.push({ type: 'unknown-card-forgotten', idTag, at });
  }
  return recorded(events, site, done);
}

/** The card becomes what it is to be under the spelling in which it was seen. */
function enrol(
  { idTag, as, by = 'api' }: Extract<TokenCommand, { type: 'enrol-card' }>,
  site: CommandSite,
  done: Done,
): Decision {
  const { records } = site;
  const seen = records.unknownCard(idTag);
  if (seen === null) return ended(done, { kind: 'unknown', what: `unknown card ${idTag}` });
  if (seen.length > MAX_ID_TAG) {
    const why =
      `${seen} can't become a token: idTags have ${MAX_ID_TAG} characters at most (OCPP 1.6 §7.28). ` +
      'Have the charge point send a shorter number.';
    return ended(done, { kind: 'invalid', why });
  }
  if (as.kind === 'token') {
    const { note, parentIdTag, rules } = as;
    return put({ ...blankToken(seen, by), note, parentIdTag, rules }, site, done);
  }
  const token = records.tokenFor(as.of);
  if (token === null) return ended(done, { kind: 'unknown', what: `token ${as.of}` });
  if (token.aliases.length >= MAX_ALIASES) {
    return ended(done, {
      kind: 'conflict',
      why: `Token ${token.idTag} has ${MAX_ALIASES} aliases, which is the most.`,
    });
  }
  if (token.source !== by) return ended(done, ownedElsewhere(token));
  if (records.tokenOverride(token.idTag) !== null) {
    const why = `Token ${token.idTag} was changed on site for a while: give it the alias with token.put, or wait.`;
    return ended(done, { kind: 'conflict', why });
  }
  return put({ ...token, aliases: [...token.aliases, seen] }, site, done);
}

function importTokens(
  { lines, mode, source, dryRun }: Extract<TokenCommand, { type: 'import-tokens' }>,
  site: CommandSite,
  done: Done,
): Decision {
  const at = site.clock.now();
  const plan = planImport(lines, mode, source, site.records);
  if ('errors' in plan) return ended(done, { kind: 'wrong-lines', errors: plan.errors });
  const { put: changed, removed } = plan;
  const result: CommandResult = {
    kind: 'imported',
    added: plan.added,
    changed: plan.changed,
    unchanged: plan.unchanged,
    removed: removed.length,
  };
  if (dryRun || changed.length + removed.length === 0) return ended(done, result);
  const events: Event[] = [{ type: 'tokens-imported', put: changed, removed, source, at }];
  if (plan.narrows) events.push({ type: 'tokens-narrowed', at });
  return recorded(events, site, done, result);
}

/** The backend's list, all of it or nothing. What was changed on site for a while stays so until its end. */
function syncTokens(
  { version, base, lines, remove, adopt }: Extract<TokenCommand, { type: 'sync-tokens' }>,
  site: CommandSite,
  done: Done,
): Decision {
  const { records } = site;
  const at = site.clock.now();
  const held = records.upstreamTokensVersion();
  if (base !== null && base !== held) {
    const why = `These are changes to version ${base}, and this site has ${held === null ? 'none yet' : `version ${held}`}: send them from there, or the whole list.`;
    return ended(done, { kind: 'conflict', why });
  }
  const plan = planImport(lines, base === null ? 'replace' : 'merge', 'upstream', asOfUpstream(records), {
    remove,
    adopt,
  });
  if ('errors' in plan) return ended(done, { kind: 'wrong-lines', errors: plan.errors });
  const overridden = new Map(
    plan.put.flatMap((token) => {
      const override = records.tokenOverride(token.idTag);
      return override === null ? [] : [[token, override.until] as const];
    }),
  );
  const put = plan.put.filter((token) => !overridden.has(token));
  const events: Event[] = [...overridden].map(([original, until]) => ({
    type: 'token-overridden',
    original,
    until,
    at,
  }));
  if (put.length + plan.removed.length > 0) {
    events.push({ type: 'tokens-imported', put, removed: plan.removed, source: 'upstream', at });
    if (plan.narrows) events.push({ type: 'tokens-narrowed', at });
  }
  events.push({ type: 'upstream-tokens-synced', version, at });
  const { added, changed, unchanged, removed } = plan;
  return recorded(events, site, done, { kind: 'imported', added, changed, unchanged, removed: removed.length });
}

const ownedElsewhere = ({ idTag, source }: Token): CommandResult => ({
  kind: 'conflict',
  why:
    source === 'file'
      ? `Token ${idTag} comes from the file that authorization.tokens names: change it there, and restart.`
      : `Token ${idTag} ${ownerWords[source]}.`,
});
