import type { CertificateHash } from '../domain/certificate.ts';
import type { AnswerHandler } from './answer.ts';

/** Roots of one use that are kept: more than any charge point has room for. */
const MAX_HASHES = 100;

/** Security whitepaper M04.FR.01: what a charge point says that it holds is kept, exactly as it said it (M04.FR.07). */
export const certificatesListed: AnswerHandler<'GetInstalledCertificateIds'> = (
  request,
  answer,
  { chargePointId, at },
) => {
  if (answer.kind !== 'result') return [];
  const listed = (answer.response.certificateHashData ?? []) as readonly CertificateHash[];
  const hashes = listed.slice(0, MAX_HASHES);
  return [{ type: 'certificates-listed', chargePointId, use: request.certificateType, hashes, at }];
};
