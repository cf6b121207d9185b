import type { Credentials } from '../central-system/credentials.ts';
import type { Policy } from '../central-system/handler.ts';
import type { Records } from '../central-system/records.ts';
import type { Event } from '../domain/events.ts';
import {
  type ClientCertificate,
  certificateNames,
  certificateObjection,
  profileBy,
  type SecurityProfile,
} from '../domain/security-profile.ts';
import type { Instant } from '../domain/units.ts';
import type { Clock, UpgradeRequest } from '../runtime/ports.ts';
import type { Lines } from './lines.ts';

/** A refusal of a charge point that we know is told to people, this often at most, ms: whoever knocks on fills no disk. */
const TELL_EVERY_MS = 60_000;

export type DoorVerdict =
  | { readonly refused: Refusal; readonly events: readonly Event[] }
  | { readonly profile: SecurityProfile; readonly events: readonly Event[] };

type Refusal = { readonly status: number; readonly reason: string };

/** Who may connect, and what of its security profile holds from then on (OCPP-J §3.2, §6.2; security whitepaper A00, A05). */
export function createDoor(site: {
  lines: Lines;
  records: Records;
  policy: Policy;
  credentials: Credentials;
  clock: Clock;
}) {
  const { lines, records, policy, credentials, clock } = site;
  const toldAt = new Map<string, number>();

  return {
    judge(request: UpgradeRequest): DoorVerdict {
      const proof = proofOf(request);
      if (typeof proof !== 'string' && proof !== null) return { refused: proof, events: told(request, proof) };
      const profile = profileBy(request.transport, proof);
      const least = leastOf(request.chargePointId);
      if (profile < least) {
        const refusal = tooLow(request, profile, least);
        return { refused: refusal, events: told(request, refusal) };
      }
      // Whoever has a password here is known here; a certificate may be anybody's who has one of that authority.
      const stranger = proof === 'password' ? null : strangerRefusal(request.chargePointId);
      if (stranger !== null) return { refused: stranger, events: [] };
      return { profile, events: entered(request, proof, profile) };
    },
  };

  /** By what it proves who it is; null by nothing, where nothing is asked for; or why it stays out. */
  function proofOf(request: UpgradeRequest): 'certificate' | 'password' | null | Refusal {
    const { chargePointId, credentials: sent, transport } = request;
    const least = leastOf(chargePointId);
    // Before the password is looked at: it has no business on a line that others can read.
    if (least >= 2 && !transport.encrypted) {
      return { status: 403, reason: 'this charge point must connect with TLS: to wss://, not to ws://' };
    }
    if (transport.certificate !== null && (sent === null || least === 3)) {
      const objection =
        recordedObjection(transport.certificate, chargePointId) ??
        certificateObjection(transport.certificate, {
          names: certificateNames(
            chargePointId,
            records.nameplate(chargePointId),
            policy.security.certificateNames.get(chargePointId) ?? null,
          ),
          organization: policy.security.organization,
        });
      if (objection === null) return 'certificate';
      // A00.FR.407. Below profile 3 it is let in by what else it can prove, and a certificate is no more than none.
      if (least === 3) return { status: 403, reason: objection };
    }
    if (least === 3) return { status: 403, reason: 'this charge point must show a certificate of its own' };
    if (credentials.required(chargePointId)) {
      if (isExhausted(request)) return { status: 429, reason: 'too many wrong passwords; wait a minute' };
      if (sent !== null && credentials.match(chargePointId, sent)) return 'password';
      credentials.failed(sourceOf(request), clock.monotonic());
      const reason = 'the user name must be the charge point id, with the password configured for it';
      return { status: 401, reason };
    }
    return isRight(request) ? 'password' : null;
  }

  /** What was signed here is good for the charge point that asked for it, whatever name it says. */
  function recordedObjection({ fingerprint }: ClientCertificate, chargePointId: string): string | null {
    const issued = records.issuedCertificate(fingerprint);
    if (issued === null) return null;
    if (issued.chargePointId !== chargePointId) return `its certificate was made for ${issued.chargePointId}`;
    return issued.state === 'revoked' ? 'its certificate was revoked here' : null;
  }

  function leastOf(chargePointId: string): SecurityProfile {
    const { least, leastOf: named } = policy.security;
    const configured = named.get(chargePointId) ?? least;
    const { highest } = records.securityStanding(chargePointId);
    return highest > configured ? highest : configured;
  }

  function tooLow({ chargePointId }: UpgradeRequest, profile: SecurityProfile, least: SecurityProfile): Refusal {
    if (profile > 0)
      return { status: 403, reason: `this charge point must use security profile ${least}, not ${profile}` };
    const reason = policy.configured.has(chargePointId)
      ? 'a password is needed here'
      : 'a password is needed here, and none is configured for this charge point';
    return { status: 401, reason };
  }

  function strangerRefusal(chargePointId: string): Refusal | null {
    if (policy.configured.has(chargePointId) || records.registration(chargePointId) !== null) return null;
    if (policy.unknownChargePoints === 'refuse') {
      const reason = 'this charge point is not known here; add it to chargePoints in the configuration';
      return { status: 404, reason };
    }
    return lines.strangersFull() ? { status: 503, reason: 'too many unknown charge points are connected' } : null;
  }

  /** What it means that it comes in so. */
  function entered(
    { chargePointId, credentials: sent, transport }: UpgradeRequest,
    proof: 'certificate' | 'password' | null,
    profile: SecurityProfile,
  ): Event[] {
    const at = clock.now();
    const events: Event[] = [];
    if (proof === 'password' && sent !== null) events.push(...credentials.used(chargePointId, sent.password, at));
    const { highest, asked } = records.securityStanding(chargePointId);
    if (profile >= 2 && profile > highest)
      events.push({ type: 'security-profile-reached', chargePointId, profile, at });
    if (proof === 'certificate' && transport.certificate !== null) {
      const { fingerprint } = transport.certificate;
      const issued = records.issuedCertificate(fingerprint);
      const isNew = issued !== null && issued.chargePointId === chargePointId && issued.state !== 'used';
      if (isNew) events.push({ type: 'certificate-used', chargePointId, fingerprint, at });
    }
    if (asked !== null && profile < asked) events.push(fallenBack(chargePointId, profile, asked, at));
    for (const id of [
      refusedId(chargePointId),
      ...(asked === null || profile >= asked ? [fallbackId(chargePointId)] : []),
    ]) {
      if (records.isAlertOpen(id)) events.push({ type: 'alert-cleared', id, at });
    }
    return events;
  }

  /** People learn why a charge point of theirs stays out; strangers are told to the log alone. */
  function told({ chargePointId, remoteAddress }: UpgradeRequest, { status, reason }: Refusal): Event[] {
    const isOurs = policy.configured.has(chargePointId) || records.registration(chargePointId) !== null;
    const last = toldAt.get(chargePointId);
    if (!isOurs || status === 429 || (last !== undefined && clock.monotonic() - last < TELL_EVERY_MS)) return [];
    toldAt.set(chargePointId, clock.monotonic());
    const alert = {
      id: refusedId(chargePointId),
      kind: 'connection-refused',
      chargePointId,
      text: `A connection as ${chargePointId} from ${remoteAddress} was refused: ${reason}.`,
      fix:
        'If it is this charge point, set its password, address or certificate right, or lower its security profile here. ' +
        'If it is not, somebody tries to pass for it: find out who that address is.',
    };
    return [{ type: 'alert-raised', alert, at: clock.now() }];
  }

  /** Whether it proves itself, needed or not. A wrong password that nobody asked for counts as a failure too: hashes cost. */
  function isRight(request: UpgradeRequest): boolean {
    const { chargePointId, credentials: sent } = request;
    if (sent === null || !credentials.possible(chargePointId) || isExhausted(request)) return false;
    const right = credentials.match(chargePointId, sent);
    if (!right) credentials.failed(sourceOf(request), clock.monotonic());
    return right;
  }

  function isExhausted(request: UpgradeRequest): boolean {
    return credentials.exhausted(sourceOf(request), clock.monotonic());
  }
}

const sourceOf = ({ remoteAddress, chargePointId }: UpgradeRequest): string => `${remoteAddress}|${chargePointId}`;
const refusedId = (chargePointId: string): string => `refused:${chargePointId}`;
const fallbackId = (chargePointId: string): string => `security-fallback:${chargePointId}`;

function fallenBack(chargePointId: string, profile: SecurityProfile, asked: SecurityProfile, at: Instant): Event {
  const alert = {
    id: fallbackId(chargePointId),
    kind: 'security-profile-not-reached',
    chargePointId,
    text: `${chargePointId} has agreed to security profile ${asked}, and has connected with profile ${profile} all the same.`,
    fix:
      asked === 3
        ? 'See whether it holds a certificate that is signed by an authority that this site trusts, and has restarted since.'
        : 'See whether it holds the root of the certificate of this site and can reach the TLS port, and has restarted since.',
  };
  return { type: 'alert-raised', alert, at };
}
