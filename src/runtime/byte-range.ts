/** Which bytes of a file a request asks for (RFC 9110 §14). */

/** First and last byte, both sent. */
export type ByteRange = { readonly from: number; readonly to: number };

/**
 * One range of `Range: bytes=...`, cut to a file of `size` bytes. Null for the whole file: no header, another unit, several
 * ranges, or what is no range (§14.2 lets a server ignore all of these).
 */
export function readRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null {
  const { first = '', last = '' } = /^bytes=(?<first>\d{0,15})-(?<last>\d{0,15})$/.exec(header ?? '')?.groups ?? {};
  if (first === '' && last === '') return null;
  if (first === '') {
    const wanted = Math.min(Number(last), size);
    return wanted === 0 ? 'unsatisfiable' : { from: size - wanted, to: size - 1 };
  }
  const from = Number(first);
  const to = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < from) return null;
  return from >= size ? 'unsatisfiable' : { from, to };
}

/** Whether the file is still the one that the client has the beginning of (RFC 9110 §13.1.5). */
export function isSameFile(ifRange: string | undefined, etag: string, lastModified: string): boolean {
  return ifRange === undefined || ifRange === etag || ifRange === lastModified;
}
