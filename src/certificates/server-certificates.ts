import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Authority } from './authority.ts';
import { CERTIFICATE_MODE, KEY_MODE, readIfThere, writeWhole } from './files.ts';
import type { GeneralName, KeyKind } from './x509.ts';

/** Renewed when less than this share of its life is left. */
const LEFT = 1 / 3;

/**
 * Sees to it that the gateway has certificates for its names, one of each kind (security whitepaper A00.FR.317), renewed in
 * time and made anew when the names change. Whoever serves with them watches the files. Returns the kinds that were made.
 */
export async function keepServerCertificates(of: {
  authority: Authority;
  folder: string;
  organization: string;
  /** Host names and addresses; the first becomes the common name (A00.FR.510). */
  names: readonly string[];
  days: number;
  nowMs: number;
}): Promise<KeyKind[]> {
  const { authority, folder, organization, names, days, nowMs } = of;
  const made: KeyKind[] = [];
  for (const kind of ['ec', 'rsa'] as const) {
    const path = join(folder, `server-${kind}`);
    if (isGood(readIfThere(`${path}.pem`), readIfThere(`${path}.key`), of)) continue;
    const subject = { organization, commonName: names[0] ?? 'localhost' };
    const { chain, key } = await authority.signServer({ subject, names: names.map(general), kind, days, nowMs });
    writeWhole(`${path}.key`, key, KEY_MODE);
    writeWhole(`${path}.pem`, chain, CERTIFICATE_MODE);
    made.push(kind);
  }
  writeIfNew(join(folder, 'roots.pem'), authority.roots);
  writeIfNew(join(folder, 'charge-point-roots.pem'), authority.clientRoots);
  return made;
}

const general = (name: string): GeneralName => ({ type: isIP(name) === 0 ? 'dns' : 'ip', value: name });

function isGood(
  chain: string | null,
  key: string | null,
  { authority, names, nowMs }: { authority: Authority; names: readonly string[]; nowMs: number },
): boolean {
  if (chain === null || key === null) return false;
  try {
    const certificate = new X509Certificate(chain);
    const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
    const covers = names.every((name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)));
    const isOurs = authority.clientRoots.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g)?.some((pem) => {
      const issuer = new X509Certificate(pem);
      return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
    });
    return (
      isOurs === true && covers && certificate.checkPrivateKey(createPrivateKey(key)) && to - nowMs > (to - from) * LEFT
    );
  } catch {
    return false;
  }
}

function writeIfNew(path: string, text: string): void {
  if (readIfThere(path) !== text) writeWhole(path, text, CERTIFICATE_MODE);
}
