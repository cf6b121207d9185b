import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Clock } from './ports.ts';

/** ms in which what a client is still sending is thrown away, so that it lives to read why it was refused. */
const DRAIN_MS = 2_000;

/**
 * Answers in one line of text, and closes the connection after what the client is still sending: a socket closed with
 * unread bytes is reset, and the answer lost with it.
 */
export function answerPlainly(
  clock: Clock,
  request: IncomingMessage,
  response: ServerResponse,
  answer: { readonly status: number; readonly text: string; readonly headers?: OutgoingHttpHeaders },
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = `${answer.text}\n`;
  response.writeHead(answer.status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    ...answer.headers,
  });
  response.flushHeaders();
  response.write(body);
  const end = (): void => {
    deadline.cancel();
    response.end();
  };
  const deadline = clock.after(DRAIN_MS, end);
  if (request.readableEnded || request.destroyed) {
    end();
    return;
  }
  request.once('end', end);
  request.once('close', end);
  request.resume();
}
