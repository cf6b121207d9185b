import { constants } from 'node:crypto';
import type { ServerOptions as HttpOptions, RequestListener, Server } from 'node:http';
import { createServer } from 'node:https';
import { type DetailedPeerCertificate, type TLSSocket, TLSSocket as TlsSocket } from 'node:tls';
import type { Transport } from '../domain/security-profile.ts';
import { plainText } from '../domain/security-profile.ts';
import type { Log } from './ports.ts';
import { CIPHERS, type WatchedTlsFiles } from './tls-files.ts';

/** How long a client may take for its handshake, ms. */
const HANDSHAKE_WITHIN_MS = 10_000;

/**
 * An HTTP server that speaks TLS only (security whitepaper A00.FR.312 to FR.320): 1.2 and 1.3, the suites that it lists.
 * Certificates are exchanged while it runs. Nothing is resumed, so that each connection proves itself anew.
 */
export function createTlsServer(
  options: HttpOptions,
  tls: WatchedTlsFiles,
  log: Log,
  answer: RequestListener,
  failed: (remoteAddress: string, why: string) => void = () => undefined,
): Server {
  const asksForCertificate = tls.asksForCertificate;
  const server = createServer(
    {
      ...options,
      ...(tls.current()?.context ?? {}),
      ...rules,
      handshakeTimeout: HANDSHAKE_WITHIN_MS,
      requestCert: asksForCertificate,
      // Whether one is needed depends on who it is, and that is told after the handshake only.
      rejectUnauthorized: false,
    },
    answer,
  );
  tls.changed(({ context }) => server.setSecureContext({ ...context, ...rules }));
  server.on('tlsClientError', (error, socket) => {
    const { remoteAddress = 'unknown' } = socket;
    const why = reasonOf(error);
    log.debug({ remoteAddress, why }, 'TLS handshake failed');
    failed(remoteAddress, why);
    socket.destroy();
  });
  return server;
}

const rules = {
  minVersion: 'TLSv1.2',
  ciphers: CIPHERS,
  honorCipherOrder: true,
  secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
} as const;

/** What a connection proves by itself. */
export function transportOf(socket: object): Transport {
  if (!(socket instanceof TlsSocket)) return plainText;
  const certificate = socket.getPeerCertificate();
  // Without one it is an object with nothing in it.
  if (certificate?.raw === undefined) return { encrypted: true, certificate: null };
  return {
    encrypted: true,
    certificate: {
      fault: socket.authorized ? null : faultOf(socket),
      organization: one(certificate.subject.O),
      commonName: one(certificate.subject.CN),
      fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    },
  };
}

function faultOf({ authorizationError }: TLSSocket): string {
  const code = String((authorizationError as { code?: unknown } | null)?.code ?? authorizationError ?? 'unknown');
  return words[code] ?? `is not trusted here (${code})`;
}

const words: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'is over',
  CERT_NOT_YET_VALID: 'has not begun yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'is signed by an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT: 'is signed by an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is signed by an authority that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'is signed by an authority that is not trusted here',
  INVALID_PURPOSE: 'is not made for clients',
};

const one = (value: DetailedPeerCertificate['subject']['O'] | string[] | undefined): string | null =>
  typeof value === 'string' ? value : null;

/** What OpenSSL says, in words for who has to mend it. */
const causes: readonly (readonly [RegExp, string])[] = [
  [/unsupported protocol|version too low|wrong version/i, 'it offers nothing newer than TLS 1.1'],
  [/no shared cipher/i, 'it can do none of the suites that are offered'],
  [/http request/i, 'it does not speak TLS'],
  [
    /unknown ca|certificate unknown|bad certificate|certificate verify/i,
    'it does not trust the certificate of this site',
  ],
  [/certificate expired/i, 'it takes the certificate of this site for over: its clock may be wrong'],
  [/peer did not return/i, 'it shows no certificate'],
];

function reasonOf(error: Error & { code?: string; reason?: string }): string {
  const said = error.reason ?? error.code ?? error.message;
  return causes.find(([pattern]) => pattern.test(said))?.[1] ?? said.slice(0, 100);
}
