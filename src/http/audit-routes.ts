import { Type } from 'typebox';
import type { App } from './app.ts';
import { Problem, problems } from './problem.ts';
import { DEFAULT_LIMIT, listOf, PageQuery, text, time } from './schemas.ts';
import type { Site } from './site.ts';

const kinds = ['nobody', 'local', 'person', 'token', 'backend'] as const;

const shown = (description: string) =>
  Type.Unknown({ description: `${description}, without secrets; text where it was cut.` });

const Entry = Type.Object({
  id: Type.Integer(),
  at: time,
  who: Type.Enum([...kinds], { description: 'local: this machine, before anybody was set up. nobody: not logged in.' }),
  name: Type.Union([Type.String(), Type.Null()], { description: 'Of the person or the API token.' }),
  address: Type.Union([Type.String(), Type.Null()], { description: 'From where; null for the backend.' }),
  commandId: Type.Union([Type.String(), Type.Null()], { description: 'Of the command of the backend.' }),
  method: Type.String(),
  route: Type.String(),
  target: Type.String({ description: 'The address, with its query.' }),
  status: Type.Integer({ description: 'Below 400 it was done.' }),
  why: text,
  request: shown('The body'),
  before: shown('What was changed, before'),
  after: shown('What was changed, afterwards; or the answer'),
  leftOut: Type.Integer({ description: 'Like ones just before that are not kept: there were too many of them.' }),
});

/** Who did what over the API. */
export function auditRoutes(app: App, { views }: Site): void {
  app.get(
    '/api/v1/audit',
    {
      schema: {
        tags: ['people'],
        summary: 'Who changed what, or tried to, the latest first',
        querystring: Type.Object(
          {
            ...PageQuery.properties,
            who: Type.Optional(
              Type.String({
                maxLength: 64,
                description: `${kinds.join(', ')}, or the name of a person or an API token.`,
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: listOf(Entry), ...problems(400) },
      },
    },
    async ({ query: { limit = DEFAULT_LIMIT, cursor = null, who } }) => {
      const kind = kinds.find((each) => each === who);
      const of = kind !== undefined ? { who: kind } : who === undefined ? null : { name: who };
      const page = views.audit({ limit, cursor, of });
      if (page === null) throw new Problem('invalid-request', 'The cursor is none: take `next` of a page as it is.');
      return page;
    },
  );
}
