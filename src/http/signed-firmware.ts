import { refuseSignature } from '../runtime/firmware-signature.ts';
import { Problem } from './problem.ts';
import type { Site } from './site.ts';

/** Throws a Problem where the charge point would refuse this firmware anyway: better now than after a night of trying. */
export async function checkSigned(
  { shelf, now }: Pick<Site, 'shelf' | 'now'>,
  body: { firmwareId?: string; signature?: string; signingCertificate?: string },
): Promise<void> {
  const { firmwareId, signature, signingCertificate } = body;
  if (firmwareId === undefined || signature === undefined || signingCertificate === undefined) return;
  const file = shelf.open(firmwareId);
  if (file === null) return;
  const why = await refuseSignature(file.path, { signature, signingCertificate, at: now() });
  if (why !== null) throw new Problem('invalid-request', `${why} With "unchecked": true it is sent all the same.`);
}
