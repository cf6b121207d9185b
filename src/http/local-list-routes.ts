import { Type } from 'typebox';
import type { App } from './app.ts';
import { carryOut } from './carry-out.ts';
import { Problem, problems } from './problem.ts';
import { ById, maybeTime, nullable, PageQuery, text, whole } from './schemas.ts';
import type { Site } from './site.ts';

const tags = ['local lists'];
const path = '/api/v1/charge-points/:id/local-list';
/** Entries shown at once unless a request says otherwise. */
const ENTRIES_SHOWN = 500;

const LocalList = Type.Object({
  supported: nullable(Type.Boolean({ description: 'Null while the charge point has not been asked.' })),
  state: Type.Enum(['unknown', 'updating', 'in-line', 'unsupported', 'gave-up'], {
    description: 'in-line: it holds what it should, and has said so by its version.',
  }),
  reportedVersion: whole,
  sentVersion: whole,
  missing: Type.Integer({ description: 'Tokens that may charge and found no room in the list.' }),
  verifiedAt: maybeTime,
  nextTryAt: maybeTime,
  problem: text,
  entries: Type.Array(
    Type.Object({ idTag: Type.String(), status: Type.String(), expiresAt: maybeTime, parentIdTag: text }),
    { description: 'By idTag, as the charge point accepted them.' },
  ),
  next: text,
});

/** What each charge point holds for the time that it is alone. */
export function localListRoutes(app: App, { controller, views }: Site): void {
  app.get(
    path,
    {
      schema: {
        tags,
        summary: 'The local list of a charge point, as far as it is known, and whether it is in line',
        params: ById,
        querystring: PageQuery,
        response: { 200: LocalList, ...problems(400, 404) },
      },
    },
    async ({ params: { id }, query: { limit = ENTRIES_SHOWN, cursor = null } }) => shown(id, limit, cursor),
  );

  app.post(
    `${path}/resync`,
    {
      schema: {
        tags,
        summary: 'Sends the whole list anew, whatever the charge point is believed to hold',
        description: 'Also ends the waiting after a failure, and forgets what was learnt from it.',
        params: ById,
        body: Type.Object({}, { additionalProperties: false }),
        response: { 200: LocalList, ...problems(400, 404, 409, 503) },
      },
    },
    async ({ params: { id } }) => {
      const chargePoint = views.chargePoint(id);
      if (chargePoint === null) throw new Problem('not-found', `There is no charge point ${id}.`);
      if (chargePoint.registration === null) {
        throw new Problem('not-registered', `${id} has not sent BootNotification yet: it can not have a list.`);
      }
      await carryOut(controller, { type: 'resync-local-list', chargePointId: id });
      return shown(id, ENTRIES_SHOWN, null);
    },
  );

  function shown(id: string, limit: number, cursor: string | null) {
    if (views.chargePoint(id) === null) throw new Problem('not-found', `There is no charge point ${id}.`);
    const list = views.localList(id, { limit, cursor });
    if (list === null) throw new Problem('invalid-request', 'The cursor is none: take `next` of a page as it is.');
    return list;
  }
}
