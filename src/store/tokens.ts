import type { Database } from 'better-sqlite3';
import { cardForms, isLongerNumber } from '../domain/card-uid.ts';
import {
  idTagKey,
  type Token,
  type TokenEvent,
  type TokenGroup,
  type TokenOverride,
  type TokenSource,
} from '../domain/token.ts';
import type { Instant, WattHours } from '../domain/units.ts';
import { type GroupRow, rulesText, type TokenRow, toGroup, toToken } from './token-rows.ts';
import type { RefOf, Writers } from './writers.ts';

/** Tokens and what is remembered around them: written, and read for deciding. */

/** Cards that nobody knows, the newest: more than a day of strangers at a large site. */
const MAX_UNKNOWN_CARDS = 200;
/** Refusals, the newest: an operator looks for the last of a card. */
const MAX_REFUSALS = 1_000;

export function tokenWriters(database: Database, refOf: RefOf): Writers<TokenEvent> {
  const put = database.prepare(`
    INSERT INTO tokens (id_tag_key, id_tag, status, expires_ms, parent_id_tag, note, aliases, cost_centre, rules, source, created_ms, updated_ms)
    VALUES (@key, @idTag, @status, @expiresAt, @parentIdTag, @note, @aliases, @costCentre, @rules, @source, @at, @at)
    ON CONFLICT DO UPDATE SET id_tag = excluded.id_tag, status = excluded.status, expires_ms = excluded.expires_ms,
      parent_id_tag = excluded.parent_id_tag, note = excluded.note, aliases = excluded.aliases,
      cost_centre = excluded.cost_centre, rules = excluded.rules, source = excluded.source, updated_ms = excluded.updated_ms`);
  const remove = database.prepare('DELETE FROM tokens WHERE id_tag_key = ?');
  const dropAliases = database.prepare('DELETE FROM token_aliases WHERE id_tag_key = ?');
  const addAlias = database.prepare('INSERT INTO token_aliases (alias_key, id_tag_key) VALUES (?, ?)');
  const release = database.prepare("UPDATE tokens SET source = 'api', updated_ms = ? WHERE source = 'file'");
  const override = database.prepare(
    'INSERT OR REPLACE INTO token_overrides (id_tag_key, id_tag, until_ms, original) VALUES (?, ?, ?, ?)',
  );
  const endOverride = database.prepare('DELETE FROM token_overrides WHERE id_tag_key = ?');
  const putGroup = database.prepare(`
    INSERT INTO token_groups (parent_id_tag_key, parent_id_tag, note, rules, created_ms, updated_ms)
    VALUES (@key, @parentIdTag, @note, @rules, @at, @at)
    ON CONFLICT DO UPDATE SET parent_id_tag = excluded.parent_id_tag, note = excluded.note, rules = excluded.rules,
      updated_ms = excluded.updated_ms`);
  const removeGroup = database.prepare('DELETE FROM token_groups WHERE parent_id_tag_key = ?');
  const narrowed = database.prepare('UPDATE tokens_narrowed SET times = times + 1, last_ms = ?');
  const seeCard = database.prepare(`
    INSERT INTO unknown_cards (id_tag_key, id_tag, first_ms, last_ms, times, charge_point_id, connector_id)
    VALUES (@key, @idTag, @at, @at, 1, @chargePointId, @connectorId)
    ON CONFLICT DO UPDATE SET id_tag = excluded.id_tag, last_ms = excluded.last_ms, times = times + 1,
      charge_point_id = excluded.charge_point_id, connector_id = coalesce(excluded.connector_id, connector_id)`);
  const dropOldCards = database.prepare(`
    DELETE FROM unknown_cards WHERE id_tag_key IN
      (SELECT id_tag_key FROM unknown_cards ORDER BY last_ms DESC, id_tag_key LIMIT -1 OFFSET ${MAX_UNKNOWN_CARDS})`);
  const forgetCard = database.prepare('DELETE FROM unknown_cards WHERE id_tag_key = ?');
  const refuse = database.prepare(`
    INSERT INTO refused_authorizations (charge_point_id, connector_id, transaction_id, id_tag, status, rule, why, at_ms)
    VALUES (@chargePointId, @connectorId, @transactionId, @idTag, @status, @rule, @why, @at)`);
  const dropOldRefusals = database.prepare('DELETE FROM refused_authorizations WHERE id <= ?');
  const cacheAsked = database.prepare(`
    INSERT INTO cache_state (charge_point_ref, asked_as_of) SELECT ?, times FROM tokens_narrowed WHERE one = 1
    ON CONFLICT DO UPDATE SET asked_as_of = excluded.asked_as_of, try_again_ms = NULL`);
  const cacheCleared = database.prepare(`
    INSERT INTO cache_state (charge_point_ref, cleared_as_of) VALUES (?, ?)
    ON CONFLICT DO UPDATE SET cleared_as_of = max(cleared_as_of, excluded.cleared_as_of), asked_as_of = NULL, try_again_ms = NULL`);
  const cacheFailed = database.prepare(`
    INSERT INTO cache_state (charge_point_ref, try_again_ms) VALUES (?, ?)
    ON CONFLICT DO UPDATE SET asked_as_of = NULL, try_again_ms = excluded.try_again_ms`);
  const stopAsked = database.prepare(`
    INSERT INTO stops_for_blocked (transaction_id, times, last_ms) VALUES (?, 1, ?)
    ON CONFLICT DO UPDATE SET times = times + 1, last_ms = excluded.last_ms`);

  const removeToken = (idTag: string): void => {
    remove.run(idTagKey(idTag));
    dropAliases.run(idTagKey(idTag));
    endOverride.run(idTagKey(idTag));
  };
  const putToken = (token: Token, at: Instant): void => {
    const key = idTagKey(token.idTag);
    put.run({ ...token, key, aliases: JSON.stringify(token.aliases), rules: rulesText(token.rules), at });
    for (const alias of token.aliases) addAlias.run(idTagKey(alias), key);
  };

  return {
    'token-put': ({ token, at }) => {
      dropAliases.run(idTagKey(token.idTag));
      putToken(token, at);
    },
    'token-removed': ({ idTag }) => removeToken(idTag),
    'token-overridden': ({ original, until }) => {
      override.run(idTagKey(original.idTag), original.idTag, until, JSON.stringify(original));
    },
    'token-override-ended': ({ idTag }) => {
      endOverride.run(idTagKey(idTag));
    },
    'tokens-imported': (event) => {
      for (const idTag of event.removed) removeToken(idTag);
      // First all names are given up: one may go from one token to another.
      for (const { idTag } of event.put) dropAliases.run(idTagKey(idTag));
      for (const token of event.put) {
        putToken(token, event.at);
        forgetCard.run(idTagKey(token.idTag));
        for (const alias of token.aliases) forgetCard.run(idTagKey(alias));
      }
    },
    'file-tokens-released': ({ at }) => {
      release.run(at);
    },
    'token-group-put': ({ group, at }) => {
      const { parentIdTag, note, rules } = group;
      putGroup.run({ key: idTagKey(parentIdTag), parentIdTag, note, rules: rulesText(rules), at });
    },
    'token-group-removed': ({ parentIdTag }) => {
      removeGroup.run(idTagKey(parentIdTag));
    },
    'tokens-narrowed': ({ at }) => {
      narrowed.run(at);
    },
    'unknown-card-seen': ({ chargePointId, connectorId, idTag, at }) => {
      seeCard.run({ key: idTagKey(idTag), idTag, chargePointId, connectorId, at });
      dropOldCards.run();
    },
    'unknown-card-forgotten': ({ idTag }) => {
      forgetCard.run(idTagKey(idTag));
    },
    'authorization-refused': ({ chargePointId, connectorId, transactionId, idTag, status, rule, why, at }) => {
      const row = { chargePointId, connectorId, transactionId, idTag, status, rule, why, at };
      dropOldRefusals.run(Number(refuse.run(row).lastInsertRowid) - MAX_REFUSALS);
    },
    'cache-clear-asked': ({ chargePointId }) => {
      cacheAsked.run(refOf(chargePointId));
    },
    'cache-cleared': ({ chargePointId, asOf }) => {
      cacheCleared.run(refOf(chargePointId), asOf);
    },
    'cache-clear-failed': ({ chargePointId, tryAgainAt }) => {
      cacheFailed.run(refOf(chargePointId), tryAgainAt);
    },
    'stop-for-blocked-asked': ({ transactionId, at }) => {
      stopAsked.run(transactionId, at);
    },
  };
}

