import { Type } from 'typebox';
import { id, maybeWhole, nullable, text, time, whole } from './parts.ts';

/** What the backend says to a site, and what the site answers. */

const parameters = Type.Optional(
  Type.Record(Type.String(), Type.Union([Type.String({ maxLength: 600 }), Type.Number(), Type.Boolean()])),
);

/** Closed, unlike all else: a misspelt field must not become another command. */
export const command = Type.Object(
  {
    id: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9._:-]{1,64}$',
        description: 'Given by the backend; without it Correlation Data must be one.',
      }),
    ),
    ttlS: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 31_536_000, description: 'Seconds from its receipt.' }),
    ),
    replyTo: Type.Optional(
      Type.String({ description: 'Where the answer goes, below the prefix for answers; as Response Topic.' }),
    ),
    params: parameters,
    query: parameters,
    body: Type.Optional(Type.Unknown({ description: 'As the HTTP API takes it.' })),
  },
  { additionalProperties: false },
);

export const answer = Type.Object({
  id: Type.String({ description: 'Of the command; empty where it had none.' }),
  name: text,
  state: Type.Enum(['done', 'failed', 'refused', 'expired', 'unknown']),
  status: Type.Integer({ description: 'As the HTTP API answers.' }),
  body: Type.Unknown({ description: 'As the HTTP API answers; a problem document where it was not done.' }),
});

export const desired = Type.Object({
  version: Type.Integer({ minimum: 0, description: 'Only a higher one than the last is taken.' }),
  policy: Type.Optional(Type.Object({}, { description: 'The body of PUT /api/v1/policy.' })),
  configuration: Type.Optional(
    Type.Record(
      Type.String({ description: 'A charge point.' }),
      Type.Record(Type.String(), nullable(Type.Union([Type.String(), Type.Number(), Type.Boolean()]))),
      { description: 'Keys of charge points; null drops the wish for one.' },
    ),
  ),
});

export const reported = Type.Object({
  version: nullable(Type.Integer({ description: 'The last that was taken.' })),
  at: time,
  problems: Type.Array(text, { maxItems: 100 }),
  tokensVersion: nullable(Type.Integer({ description: 'Of the backend’s list of tokens that is held here.' })),
});

export const question = Type.Object({
  id,
  idTag: text,
  chargePointId: id,
  connectorId: maybeWhole,
  deadlineMs: whole,
});

export const verdict = Type.Object({
  id,
  status: Type.Enum(['Accepted', 'Blocked', 'Expired', 'Invalid']),
  expiresAt: Type.Optional(nullable(time)),
  parentIdTag: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 20 }))),
  cacheS: Type.Optional(nullable(Type.Number({ minimum: 0, description: 'How long it may be remembered.' }))),
});
