import { timingSafeEqual } from 'node:crypto';
import type { CredentialEvent, GivenPassword } from '../domain/credential.ts';
import type { Instant } from '../domain/units.ts';
import { digest, hashOf, hasReplaced, hexKey, isPassword, lowerCase } from './password-hash.ts';

/** Failures per source and charge point before it must wait; only failures count (threats A4). */
const FAILURES_AT_ONCE = 10;
const FAILURES_PER_MINUTE = 6;
/** Sources remembered at most; the longest known go first. */
const MAX_SOURCES = 1_000;

export type Credentials = ReturnType<typeof createCredentials>;

/**
 * Basic authentication of charge points (OCPP-J §6.2): by the password of the configuration file, and by those that they
 * were given over OCPP since. The same key may come as text or as the bytes that its hex digits stand for.
 */
export function createCredentials(passwords: ReadonlyMap<string, Buffer>) {
  const configured = new Map([...passwords].map(([id, password]) => [id, formsOf(password)]));
  const given = new Map<string, readonly GivenPassword[]>();
  const standings = new Map<string, Standing>();
  /** What last proved right for a given password, as a digest: a slow hash is not computed at every connection. */
  const proven = new Map<string, Buffer>();
  const failures = new Map<string, { left: number; atMs: number }>();

  return {
    /** Whether a charge point must prove itself. One that was given its first password must once it has used it. */
    required: (chargePointId: string): boolean => standingOf(chargePointId).required,

    /** Whether there is any password that it could prove itself with. */
    possible: (chargePointId: string): boolean => {
      const { accepted, byFile } = standingOf(chargePointId);
      return byFile || accepted.length > 0;
    },

    /** The user name must be the charge point's id (whitepaper A00.FR.204). */
    match(chargePointId: string, sent: { user: Buffer; password: Buffer }): boolean {
      return sent.user.toString('utf8') === chargePointId && usedOf(chargePointId, sent.password) !== null;
    },

    /** What it means that a charge point has come with this password, which must have matched. */
    used(chargePointId: string, password: Buffer, at: Instant): CredentialEvent[] {
      const { accepted, outdated } = standingOf(chargePointId);
      const drop = ({ id }: GivenPassword): CredentialEvent => ({ type: 'credential-dropped', chargePointId, id, at });
      const found = usedOf(chargePointId, password);
      const dropped = outdated.map(drop);
      if (found === null) return dropped;
      if (found !== 'file' && found.state !== 'used') {
        return [...dropped, { type: 'credential-used', chargePointId, id: found.id, at }];
      }
      return [...dropped, ...accepted.filter(({ state }) => state === 'doubtful').map(drop)];
    },

    /** To be recorded before a new password goes out. `salt` is random, `id` that of the message. */
    offered(chargePointId: string, password: string, id: string, salt: string, at: Instant): CredentialEvent {
      const replaced = passwords.get(chargePointId) ?? null;
      const hash = hashOf(id, Buffer.from(password), salt, replaced);
      return { type: 'credential-offered', chargePointId, password: hash, at };
    },

    /** What is on record of the passwords that a charge point was given. */
    adopt(chargePointId: string, recorded: readonly GivenPassword[]): void {
      for (const { id } of given.get(chargePointId) ?? [])
        if (!recorded.some((one) => one.id === id)) proven.delete(id);
      given.set(chargePointId, recorded);
      standings.delete(chargePointId);
    },

    /** Whether this source has used up its failures with this charge point. */
    exhausted(source: string, nowMs: number): boolean {
      return allowance(source, nowMs).left < 1;
    },

    failed(source: string, nowMs: number): void {
      const { left } = allowance(source, nowMs);
      failures.delete(source);
      failures.set(source, { left: left - 1, atMs: nowMs });
      if (failures.size <= MAX_SOURCES) return;
      for (const oldest of failures.keys()) {
        failures.delete(oldest);
        break;
      }
    },
  };

  function allowance(source: string, nowMs: number): { left: number } {
    const known = failures.get(source);
    if (known === undefined) return { left: FAILURES_AT_ONCE };
    const regained = ((nowMs - known.atMs) * FAILURES_PER_MINUTE) / 60_000;
    return { left: Math.min(FAILURES_AT_ONCE, known.left + regained) };
  }

  function standingOf(chargePointId: string): Standing {
    const known = standings.get(chargePointId);
    if (known !== undefined) return known;
    const recorded = given.get(chargePointId);
    const standing = standingBy(passwords.get(chargePointId) ?? null, recorded ?? []);
    // Only for those that have one: made-up ids leave nothing behind.
    if (recorded !== undefined) standings.set(chargePointId, standing);
    return standing;
  }

  /** Which of its passwords this is. */
  function usedOf(chargePointId: string, password: Buffer): GivenPassword | 'file' | null {
    const { accepted, byFile } = standingOf(chargePointId);
    let found: GivenPassword | 'file' | null = null;
    const exact = digest(password);
    const lowered = digest(lowerCase(password));
    for (const form of byFile ? (configured.get(chargePointId) ?? []) : []) {
      if (timingSafeEqual(form.digest, form.anyCase ? lowered : exact)) found = 'file';
    }
    for (const one of accepted) {
      const before = proven.get(one.id);
      if ((before !== undefined && timingSafeEqual(before, exact)) || isPassword(one, password)) {
        proven.set(one.id, exact);
        found = one;
      }
    }
    return found;
  }
}

type Standing = {
  readonly required: boolean;
  /** The password of the configuration file counts. */
  readonly byFile: boolean;
  /** Those given over OCPP that count. */
  readonly accepted: readonly GivenPassword[];
  /** The file has another password than the one they replaced: whoever edited it has the last word. */
  readonly outdated: readonly GivenPassword[];
};

/**
 * Which passwords count. An accepted one puts those before it out of force at once (whitepaper A01.FR.03); while it is
 * unclear what a charge point has taken, both count; and one that had none so far may come without until it has used it.
 */
function standingBy(configured: Buffer | null, given: readonly GivenPassword[]): Standing {
  let byFile = configured !== null;
  let required = byFile;
  let accepted: GivenPassword[] = [];
  const outdated: GivenPassword[] = [];
  for (const one of given) {
    if (!hasReplaced(one, configured)) outdated.push(one);
    else if (one.state === 'used' || (one.state === 'agreed' && required)) {
      accepted = [one];
      byFile = false;
      required = true;
    } else accepted.push(one);
  }
  return { required, byFile, accepted, outdated };
}

type Form = { readonly digest: Buffer; readonly anyCase: boolean };

/** The bytes that a charge point configured with this key may send: its text, and what its hex digits stand for. */
function formsOf(password: Buffer): Form[] {
  const key = hexKey(password);
  if (key === null) return [{ digest: digest(password), anyCase: false }];
  return [
    { digest: digest(key.text), anyCase: true },
    { digest: digest(key.bytes), anyCase: false },
  ];
}
