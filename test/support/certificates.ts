import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Certificates that are not ours: made by openssl, in a folder that goes when it is left. */
export type Pki = ReturnType<typeof createPki>;

type Wanted = {
  readonly subject: string;
  readonly key?: 'ec' | 'rsa' | 'rsa-1024';
  readonly for?: 'server' | 'client';
  readonly days?: number;
  /** An authority made before; the first of them where it is left out. */
  readonly by?: string;
};

const keys = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
  rsa: ['-newkey', 'rsa:2048', '-nodes'],
  'rsa-1024': ['-newkey', 'rsa:1024', '-nodes'],
};

export function createPki() {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-pki-'));
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const path = (name: string): string => join(folder, name);
  let first: string | null = null;
  return {
    folder,
    path,
    read: (name: string): string => readFileSync(path(name), 'utf8'),
    /** A root of its own: `name.pem`, `name.key`. */
    authority(name: string): void {
      first ??= name;
      openssl(
        'req',
        '-x509',
        ...keys.ec,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.pem`,
        '-days',
        '9',
        '-subj',
        `/CN=${name}`,
      );
    },
    /** `name.csr`, `name.key`; returns the request. */
    request(name: string, subject: string, key: keyof typeof keys = 'ec'): string {
      openssl('req', ...keys[key], '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject);
      return readFileSync(path(`${name}.csr`), 'utf8');
    },
    /** Signs `name.csr` into `name.pem`; returns that. */
    sign(
      name: string,
      use: 'server' | 'client',
      { days = 2, by = first ?? '' }: Pick<Wanted, 'days' | 'by'> = {},
    ): string {
      const usage =
        use === 'server'
          ? 'extendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost,IP:127.0.0.1'
          : 'extendedKeyUsage=clientAuth';
      writeFileSync(path(`${name}.ext`), usage);
      const signing = ['-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial', '-extfile', `${name}.ext`];
      openssl('x509', '-req', '-in', `${name}.csr`, ...signing, '-days', String(days), '-out', `${name}.pem`);
      return readFileSync(path(`${name}.pem`), 'utf8');
    },
    /** `name.pem`, `name.key`, signed by an authority. */
    certificate(name: string, { subject, key = 'ec', for: use = 'server', ...more }: Wanted): void {
      this.request(name, subject, key);
      this.sign(name, use, more);
    },
    remove: (): void => rmSync(folder, { recursive: true, force: true }),
  };
}
