import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { IntakeRefused } from '../runtime/file-intake.ts';
import { ShelfFull, type Firmware as ShelvedFirmware } from '../runtime/firmware-shelf.ts';
import type { Clock } from '../runtime/ports.ts';
import { utc } from '../store/view-values.ts';
import type { App, TypeBoxProvider } from './app.ts';
import { Firmware } from './file-schemas.ts';
import { Problem, problems } from './problem.ts';
import { ById, Done, listOf } from './schemas.ts';
import type { Site } from './site.ts';

const tags = ['firmware'];

/** The firmware files that charge points can be given. The body of a POST is the file itself. */
export async function firmwareRoutes(app: App, { controller, shelf }: Site): Promise<void> {
  const view = ({ id, name, size, sha256, addedAt }: ShelvedFirmware) => ({
    id,
    name,
    size,
    sha256,
    addedAt: utc(addedAt),
  });

  app.get(
    '/api/v1/firmware',
    { schema: { tags, summary: 'Firmware files, the newest first', response: { 200: listOf(Firmware) } } },
    async () => ({ items: shelf.list().map(view), next: null }),
  );

  app.get(
    '/api/v1/firmware/:id',
    { schema: { tags, summary: 'One firmware file', params: ById, response: { 200: Firmware, ...problems(404) } } },
    async ({ params: { id } }) => view(found(id)),
  );

  app.delete(
    '/api/v1/firmware/:id',
    {
      schema: {
        tags,
        summary: 'Removes a firmware file that no job or campaign needs',
        params: ById,
        response: { 204: Done, ...problems(404, 409) },
      },
    },
    async ({ params: { id } }, reply) => {
      const { name } = found(id);
      const needed =
        controller.reader.firmwareInUse(id) ||
        controller.reader.openCampaigns().some(({ plan }) => plan.firmwareId === id);
      if (needed) throw new Problem('conflict', `A job or campaign that has not ended needs ${name}.`);
      await shelf.remove(id);
      return reply.code(204).send();
    },
  );

  // In a scope of its own: everywhere else, a body that is no JSON is refused before it is read.
  await app.register(async (plain) => {
    const scope = plain.withTypeProvider<TypeBoxProvider>();
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
    scope.addContentTypeParser('*', (_request, _payload, done) => {
      done(new Problem('not-binary-type', 'Send the file as it is, with Content-Type: application/octet-stream.'));
    });
    scope.post(
      '/api/v1/firmware',
      {
        schema: {
          tags,
          summary: 'Adds a firmware file: the body is the file',
          description:
            'Content-Type: application/octet-stream. Its name is part of the address that charge points fetch.',
          querystring: Type.Object(
            { name: Type.String({ minLength: 1, maxLength: 200 }) },
            { additionalProperties: false },
          ),
          body: { content: { 'application/octet-stream': { schema: Type.Unsafe<unknown>({}) } } },
          response: { 201: Firmware, ...problems(400, 409, 413, 415, 507) },
        },
      },
      async ({ query: { name }, body, headers }, reply) => {
        if (!(body instanceof Readable)) throw new Problem('invalid-request', 'The body must be the file.');
        const length = headers['content-length'];
        const firmware = await shelf
          .put(body, name, length === undefined ? null : Number(length))
          .catch((error: unknown) => {
            throw problemOf(error);
          });
        reply.code(201).header('location', `/api/v1/firmware/${firmware.id}`);
        return view(firmware);
      },
    );
  });

  function found(id: string): ShelvedFirmware {
    const firmware = shelf.list().find((each) => each.id === id);
    if (firmware === undefined) throw new Problem('not-found', `There is no firmware ${id}.`);
    return firmware;
  }
}

/** How long a body of the API may take, ms, but for a firmware file, which has the server's own limit. */
const BODY_WITHIN_MS = 30_000;

/** Cuts off whoever sends a short body slowly: the server's limit has to suffice for a firmware file. */
export function limitSlowBodies(app: App, clock: Clock): void {
  app.addHook('onRequest', async ({ raw, headers, routeOptions }, reply) => {
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    if (routeOptions.url === '/api/v1/firmware' || !hasBody) return;
    const timer = clock.after(BODY_WITHIN_MS, () => raw.destroy());
    raw.once('end', () => timer.cancel());
    reply.raw.once('close', () => timer.cancel());
  });
}

function problemOf(error: unknown): unknown {
  if (error instanceof ShelfFull) return new Problem('conflict', `${error.message}: remove one first.`);
  if (!(error instanceof IntakeRefused)) return error;
  const kinds = { 'too-large': 'too-large', 'no-space': 'no-space', empty: 'invalid-request' } as const;
  return new Problem(kinds[error.fault], `Refused: ${error.message}.`);
}
