import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ByteRange, isSameFile, readRange } from './byte-range.ts';
import { safeFileName } from './file-address.ts';
import type { FileOffer, FileResult } from './ports.ts';

type Download = Extract<FileOffer, { kind: 'download' }>;

/** What is answered to a GET or HEAD, before any byte of the file. */
export type DownloadAnswer = {
  readonly status: 200 | 206 | 416;
  readonly headers: OutgoingHttpHeaders;
  /** Null where nothing is sent. */
  readonly range: ByteRange | null;
};

/** Reads off the disk that the file is what the offer says. Rejects where it is not there, or of another size. */
export async function answerDownload(request: IncomingMessage, offer: Download): Promise<DownloadAnswer> {
  const found = await stat(offer.path);
  if (!found.isFile() || found.size !== offer.size) throw new Error('the file is not the one that was offered');
  const etag = `"${offer.sha256}"`;
  const lastModified = found.mtime.toUTCString();
  const { range: asked, 'if-range': ifRange } = request.headers;
  const ranged = request.method === 'GET' && isSameFile(oneOf(ifRange), etag, lastModified);
  const range = ranged ? readRange(asked, offer.size) : null;
  const common = { etag, 'last-modified': lastModified, 'accept-ranges': 'bytes', connection: 'close' };
  if (range === 'unsatisfiable') {
    return { status: 416, headers: { ...common, 'content-range': `bytes */${offer.size}` }, range: null };
  }
  const { from, to } = range ?? { from: 0, to: offer.size - 1 };
  const headers = {
    ...common,
    'content-type': 'application/octet-stream',
    'content-length': to - from + 1,
    'content-disposition': `attachment; filename="${headerName(offer.name)}"`,
    'x-content-type-options': 'nosniff',
  };
  if (range === null) return { status: 200, headers, range: { from, to } };
  return { status: 206, headers: { ...headers, 'content-range': `bytes ${from}-${to}/${offer.size}` }, range };
}

/** Sends the bytes, no faster than the client takes them. Rejects when the connection or the disk breaks off. */
export async function sendFile(
  response: ServerResponse,
  offer: Download,
  { from, to }: ByteRange,
  moved: (bytes: number) => void,
): Promise<FileResult> {
  let bytes = 0;
  const count = new Transform({
    transform(piece: Buffer, _encoding, next) {
      bytes += piece.length;
      moved(piece.length);
      next(null, piece);
    },
  });
  await pipeline(createReadStream(offer.path, { start: from, end: to }), count, response);
  if (bytes !== to - from + 1) throw new Error('the file became shorter while it was sent');
  return { kind: 'download', from, bytes, reachedEnd: to === offer.size - 1 };
}

const oneOf = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : header?.[0];

/** In a header only plain characters; the client has the address for a name, anyway. */
const headerName = (name: string): string => (safeFileName(name) ?? 'file').replace(/[^\x20-\x7e]/g, '_');
