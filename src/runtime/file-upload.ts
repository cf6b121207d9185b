import type { IncomingMessage } from 'node:http';
import { safeFileName } from './file-address.ts';
import { type IntakeFault, type IntakeLimits, roomFor, takeIn } from './file-intake.ts';
import type { FileOffer, FileResult } from './ports.ts';

type Upload = Extract<FileOffer, { kind: 'upload' }>;
type Refusal = { readonly status: number; readonly text: string };

/** Characters of a media type that are kept. */
const MAX_MEDIA_TYPE_LENGTH = 200;

/** The HTTP status of each fault of an intake. */
export const intakeStatus: Readonly<Record<IntakeFault, number>> = { 'too-large': 413, 'no-space': 507, empty: 400 };

/**
 * Why this body is not read at all; null when it may come. A form (`multipart/form-data`) may: OpenEVSE sends its
 * diagnostics as one, with a boundary that no parser accepts, so it is stored as it comes.
 */
export function refuseUpload({ headers }: IncomingMessage): Refusal | null {
  const { 'content-range': range, 'content-encoding': coding = 'identity', 'content-length': length } = headers;
  // A part stored as the whole would be worse than none (RFC 9110 §14.5); OCPP begins anew with each retry.
  if (range !== undefined) return { status: 501, text: 'Send the whole file: parts of one are not put together here.' };
  if (coding.toLowerCase() !== 'identity') return { status: 415, text: 'Send the file without a Content-Encoding.' };
  if (length === undefined && headers['transfer-encoding'] === undefined) {
    return { status: 411, text: 'Send a Content-Length, or the body in chunks.' };
  }
  if (length === '0') return { status: intakeStatus.empty, text: 'The file is empty.' };
  return null;
}

/** Rejects with IntakeRefused where what is announced does not fit. */
export function roomForUpload({ headers }: IncomingMessage, limits: IntakeLimits): Promise<void> {
  return roomFor(Number(headers['content-length'] ?? 0), limits);
}

/** Reads the body into a file. `name` is what the address ends in. Rejects like `takeIn`. */
export async function receiveFile(
  request: IncomingMessage,
  offer: Upload,
  limits: IntakeLimits,
  name: string | null,
  moved: (bytes: number) => void,
): Promise<Extract<FileResult, { kind: 'upload' }>> {
  const { path, size, sha256 } = await takeIn(request, limits, moved);
  return {
    kind: 'upload',
    path,
    size,
    sha256,
    name: name ?? safeFileName(offer.nameHint) ?? 'upload.bin',
    mediaType: request.headers['content-type']?.slice(0, MAX_MEDIA_TYPE_LENGTH) ?? null,
  };
}
