import { Type } from 'typebox';
import { formatTokenTable, parseTokenTable } from '../csv/token-table.ts';
import { MAX_TOKEN_LINES } from '../domain/token.ts';
import type { App, TypeBoxProvider } from './app.ts';
import { carryOut } from './carry-out.ts';
import { Problem, problems, wrongLines } from './problem.ts';
import type { Site } from './site.ts';
import { Imported } from './token-schemas.ts';

const tags = ['tokens'];

/** Bytes of a list: 20,000 lines of 200. */
const MAX_LIST_BYTES = 4_194_304;

const csv = (description: string) => ({
  description,
  content: { 'text/csv': { schema: Type.Unsafe<string>(Type.String()) } },
});

/** All tokens as a list for a spreadsheet, and back. */
export function tokenListRoutes(
  app: App,
  { controller, views }: Site,
  oneByOne: <T>(work: () => Promise<T>) => Promise<T>,
): void {
  app.get(
    '/api/v1/tokens.csv',
    {
      schema: {
        tags,
        summary: 'All tokens as CSV',
        description: 'A cell that begins like a formula has an apostrophe before it; importing takes it away again.',
        response: { 200: csv('One line for each token, after a line of names.') },
      },
    },
    async (_, reply) =>
      reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="tokens.csv"')
        .send(formatTokenTable(views.allTokens())),
  );

  // In a scope of its own: nowhere else may a body be anything but JSON.
  app.register(async (instance) => {
    const scope = instance.withTypeProvider<TypeBoxProvider>();
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('text/csv', { parseAs: 'string' }, (_, body, done) => done(null, body));
    scope.addContentTypeParser('*', (_, _payload, done) => {
      done(new Problem('not-csv-type', 'Send Content-Type: text/csv.'));
    });
    scope.post(
      '/api/v1/tokens/import',
      {
        bodyLimit: MAX_LIST_BYTES,
        schema: {
          tags,
          summary: 'Takes in a list of tokens, all of it or nothing',
          description:
            `The first line names the columns, of which only idTag is needed: see /api/v1/tokens.csv. At most ${MAX_TOKEN_LINES} lines. ` +
            'A column that is not there leaves its field as it is; an empty cell empties it. `merge` adds and changes; ' +
            '`replace` also removes the tokens that the list does not name, except those of the file of the configuration.',
          querystring: Type.Object(
            {
              mode: Type.Optional(Type.Enum(['merge', 'replace'], { default: 'merge' })),
              dryRun: Type.Optional(
                Type.Enum(['true', 'false'], { default: 'false', description: 'true: only says what it would do.' }),
              ),
            },
            { additionalProperties: false },
          ),
          body: csv('The list.'),
          response: { 200: Imported, ...problems(400, 413, 415, 503) },
        },
      },
      ({ body, query: { mode = 'merge', dryRun = 'false' } }) => {
        if (typeof body !== 'string') throw new Problem('invalid-request', 'The body is empty: send the list in it.');
        const table = parseTokenTable(body);
        if ('errors' in table) throw wrongLines(table.errors);
        return oneByOne(async () => {
          const result = await carryOut(controller, {
            type: 'import-tokens',
            lines: table.lines,
            mode,
            source: 'api',
            dryRun: dryRun === 'true',
          });
          if (result.kind !== 'imported') throw new Error(`an import ended as ${result.kind}`);
          const { added, changed, unchanged, removed } = result;
          return { dryRun: dryRun === 'true', added, changed, unchanged, removed };
        });
      },
    );
  });
}
