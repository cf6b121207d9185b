import type { Instant } from './units.ts';

/**
 * OCPP security profiles (security whitepaper A00): 0 none, 1 password, 2 TLS and password, 3 TLS and a certificate of the
 * charge point.
 */
export type SecurityProfile = 0 | 1 | 2 | 3;

/** What a connection itself says of who is at its other end. */
export type Transport = {
  /** By TLS. */
  readonly encrypted: boolean;
  /** What the client has shown, and proved to hold the key of; null where it has shown none. */
  readonly certificate: ClientCertificate | null;
};

export type ClientCertificate = {
  /** Why it counts for nothing: not signed by whom we trust, over, not yet begun. Null: it is good as it is. */
  readonly fault: string | null;
  readonly organization: string | null;
  readonly commonName: string | null;
  /** SHA-256 over it, lower-case hexadecimal. */
  readonly fingerprint: string;
};

/** A connection without TLS: it proves nothing. */
export const plainText: Transport = { encrypted: false, certificate: null };

/** What is on record of one charge point. */
export type SecurityStanding = {
  /** The highest that it has ever connected with, and that it must not go below (A05.FR.09). */
  readonly highest: SecurityProfile;
  /** What it has agreed to change to and has not yet connected with; null where there is nothing of the kind. */
  readonly asked: SecurityProfile | null;
};

export type SecurityProfileEvent =
  /** It has connected with a higher one than ever. */
  | { type: 'security-profile-reached'; chargePointId: string; profile: SecurityProfile; at: Instant }
  /** It has agreed to change; until it has, what it uses now still counts (A05.FR.08). */
  | { type: 'security-profile-agreed'; chargePointId: string; profile: SecurityProfile; at: Instant }
  /** Somebody lets it go back to a lower one. */
  | { type: 'security-profile-lowered'; chargePointId: string; profile: SecurityProfile; at: Instant };

export function profileBy({ encrypted }: Transport, proof: 'certificate' | 'password' | null): SecurityProfile {
  if (proof === 'certificate') return 3;
  if (proof === null) return 0;
  return encrypted ? 2 : 1;
}

/**
 * Why this certificate does not stand for this charge point (A00.FR.403 to FR.405); null where it does. `names` are those
 * that the charge point may bear: its serial numbers and its identity. `organization` null: any.
 */
export function certificateObjection(
  { fault, organization, commonName }: ClientCertificate,
  expected: { readonly names: readonly string[]; readonly organization: string | null },
): string | null {
  if (fault !== null) return `its certificate ${fault}`;
  if (expected.organization !== null && organization !== expected.organization) {
    return `its certificate is for the organization ${shown(organization)}, not for ${shown(expected.organization)}`;
  }
  const bears = commonName !== null && expected.names.some((name) => name.toLowerCase() === commonName.toLowerCase());
  if (bears) return null;
  return `its certificate is for ${shown(commonName)}, not for ${expected.names.map(shown).join(' or ')}`;
}

const shown = (text: string | null): string => (text === null ? 'nobody' : JSON.stringify(text.slice(0, 100)));

/** The profile in a ChangeConfiguration of the key SecurityProfile; null for any other message. */
export function securityProfileIn(action: string, payload: object): SecurityProfile | null {
  if (action !== 'ChangeConfiguration') return null;
  const { key, value } = payload as { readonly key?: unknown; readonly value?: unknown };
  if (typeof key !== 'string' || key.toLowerCase() !== 'securityprofile') return null;
  return ([0, 1, 2, 3].find((one) => String(one) === value) as SecurityProfile | undefined) ?? null;
}

/**
 * The names that the certificate of a charge point may bear: its serial number, as A00.FR.405 wants it, or its identity. What
 * the configuration says goes before what a charge point says of itself.
 */
export function certificateNames(
  chargePointId: string,
  nameplate: { readonly serialNumber: string | null; readonly boxSerialNumber: string | null } | null,
  configured: string | null,
): string[] {
  const serials = configured === null ? [nameplate?.serialNumber, nameplate?.boxSerialNumber] : [configured];
  return [...serials.filter((name) => name != null), chargePointId];
}