/** Longer numbers that begin like a cut one: looked at, at most. More of them would be no suggestion. */
const MAX_ALIKE = 5;

type Cache = { asked_as_of: number | null; cleared_as_of: number; try_again_ms: number | null };

export function tokenReads(database: Database) {
  const byKey = database.prepare('SELECT * FROM tokens WHERE id_tag_key = ?');
  const byAlias = database.prepare(`
    SELECT t.* FROM token_aliases a JOIN tokens t ON t.id_tag_key = a.id_tag_key WHERE a.alias_key = ?`);
  // All spellings in one statement: there are dozens of them.
  const named = database.prepare(`
    SELECT * FROM tokens WHERE id_tag_key IN (SELECT value FROM json_each(@keys))
      OR id_tag_key IN (SELECT a.id_tag_key FROM json_each(@keys) k JOIN token_aliases a ON a.alias_key = k.value)
    ORDER BY id_tag_key LIMIT ${MAX_ALIKE}`);
  const beginning = database.prepare(
    `SELECT * FROM tokens WHERE id_tag_key > ? AND id_tag_key < ? ORDER BY id_tag_key LIMIT ${MAX_ALIKE}`,
  );
  const override = database.prepare('SELECT until_ms, original FROM token_overrides WHERE id_tag_key = ?');
  const overrides = database.prepare(
    'SELECT until_ms, original FROM token_overrides WHERE until_ms <= ? ORDER BY id_tag_key LIMIT 100',
  );
  const from = database.prepare('SELECT id_tag FROM tokens WHERE source = ? ORDER BY id_tag_key').pluck();
  const group = database.prepare('SELECT * FROM token_groups WHERE parent_id_tag_key = ?');
  // A register that ran backwards gives nothing back; a running transaction counts as far as it was last heard of.
  const energy = (whose: string) =>
    database
      .prepare(`
        SELECT coalesce(sum(max(0, coalesce(t.meter_stop_wh, p.last_energy_wh, t.meter_start_wh) - t.meter_start_wh)), 0)
        FROM transactions t LEFT JOIN progress p ON p.transaction_id = t.id AND t.state = 'running'
        WHERE ${whose} = ? AND t.started_ms >= ? AND t.started_ms < ?`)
      .pluck();
  const ofToken = energy('t.started_ms IS NOT NULL AND coalesce(t.token_key, t.id_tag_key)');
  const ofGroup = energy('t.group_key');
  const charged = database.prepare(`
    SELECT 1 FROM transactions t WHERE t.started_ms IS NOT NULL AND coalesce(t.token_key, t.id_tag_key) = ? AND t.verdict = 'Accepted' LIMIT 1`);
  const unknown = database.prepare('SELECT id_tag FROM unknown_cards WHERE id_tag_key = ?').pluck();
  const unknownSeen = database.prepare('SELECT last_ms FROM unknown_cards WHERE id_tag_key = ?').pluck();
  const narrowed = database.prepare('SELECT times AS losses, last_ms AS lastLossAt FROM tokens_narrowed');
  const cache = database.prepare(`
    SELECT s.* FROM cache_state s JOIN charge_points c ON c.ref = s.charge_point_ref WHERE c.id = ?`);
  const stops = database.prepare('SELECT times, last_ms AS lastAt FROM stops_for_blocked WHERE transaction_id = ?');

  const token = (idTag: string): Token | null => {
    const row = byKey.get(idTagKey(idTag)) as TokenRow | undefined;
    return row === undefined ? null : toToken(row);
  };
  const tokenFor = (idTag: string): Token | null => {
    const row = (byKey.get(idTagKey(idTag)) ?? byAlias.get(idTagKey(idTag))) as TokenRow | undefined;
    return row === undefined ? null : toToken(row);
  };

  const namedLike = (keys: readonly string[]): Token[] =>
    keys.length === 0 ? [] : (named.all({ keys: JSON.stringify(keys) }) as TokenRow[]).map(toToken);

  return {
    token,
    tokenFor,
    tokensLike(idTag: string): { whole: Token[]; cut: Token[] } {
      const forms = cardForms(idTag);
      const whole = new Map<string, Token>();
      const cut = new Map<string, Token>();
      for (const found of namedLike(forms.whole)) note(whole, found);
      for (const found of namedLike(forms.cut)) note(cut, found);
      for (const start of forms.beginsWith) {
        const rows = beginning.all(start, `${start}\uffff`) as TokenRow[];
        for (const row of rows) if (isLongerNumber(row.id_tag)) note(cut, toToken(row));
      }
      for (const key of whole.keys()) cut.delete(key);
      return { whole: [...whole.values()].slice(0, MAX_ALIKE), cut: [...cut.values()].slice(0, MAX_ALIKE) };
    },
    tokenOverride: (idTag: string): TokenOverride | null => {
      const row = override.get(idTagKey(idTag)) as OverrideRow | undefined;
      return row === undefined ? null : toOverride(row);
    },
    /** Of those that have run out at this instant. */
    lapsedOverrides: (now: Instant): TokenOverride[] => (overrides.all(now) as OverrideRow[]).map(toOverride),
    idTagsFrom: (source: TokenSource) => from.all(source) as string[],
    tokenGroup(parentIdTag: string): TokenGroup | null {
      const row = group.get(idTagKey(parentIdTag)) as GroupRow | undefined;
      return row === undefined ? null : toGroup(row);
    },
    energyOfToken: (idTag: string, since: Instant, before: Instant) =>
      ofToken.get(idTagKey(idTag), since, before) as WattHours,
    energyOfGroup: (parentIdTag: string, since: Instant, before: Instant) =>
      ofGroup.get(idTagKey(parentIdTag), since, before) as WattHours,
    hasCharged: (idTag: string) => charged.get(idTagKey(idTag)) !== undefined,
    unknownCardSeenAt: (idTag: string) => (unknownSeen.get(idTagKey(idTag)) as Instant | undefined) ?? null,
    unknownCard: (idTag: string) => (unknown.get(idTagKey(idTag)) as string | undefined) ?? null,
    cacheState(chargePointId: string) {
      const row = cache.get(chargePointId) as Cache | undefined;
      return {
        ...(narrowed.get() as { losses: number; lastLossAt: Instant | null }),
        askedAsOf: row?.asked_as_of ?? null,
        clearedAsOf: row?.cleared_as_of ?? 0,
        tryAgainAt: (row?.try_again_ms ?? null) as Instant | null,
      };
    },
    stopsAsked: (transactionId: number) =>
      (stops.get(transactionId) as { times: number; lastAt: Instant } | undefined) ?? null,
  };
}

function note(found: Map<string, Token>, token: Token): void {
  found.set(idTagKey(token.idTag), token);
}

type OverrideRow = { until_ms: Instant; original: string };

const toOverride = ({ until_ms, original }: OverrideRow): TokenOverride => ({
  until: until_ms,
  original: JSON.parse(original) as Token,
});
