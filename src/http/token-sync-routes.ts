import { Type } from 'typebox';
import { blankToken } from '../domain/token-import.ts';
import type { App } from './app.ts';
import { ownerOf } from './ask.ts';
import { carryOut } from './carry-out.ts';
import { Problem, problems } from './problem.ts';
import type { Site } from './site.ts';
import {
  changedToken,
  IdTag,
  Imported,
  NewToken,
  Token as TokenSchema,
  TokenSync,
  tokenLine,
} from './token-schemas.ts';

const tags = ['tokens'];

/** Bytes of a list: 20,000 tokens of 200. */
const MAX_LIST_BYTES = 4_194_304;

/** Tokens as somebody else keeps them: set as a whole, one by one or as a list with a version. */
export function tokenSyncRoutes(
  app: App,
  { controller, views }: Site,
  oneByOne: <T>(work: () => Promise<T>) => Promise<T>,
): void {
  app.put(
    '/api/v1/tokens/:idTag',
    {
      schema: {
        tags,
        summary: 'Makes a token what the body says, whether there was one or not',
        params: Type.Object({ idTag: IdTag }),
        querystring: Type.Object(
          {
            adopt: Type.Optional(
              Type.Enum(['true', 'false'], { description: 'The backend takes over a token of the site.' }),
            ),
          },
          { additionalProperties: false },
        ),
        body: Type.Omit(NewToken, ['idTag']),
        response: { 200: TokenSchema, ...problems(400, 409, 413, 415, 503) },
      },
    },
    ({ params: { idTag }, query: { adopt = 'false' }, body, origin }) =>
      oneByOne(async () => {
        const token = changedToken(blankToken(idTag, ownerOf(origin)), body);
        await carryOut(controller, { type: 'put-token', token, adopt: adopt === 'true' });
        const shown = views.token(idTag);
        if (shown === null) throw new Problem('not-found', `There is no token ${idTag}.`);
        return shown;
      }),
  );

  app.post(
    '/api/v1/tokens/sync',
    {
      bodyLimit: MAX_LIST_BYTES,
      schema: {
        tags,
        summary: "Takes the backend's list of tokens, all of it or nothing",
        description:
          "Only for the backend, by its command `tokens.sync`. Without `base` the list is whole, and the backend's tokens that it does not name go.",
        body: TokenSync,
        response: { 200: Imported, ...problems(400, 409, 413, 415, 503) },
      },
    },
    ({ body: { version, base = null, put, remove = [], adopt = false }, origin }) =>
      oneByOne(async () => {
        if (origin !== 'upstream') {
          throw new Problem('conflict', 'Only the backend keeps a list here. Use /api/v1/tokens/import.');
        }
        const lines = put.map((token, index) => tokenLine(token, index + 1));
        const result = await carryOut(controller, { type: 'sync-tokens', version, base, lines, remove, adopt });
        if (result.kind !== 'imported') throw new Error(`a list of tokens ended as ${result.kind}`);
        const { added, changed, unchanged, removed } = result;
        return { dryRun: false, added, changed, unchanged, removed };
      }),
  );
}
