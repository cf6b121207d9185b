import { instant } from '../../domain/units.ts';
import type { Handler } from '../handler.ts';

/** How soon one charge point may ask again after a request that came to nothing, ms: each is kept, and a person looks at it. */
const AGAIN_AFTER_MS = 10_000;
/** Certificates that one charge point gets in an hour at most. */
const MOST_IN_AN_HOUR = 10;
const HOUR_MS = 3_600_000;

/**
 * Security whitepaper A02, A03: whoever can have it signed says so at once (A02.FR.11, FR.12); signing takes its time, and
 * what comes of it is sent with CertificateSigned.
 */
export const signCertificate: Handler<'SignCertificate'> = (
  { csr },
  { chargePointId, receivedAt, records, policy },
) => {
  const rejected = { response: { status: 'Rejected' as const }, events: [] };
  if (!policy.security.signs) return rejected;
  const last = records.signingRequest(chargePointId);
  if (last?.csr === csr && last.state !== 'refused') return { response: { status: 'Accepted' }, events: [] };
  const isSoon = last !== null && receivedAt >= last.at && receivedAt - last.at < AGAIN_AFTER_MS;
  if (isSoon && last.state !== 'signed') return rejected;
  if (records.certificatesSince(chargePointId, instant(receivedAt - HOUR_MS)) >= MOST_IN_AN_HOUR) return rejected;
  return {
    response: { status: 'Accepted' },
    events: [{ type: 'signing-requested', chargePointId, csr, at: receivedAt }],
  };
};
