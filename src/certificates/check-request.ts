import type { ReadRequest } from './x509.ts';

/** Keys that are strong enough (security whitepaper A00.FR.502, FR.503), and that this program can sign for. */
const LEAST_RSA_BITS = 2_048;

/** What may stand in a signing request: what a client certificate has in any case, and what says nothing. */
const harmless = new Map([
  ['2.5.29.15', 'key usage'],
  ['2.5.29.37', 'extended key usage'],
  ['2.5.29.14', 'subject key identifier'],
  ['2.5.29.19', 'basic constraints'],
]);

/**
 * Why this must not be signed, in words; null where it may. Extensions are not taken over: what is signed is a client and no
 * more. Names of another charge point, or of a server, are refused whatever they are meant for.
 */
export function objectionToRequest(
  request: ReadRequest | null,
  expected: {
    readonly names: readonly string[];
    readonly organization: string | null;
    /** A charge point that bears the same name; null where there is none. */
    readonly otherBearer: string | null;
  },
): string | null {
  if (request === null) return 'it can not be read, or is not signed with its own key.';
  const { commonName, organization, key, extensions } = request;
  if (key.type === 'rsa' && key.bits < LEAST_RSA_BITS)
    return `its RSA key has ${key.bits} bits; ${LEAST_RSA_BITS} are the least.`;
  if (key.type !== 'rsa' && !(key.type === 'ec' && key.bits > 0)) {
    return 'its key is neither RSA nor of the curves P-256, P-384 and P-521.';
  }
  if (commonName === null) return 'it names nobody, or several (CN).';
  if (!expected.names.some((name) => name.toLowerCase() === commonName.toLowerCase())) {
    return `it is for ${quoted(commonName)}, and the charge point is ${expected.names.map(quoted).join(' or ')}.`;
  }
  if (expected.otherBearer !== null) {
    return `it is for ${quoted(commonName)}, and so is ${quoted(expected.otherBearer)}: give each its serialNumber in the configuration.`;
  }
  if (expected.organization !== null && organization !== expected.organization) {
    const named = organization === null ? 'no organization' : quoted(organization);
    return `it is for ${named}, not for ${quoted(expected.organization)}: set CpoName at the charge point.`;
  }
  const odd = extensions.filter((oid) => !harmless.has(oid));
  if (odd.length > 0) return `it asks for what no charge point needs (${odd.slice(0, 5).join(', ')}).`;
  return null;
}

const quoted = (text: string): string => JSON.stringify(text.slice(0, 100));
