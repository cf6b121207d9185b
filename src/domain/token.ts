import { isNarrower, type RuleRefusal, type TokenRules } from './token-rules.ts';
import type { Instant } from './units.ts';

/** The states a known token can have (OCPP 1.6 §7.2); an unknown one is Invalid. */
export type TokenStatus = 'Accepted' | 'Blocked' | 'Expired';

export type Token = {
  /** As it was entered; compared without regard to case. */
  readonly idTag: string;
  /** Other idTags of the same card or person. Each is a name of this token alone. */
  readonly aliases: readonly string[];
  readonly status: TokenStatus;
  readonly expiresAt: Instant | null;
  /** The group key. It authorizes nobody by itself (OCPP 1.6 §3.10). */
  readonly parentIdTag: string | null;
  readonly note: string | null;
  /** Who pays, in the site's own words. */
  readonly costCentre: string | null;
  readonly rules: TokenRules;
  /** Who owns it: what the file of the configuration says can only be changed there. */
  readonly source: TokenSource;
};

export type TokenSource = 'api' | 'file' | 'upstream';

/** A token of the backend that was changed on site for a while. */
export type TokenOverride = { readonly until: Instant /** What holds again afterwards. */; readonly original: Token };

/** For how long somebody on site may change a token of the backend, ms. */
export const MAX_OVERRIDE_MS = 7 * 86_400_000;

/** Rules for all tokens of one parent idTag, beside their own: both must allow. */
export type TokenGroup = { readonly parentIdTag: string; readonly note: string | null; readonly rules: TokenRules };

/** Other names of one token at most: the spellings of a card or two. */
export const MAX_ALIASES = 10;
/** Characters of an idTag that a message can carry (OCPP 1.6 §7.28). */
export const MAX_ID_TAG = 20;
/** Lines of a list of tokens at most: a large company's staff. */
export const MAX_TOKEN_LINES = 20_000;
/** Characters of a note (a name and a room, not a story) and of a cost centre. */
export const MAX_NOTE = 200;
export const MAX_COST_CENTRE = 50;

export type AuthorizationStatus = TokenStatus | 'Invalid' | 'ConcurrentTx';

/** Our verdict on an idTag, as it is answered and kept with a transaction. */
export type Verdict = {
  readonly status: AuthorizationStatus;
  readonly expiresAt: Instant | null;
  readonly parentIdTag: string | null;
};

export type TokenEvent =
  | { type: 'token-put'; token: Token; at: Instant }
  | { type: 'token-removed'; idTag: string; at: Instant }
  /** Changed here for a while; `original` is what the backend says of it. */
  | ({ type: 'token-overridden'; at: Instant } & TokenOverride)
  | { type: 'token-override-ended'; idTag: string; at: Instant }
  /** Many at once. `put` and `removed` are not kept by the feed: they are many. */
  | { type: 'tokens-imported'; put: readonly Token[]; removed: readonly string[]; source: TokenSource; at: Instant }
  /** The configuration names no file of tokens any more: what came from one is like any other. */
  | { type: 'file-tokens-released'; at: Instant }
  | { type: 'token-group-put'; group: TokenGroup; at: Instant }
  | { type: 'token-group-removed'; parentIdTag: string; at: Instant }
  /** Somebody may no longer do what they might: caches of charge points now hold too much. */
  | { type: 'tokens-narrowed'; at: Instant }
  | { type: 'unknown-card-seen'; chargePointId: string; connectorId: number | null; idTag: string; at: Instant }
  | { type: 'unknown-card-forgotten'; idTag: string; at: Instant }
  | {
      type: 'authorization-refused';
      chargePointId: string;
      connectorId: number | null;
      transactionId: number | null;
      idTag: string;
      status: AuthorizationStatus;
      rule: RuleRefusal['rule'] | null;
      /** A sentence for an operator. */
      why: string;
      at: Instant;
    }
  | { type: 'cache-clear-asked'; chargePointId: string; at: Instant }
  /** The first `asOf` times that somebody lost something are no longer in the cache, or there is no cache. */
  | { type: 'cache-cleared'; chargePointId: string; asOf: number; at: Instant }
  | { type: 'cache-clear-failed'; chargePointId: string; tryAgainAt: Instant; at: Instant }
  | { type: 'stop-for-blocked-asked'; chargePointId: string; transactionId: number; at: Instant };

/** Events after which other idTags may charge, or may no longer. */
export const tokenChanges = [
  'token-put',
  'token-removed',
  'tokens-imported',
  'token-group-put',
  'token-group-removed',
] as const satisfies readonly TokenEvent['type'][];

/** idTags are case-insensitive (OCPP 1.6 §7.28): this form is for comparing, never for showing. */
export const idTagKey = (idTag: string): string => idTag.toLowerCase();

/** All idTags under which a token is known, its own first. */
export const namesOf = ({ idTag, aliases }: Pick<Token, 'idTag' | 'aliases'>): string[] => [idTag, ...aliases];

/**
 * Judges a token at an instant. A token whose expiry has passed is Expired, whatever else it says but Blocked
 * (OCPP 1.6 §7.27); an unknown card is Invalid unless the site accepts unknown cards.
 */
export function judge(token: Token | null, now: Instant, unknownCards: 'reject' | 'accept'): Verdict {
  if (token === null) {
    return { status: unknownCards === 'accept' ? 'Accepted' : 'Invalid', expiresAt: null, parentIdTag: null };
  }
  const { expiresAt, parentIdTag } = token;
  const lapsed = expiresAt !== null && expiresAt <= now;
  return { status: token.status === 'Accepted' && lapsed ? 'Expired' : token.status, expiresAt, parentIdTag };
}

/** Whether a change takes something away that a charge point may have remembered; null: not there before, or after. */
export function isNarrowed(before: Token | null, after: Token | null): boolean {
  if (before === null) return after !== null && after.status !== 'Accepted';
  if (after === null) return true;
  if (before.status === 'Accepted' && after.status !== 'Accepted') return true;
  if (after.expiresAt !== null && (before.expiresAt === null || after.expiresAt < before.expiresAt)) return true;
  if (before.parentIdTag !== null || after.parentIdTag !== null) {
    if (idTagKey(before.parentIdTag ?? '') !== idTagKey(after.parentIdTag ?? '')) return true;
  }
  const kept = new Set(after.aliases.map(idTagKey));
  return before.aliases.some((alias) => !kept.has(idTagKey(alias))) || isNarrower(after.rules, before.rules);
}
