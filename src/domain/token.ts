import type { Instant } from './units.ts';

/** The states a known token can have (OCPP 1.6 §7.2); an unknown one is Invalid. */
export type TokenStatus = 'Accepted' | 'Blocked' | 'Expired';

export type Token = {
  /** As it was entered; compared without regard to case. */
  readonly idTag: string;
  readonly status: TokenStatus;
  readonly expiresAt: Instant | null;
  /** The group key. It authorizes nobody by itself (OCPP 1.6 §3.10). */
  readonly parentIdTag: string | null;
  readonly note: string | null;
};

export type AuthorizationStatus = TokenStatus | 'Invalid' | 'ConcurrentTx';

/** Our verdict on an idTag, as it is answered and kept with a transaction. */
export type Verdict = {
  readonly status: AuthorizationStatus;
  readonly expiresAt: Instant | null;
  readonly parentIdTag: string | null;
};

/** idTags are case-insensitive (OCPP 1.6 §7.28): this form is for comparing, never for showing. */
export const idTagKey = (idTag: string): string => idTag.toLowerCase();

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
