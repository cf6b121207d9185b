import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { PublicKey } from '@peculiar/x509';
import { CERTIFICATE_MODE, KEY_MODE, readIfThere, writeWhole } from './files.ts';
import {
  extensionsOf,
  type GeneralName,
  type KeyKind,
  type Made,
  makeCertificate,
  makeKey,
  type Signer,
  type Subject,
} from './x509.ts';

const DAY_MS = 86_400_000;
/** How long the root and what signs day by day are good for, days. */
const ROOT_DAYS = 20 * 365;
const ISSUING_DAYS = 5 * 365;
/** What signs is replaced when it has less left than what it signs may need. */
const ISSUING_LEFT_DAYS = 2 * 365;
/** Certificates begin a little before now: clocks of charge points differ (an hour), and change (a day). */
const EARLIER_MS = DAY_MS;

/** Who signs for this site. */
export type Authority = {
  /** PEM: what charge points and browsers have to trust. */
  readonly roots: string;
  /** PEM: what certificates of charge points are checked against, with what lies between. */
  readonly clientRoots: string;
  /** Leaf and all that lies between it and the root. */
  signServer(of: {
    subject: Subject;
    names: readonly GeneralName[];
    kind: KeyKind;
    days: number;
    nowMs: number;
  }): Promise<{ chain: string; key: string }>;
  signChargePoint(of: {
    subject: Subject;
    publicKey: PublicKey;
    days: number;
    nowMs: number;
  }): Promise<Made & { chain: string; notBefore: Date; notAfter: Date }>;
};

/** Files of an operator's own authority: what signs, with those above it, and its key. */
export type GivenAuthority = { readonly certFile: string; readonly keyFile: string };

/**
 * The gateway's own authority in `folder`, made when it is first needed: a root, and under it what signs, so that the root's
 * key is used once in years. Or that of the operator's files. Throws, in words, where those can't be used.
 */
export async function openAuthority(of: {
  folder: string;
  name: string;
  given: GivenAuthority | null;
  nowMs: number;
}): Promise<Authority> {
  const { chain, key, roots } = of.given === null ? await own(of) : given(of.given);
  const signer: Signer = { certificate: chain[0] ?? '', key };
  const end = new X509Certificate(signer.certificate).validTo;
  const terms = (days: number, nowMs: number): { notBefore: Date; notAfter: Date } => ({
    notBefore: new Date(nowMs - EARLIER_MS),
    // Nothing outlives what has signed it.
    notAfter: new Date(Math.min(nowMs + days * DAY_MS, Date.parse(end))),
  });
  return {
    roots,
    clientRoots: [...new Set([...chain, roots])].join(''),
    async signServer({ subject, names, kind, days, nowMs }) {
      const made = await makeKey(kind);
      const extensions = extensionsOf.server(names, kind);
      const { certificate } = await makeCertificate(
        { subject, publicKey: made.publicKey, ...terms(days, nowMs), extensions },
        signer,
      );
      return { chain: [certificate, ...between(chain)].join(''), key: made.key };
    },
    async signChargePoint({ subject, publicKey, days, nowMs }) {
      const within = terms(days, nowMs);
      const made = await makeCertificate({ subject, publicKey, ...within, extensions: extensionsOf.client() }, signer);
      return { ...made, ...within, chain: [made.certificate, ...between(chain)].join('') };
    },
  };
}

/** Those that a peer can't have: all but what signs itself. */
const between = (chain: readonly string[]): string[] =>
  chain.filter((pem) => {
    const certificate = new X509Certificate(pem);
    return certificate.subject !== certificate.issuer;
  });

type Opened = { readonly chain: readonly string[]; readonly key: string; readonly roots: string };

async function own({ folder, name, nowMs }: { folder: string; name: string; nowMs: number }): Promise<Opened> {
  const path = (file: string): string => join(folder, file);
  const root = await kept(path('root'), { nowMs, leftDays: 0, by: null }, () =>
    selfMade({ organization: name, commonName: `${name} root` }, nowMs),
  );
  const issuing = await kept(path('issuing'), { nowMs, leftDays: ISSUING_LEFT_DAYS, by: root.certificate }, () =>
    signedBy(root, { organization: name, commonName: `${name} issuing` }, nowMs),
  );
  return { chain: [issuing.certificate, root.certificate], key: issuing.key, roots: root.certificate };
}

/**
 * What lies in these files where it is whole, good for long enough, and signed by `by` (null: by itself); else what is made,
 * put there.
 */
async function kept(
  path: string,
  { nowMs, leftDays, by }: { nowMs: number; leftDays: number; by: string | null },
  make: () => Promise<Signer>,
): Promise<Signer> {
  const certificate = readIfThere(`${path}.pem`);
  const key = readIfThere(`${path}.key`);
  if (certificate !== null && key !== null && belong(certificate, key)) {
    const left = Date.parse(new X509Certificate(certificate).validTo) - nowMs;
    if (left > leftDays * DAY_MS && isSignedBy(certificate, by ?? certificate)) return { certificate, key };
  }
  // The key is written first, so no crash leaves this. A new root would have every charge point lose its trust.
  if (by === null && certificate !== null && key === null) {
    throw new Error(`${path}.pem is there, but its key ${path}.key is not: put it back, or remove both to begin anew.`);
  }
  const made = await make();
  writeWhole(`${path}.key`, made.key, KEY_MODE);
  writeWhole(`${path}.pem`, made.certificate, CERTIFICATE_MODE);
  return made;
}

function belong(certificate: string, key: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

function isSignedBy(certificate: string, by: string): boolean {
  const [signed, signer] = [new X509Certificate(certificate), new X509Certificate(by)];
  return signed.checkIssued(signer) && signed.verify(signer.publicKey);
}

async function selfMade(subject: Subject, nowMs: number): Promise<Signer> {
  const { key, publicKey } = await makeKey('ec');
  const notBefore = new Date(nowMs - EARLIER_MS);
  const notAfter = new Date(nowMs + ROOT_DAYS * DAY_MS);
  const extensions = extensionsOf.authority(1);
  const { certificate } = await makeCertificate({ subject, publicKey, notBefore, notAfter, extensions }, null, key);
  return { certificate, key };
}

async function signedBy(root: Signer, subject: Subject, nowMs: number): Promise<Signer> {
  const { key, publicKey } = await makeKey('ec');
  const notBefore = new Date(nowMs - EARLIER_MS);
  const notAfter = new Date(nowMs + ISSUING_DAYS * DAY_MS);
  const extensions = extensionsOf.authority(0);
  const { certificate } = await makeCertificate({ subject, publicKey, notBefore, notAfter, extensions }, root);
  return { certificate, key };
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates in a text, one by one. */
export const certificatesIn = (text: string): string[] => (text.match(PEM) ?? []).map((pem) => `${pem}\n`);

function given({ certFile, keyFile }: GivenAuthority): Opened {
  const chain = certificatesIn(readIfThere(certFile) ?? '');
  const key = readIfThere(keyFile);
  const [signer] = chain;
  if (signer === undefined) throw new Error(`${certFile} is missing, or holds no certificate in PEM.`);
  if (key === null || !belong(signer, key)) throw new Error(`${keyFile} is missing, or not the key of ${certFile}.`);
  if (!new X509Certificate(signer).ca) throw new Error(`The first certificate in ${certFile} may not sign others.`);
  return { chain, key, roots: chain.at(-1) ?? signer };
}
