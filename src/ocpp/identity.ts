/** What the opening HTTP request of a charge point says: who it is and which OCPP it speaks (OCPP-J §3.1). */
import { isUtf8 } from 'node:buffer';

/** Characters: the length of a charge point's identity in OCPP 2.0.1; 1.6 names none. */
const MAX_ID_LENGTH = 48;

export type IdentityFault = 'no identity in the path' | 'not percent-encoded' | 'too long' | 'characters not allowed';

export type Identity =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly reason: IdentityFault };

/**
 * The last segment of the path that is not empty, percent-decoded once (OCPP-J §3.1.1), whatever stands before it.
 * Slashes, control characters and the names `.` and `..` are refused: ids end up in paths, topics and logs.
 */
export function chargePointIdFromPath(url: string): Identity {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  const segment = path.split('/').findLast((each) => each !== '');
  if (segment === undefined) return { ok: false, reason: 'no identity in the path' };
  const id = percentDecoded(segment);
  if (id === null) return { ok: false, reason: 'not percent-encoded' };
  if (id.length > MAX_ID_LENGTH) return { ok: false, reason: 'too long' };
  if (id === '.' || id === '..' || /[/\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(id)) {
    return { ok: false, reason: 'characters not allowed' };
  }
  return { ok: true, id };
}

/** Printable ASCII, each percent sign with two hexadecimal digits, UTF-8 once decoded: checked before decoding. */
function percentDecoded(segment: string): string | null {
  if (!/^(?:[!-$&-~]|%[0-9a-f]{2})+$/i.test(segment)) return null;
  const bytes = Buffer.from(
    segment.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  return isUtf8(bytes) ? bytes.toString('utf8') : null;
}

/**
 * `ocpp1.6` when the Sec-WebSocket-Protocol header offers it, spelt exactly so, alone or among others; else null, and the
 * upgrade is refused (certification case TC_088).
 */
export function chooseSubprotocol(header: string | undefined): 'ocpp1.6' | null {
  const offered = (header ?? '').split(',').map((each) => each.trim());
  return offered.includes('ocpp1.6') ? 'ocpp1.6' : null;
}
