import { type Static, Type } from 'typebox';
import type { CommandResult } from '../domain/commands.ts';
import type { LineError } from '../domain/token-import.ts';

/** RFC 9457. Further members say more about one type of problem. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'Names the kind of problem; stable.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What is wrong this time, and what to do about it.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          in: Type.String({ description: 'body, query or path' }),
          path: Type.String({ description: 'JSON pointer to the value; in a list the number of the line.' }),
          message: Type.String(),
        }),
        { description: 'Of invalid-request: each thing that is wrong.' },
      ),
    ),
    code: Type.Optional(Type.String({ description: 'Of call-error: the error code of the charge point.' })),
    description: Type.Optional(Type.String({ description: 'Of call-error: its description.' })),
    details: Type.Optional(Type.Unknown({ description: 'Of call-error: its details, as they came.' })),
    warnings: Type.Optional(
      Type.Array(Type.String(), { description: 'Of conflict: what override=true sends all the same.' }),
    ),
    checks: Type.Optional(Type.Record(Type.String(), Type.Boolean(), { description: 'Of not-ready.' })),
  },
  { $id: 'Problem', title: 'Problem' },
);
export type ProblemDocument = Static<typeof ProblemSchema>;

/** Every kind of problem that this interface knows, with its status. */
const kinds = {
  'invalid-request': [400, 'The request is not as it must be'],
  'not-json': [400, 'The body is not JSON'],
  'not-logged-in': [401, 'Nobody is logged in'],
  'not-allowed': [403, 'This role may not do it'],
  'host-not-allowed': [403, 'This address of the interface is not served'],
  'foreign-origin': [403, 'Requests from other sites are refused'],
  'not-found': [404, 'There is no such thing'],
  'unknown-action': [404, 'There is no such operation'],
  conflict: [409, 'It can not be done now'],
  'limit-refused': [409, 'A circuit has no room for this limit'],
  exists: [409, 'It exists already'],
  'not-connected': [409, 'The charge point is not connected'],
  'not-registered': [409, 'The charge point has not introduced itself yet'],
  'too-large': [413, 'The body is too large'],
  'not-json-type': [415, 'The body must be application/json'],
  'not-csv-type': [415, 'The body must be text/csv'],
  'not-binary-type': [415, 'The body must be application/octet-stream'],
  refused: [422, 'The charge point refused'],
  'call-error': [422, 'The charge point answered with an error'],
  'request-failed': [400, 'The request could not be read'],
  'too-many': [429, 'Too many attempts'],
  'internal-error': [500, 'Something in Busbar failed'],
  'too-busy': [503, 'Too much is waiting'],
  'store-failed': [503, 'The store can not be written'],
  'no-space': [507, 'Too little space is left'],
  'not-ready': [503, 'Not ready'],
  'no-answer': [504, 'No answer from the charge point'],
} as const satisfies Record<string, readonly [number, string]>;
export type ProblemKind = keyof typeof kinds;

type More = Pick<ProblemDocument, 'errors' | 'code' | 'description' | 'details' | 'checks' | 'warnings'>;

/** Thrown by whoever finds it; the error handler sends its document. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly document: ProblemDocument;
  /** For fastify. */
  readonly statusCode: number;

  constructor(kind: ProblemKind, detail: string, more: More = {}) {
    super(detail);
    const [status, title] = kinds[kind];
    this.statusCode = status;
    this.document = { type: `urn:busbar:problem:${kind}`, title, status, detail, ...more };
  }
}

/** Entries for a route's response schemas. */
export function problems<const Status extends number>(...statuses: Status[]): Record<Status, ProblemResponse> {
  return Object.fromEntries(statuses.map((status) => [status, problemResponse])) as Record<Status, ProblemResponse>;
}

type ProblemResponse = typeof problemResponse;
const problemResponse = {
  description: 'Problem',
  content: { 'application/problem+json': { schema: Type.Unsafe<ProblemDocument>({ $ref: 'Problem#' }) } },
};

/** Lines named in one answer at most: who has more of them has one mistake. */
const MAX_LINES_NAMED = 100;

/** A list of which some lines can't be. */
export function wrongLines(errors: readonly LineError[]): Problem {
  const [first] = errors;
  const more = errors.length > 1 ? ` ${errors.length} things are wrong in all.` : '';
  const where = first === undefined || first.line === 0 ? 'The list' : `Line ${first.line}:`;
  return new Problem('invalid-request', `Nothing was changed. ${where} ${first?.message ?? 'is wrong'}.${more}`, {
    errors: errors
      .slice(0, MAX_LINES_NAMED)
      .map(({ line, message }) => ({ in: 'body', path: `/${line}`, message: `Line ${line}: ${message}` })),
  });
}

/** What OCPP allows to be sent, and nobody can want. */
function mistaken(warnings: readonly string[]): Problem {
  const said = warnings.map((one) => one.replace(/\.$/, '')).join('; ');
  return new Problem('conflict', `Nothing was sent: ${said}. To send it all the same, add ?override=true.`, {
    warnings: [...warnings],
  });
}

/** What a command came to, where that is no success. */
export function problemOf(
  result: Exclude<
    CommandResult,
    | { kind: 'done' }
    | { kind: 'created' }
    | { kind: 'imported' }
    | { kind: 'answered' }
    | { kind: 'composite-schedule' }
  >,
): Problem {
  switch (result.kind) {
    case 'invalid':
      return new Problem('invalid-request', result.why);
    case 'conflict':
      return new Problem('conflict', result.why);
    case 'limit-refused':
      return new Problem('limit-refused', `${result.why} To send it all the same, add ?override=true.`);
    case 'mistaken':
      return mistaken(result.warnings);
    case 'wrong-lines':
      return wrongLines(result.errors);
    case 'refused':
      return new Problem('refused', result.why);
    case 'unknown':
      return new Problem('not-found', `There is no ${result.what}.`);
    case 'not-connected':
      return new Problem('not-connected', 'Nothing was sent. Try again when the charge point is online.');
    case 'call-error': {
      const { code, description, details } = result;
      return new Problem('call-error', `It answered ${code}${description === '' ? '' : `: ${description}`}`, {
        code,
        description,
        details,
      });
    }
    case 'no-answer':
      return new Problem(
        'no-answer',
        `The message was sent, but ${
          result.why === 'timeout' ? 'no answer came in time' : 'the connection was lost before the answer'
        }: the charge point may have acted on it all the same.`,
      );
    case 'queue-full':
      return new Problem('too-busy', 'Nothing was sent: too much was waiting for this charge point. Try again later.');
    case 'store-failed':
      return new Problem('store-failed', 'Nothing was changed. The log says why: often the disk is full.');
  }
}
