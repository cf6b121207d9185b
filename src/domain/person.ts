import type { Instant } from './units.ts';

/** Who may do what over the API: each role may do all that those before it may. */
export const roles = ['viewer', 'operator', 'technician', 'admin'] as const;
export type Role = (typeof roles)[number];

/** What an API token is good for: as much as a role, or for pushing meter samples alone. */
export const tokenScopes = [...roles, 'meters'] as const;
export type TokenScope = (typeof tokenScopes)[number];

export type Person = {
  readonly id: string;
  /** As it was written; told apart without regard to upper and lower case. */
  readonly name: string;
  readonly role: Role;
  readonly disabled: boolean;
  readonly createdAt: Instant;
  readonly lastLoginAt: Instant | null;
};

/** A login that goes on. */
export type LoginSession = {
  /** To show and to end it by; what the browser holds is another. */
  readonly id: string;
  readonly personId: string;
  readonly address: string;
  readonly startedAt: Instant;
  readonly lastUsedAt: Instant;
};

export type ApiToken = {
  readonly id: string;
  readonly name: string;
  readonly scope: TokenScope;
  readonly createdAt: Instant;
  readonly expiresAt: Instant | null;
  readonly lastUsedAt: Instant | null;
  /** Who made it. */
  readonly createdBy: string;
};

/** Who asks something of the API. */
export type Actor =
  /** Who has not logged in; may log in and no more. */
  | { readonly kind: 'nobody'; readonly name: null; readonly scope: 'none' }
  /** On this machine, as long as nobody is set up. */
  | { readonly kind: 'local'; readonly name: null; readonly scope: 'admin' }
  | {
      readonly kind: 'person';
      readonly name: string;
      readonly scope: Role;
      readonly person: Person;
      readonly sessionId: string;
    }
  | { readonly kind: 'token'; readonly name: string; readonly scope: TokenScope; readonly tokenId: string }
  /** Commands of the operator's backend, which are listed where they come in. */
  | { readonly kind: 'backend'; readonly name: null; readonly scope: 'admin' };

/** What a route asks of whoever calls it: a role, or (samples of meters) that role or a token for them. */
export type Needed = Role | 'meters';

export function suffices(scope: TokenScope | 'none', needed: Needed): boolean {
  if (scope === 'none') return false;
  if (scope === 'meters' || needed === 'meters')
    return scope === needed || (scope !== 'meters' && suffices(scope, 'technician'));
  return roles.indexOf(scope) >= roles.indexOf(needed);
}
