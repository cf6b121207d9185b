import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { TLSSocket } from 'node:tls';

/** A host with or without a port, as a Host header has it; IPv6 in brackets. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/**
 * The `http://host:port`, or `https://` over TLS, under which a client has reached us: what it calls us, for that name has just worked for it, or
 * else the address of its connection at our end.
 */
export function reachedAt({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): string {
  const host = headers.host?.trim() ?? '';
  const scheme = socket instanceof TLSSocket ? 'https' : 'http';
  if (HOST.test(host)) return `${scheme}://${host}`;
  const address = socket.localAddress?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '127.0.0.1';
  return `${scheme}://${isIPv6(address) ? `[${address}]` : address}:${socket.localPort ?? 80}`;
}
