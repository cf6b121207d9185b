import type { Socket } from 'node:net';
import type { ConnectionError, FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { App } from './app.ts';
import { safeHeaders } from './guards.ts';
import { Problem, type ProblemKind } from './problem.ts';

/** Every error leaves as a problem document; of what failed inside, only the log tells. */
export function answerErrors(app: App): void {
  app.setErrorHandler((error: FastifyError | Problem, request, reply) => sendError(error, request, reply));
  app.setNotFoundHandler(async (request) => {
    throw new Problem('not-found', `Nothing is served at ${request.method} ${request.url.slice(0, 200)}.`);
  });
}

export function sendError(error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply): void {
  const problem = error instanceof Problem ? error : problemFor(error, request);
  if (problem.statusCode === 503) reply.header('retry-after', '5');
  reply
    .headers(safeHeaders)
    .code(problem.statusCode)
    .type('application/problem+json')
    .send(JSON.stringify(problem.document));
}

/** What is no HTTP at all, too long or too slow is answered on the bare socket. */
export function answerBadRequest(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, reason] = wireErrors.get(error.code) ?? [400, 'Bad Request'];
  const body = JSON.stringify({ ...new Problem('request-failed', 'The request could not be read.').document, status });
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

const wireErrors = new Map<string, [number, string]>([
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'Request Timeout']],
  ['HPE_HEADER_OVERFLOW', [431, 'Request Header Fields Too Large']],
]);

/** fastify's own errors by their code; what is not the client's fault is ours. */
const known = new Map<string, [ProblemKind, string]>([
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', ['not-json-type', 'Send Content-Type: application/json.']],
  ['FST_ERR_CTP_INVALID_JSON_BODY', ['not-json', 'The body could not be parsed as JSON.']],
  ['FST_ERR_BAD_URL', ['request-failed', 'The address is not percent-encoded as it must be.']],
  ['FST_ERR_MAX_PARAM_LENGTH', ['not-found', 'No name is that long.']],
]);

function problemFor(error: FastifyError, request: FastifyRequest): Problem {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const mib = (request.routeOptions.bodyLimit ?? 0) / 1_048_576;
    return new Problem('too-large', `At most ${mib} MiB can be taken.`);
  }
  const found = known.get(error.code);
  if (found !== undefined) return new Problem(...found);
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    const [kind, detail]: [ProblemKind, string] =
      error instanceof SyntaxError
        ? ['not-json', 'The body could not be parsed as JSON, or has a field name that is refused.']
        : ['request-failed', 'The request could not be read.'];
    return new Problem(kind, detail);
  }
  request.log.error({ err: error, url: request.url }, 'a request failed: a fault in Busbar');
  return new Problem('internal-error', `The log says more, under request ${request.id}.`);
}
