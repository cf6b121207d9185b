import { createHash, timingSafeEqual } from 'node:crypto';

/** Failures per source and charge point before it must wait; only failures count (threats A4). */
const FAILURES_AT_ONCE = 10;
const FAILURES_PER_MINUTE = 6;
/** Sources remembered at most; the longest known go first. */
const MAX_SOURCES = 1_000;

export type Credentials = ReturnType<typeof createCredentials>;

/**
 * Basic authentication of charge points (OCPP-J §6.2). One AuthorizationKey string arrives as different bytes: some send
 * its text, some the bytes that its hex digits stand for. Both are accepted, as bytes, never decoded as text.
 */
export function createCredentials(passwords: ReadonlyMap<string, Buffer>) {
  const digests = new Map([...passwords].map(([id, password]) => [id, formsOf(password)]));
  const failures = new Map<string, { left: number; atMs: number }>();

  return {
    required: (chargePointId: string): boolean => digests.has(chargePointId),

    /** The user name must be the charge point's id (whitepaper A00.FR.204). */
    match(chargePointId: string, sent: { user: Buffer; password: Buffer }): boolean {
      if (sent.user.toString('utf8') !== chargePointId) return false;
      const exact = digest(sent.password);
      const lowered = digest(Buffer.from(sent.password.toString('latin1').toLowerCase(), 'latin1'));
      let found = false;
      for (const form of digests.get(chargePointId) ?? []) {
        if (timingSafeEqual(form.digest, form.anyCase ? lowered : exact)) found = true;
      }
      return found;
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
}

type Form = { readonly digest: Buffer; readonly anyCase: boolean };

/** The bytes that a charge point configured with this key may send: its text, and what its hex digits stand for. */
function formsOf(password: Buffer): Form[] {
  const text = password.toString('latin1');
  if (!/^(?:[0-9a-f]{2}){16,20}$/i.test(text)) return [{ digest: digest(password), anyCase: false }];
  return [
    { digest: digest(Buffer.from(text.toLowerCase(), 'latin1')), anyCase: true },
    { digest: digest(Buffer.from(text, 'hex')), anyCase: false },
  ];
}

const digest = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
