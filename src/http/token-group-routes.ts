import { Type } from 'typebox';
import { MAX_ID_TAG } from '../domain/token.ts';
import type { App } from './app.ts';
import { carryOut } from './carry-out.ts';
import { Problem, problems } from './problem.ts';
import { Done, listOf } from './schemas.ts';
import type { Site } from './site.ts';
import { NewTokenGroup, readRules, TokenGroup } from './token-schemas.ts';

const tags = ['tokens'];
const path = '/api/v1/token-groups/:parentIdTag';
const ByParent = Type.Object({ parentIdTag: Type.String() });

/** Rules for all tokens of one parent idTag. A group without rules needs no entry here: it is one by its tokens. */
export function tokenGroupRoutes(app: App, { controller, views }: Site): void {
  app.get(
    '/api/v1/token-groups',
    { schema: { tags, summary: 'Groups of tokens that have rules', response: { 200: listOf(TokenGroup) } } },
    async () => ({ items: views.tokenGroups(), next: null }),
  );

  app.get(
    path,
    { schema: { tags, summary: 'One group', params: ByParent, response: { 200: TokenGroup, ...problems(404) } } },
    async ({ params }) => shown(params.parentIdTag),
  );

  app.put(
    path,
    {
      schema: {
        tags,
        summary: 'Sets the note and the rules of a group',
        params: ByParent,
        body: NewTokenGroup,
        response: { 200: TokenGroup, ...problems(400, 413, 415, 503) },
      },
    },
    async ({ params: { parentIdTag }, body: { note = null, rules } }) => {
      if (parentIdTag.length > MAX_ID_TAG) {
        throw new Problem('invalid-request', `A parent idTag has at most ${MAX_ID_TAG} characters.`);
      }
      await carryOut(controller, { type: 'put-token-group', group: { parentIdTag, note, rules: readRules(rules) } });
      return shown(parentIdTag);
    },
  );

  app.delete(
    path,
    {
      schema: {
        tags,
        summary: 'Takes the rules of a group away; its tokens stay',
        params: ByParent,
        response: { 204: Done, ...problems(404, 503) },
      },
    },
    async ({ params: { parentIdTag } }, reply) => {
      await carryOut(controller, { type: 'remove-token-group', parentIdTag });
      return reply.code(204).send();
    },
  );

  function shown(parentIdTag: string) {
    const group = views.tokenGroup(parentIdTag);
    if (group === null) throw new Problem('not-found', `There is no token group ${parentIdTag}.`);
    return group;
  }
}
