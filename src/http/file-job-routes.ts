import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Type } from 'typebox';
import { type FileJobKind, type FileJobRequest, isUpload } from '../domain/file-job.ts';
import type { Instant } from '../domain/units.ts';
import { maskSecrets } from '../ocpp/secrets.ts';
import { parseTimestamp } from '../ocpp/timestamp.ts';
import type { FileJobView } from '../store/views.ts';
import type { App } from './app.ts';
import { carryOut } from './carry-out.ts';
import { FileJob, FileJobQuery, NewDiagnostics, NewFirmwareUpdate, NewLog } from './file-schemas.ts';
import { Problem, problems } from './problem.ts';
import { ById, DEFAULT_LIMIT, Done, listOf } from './schemas.ts';
import { checkSigned } from './signed-firmware.ts';
import type { Site } from './site.ts';

/** Jobs that carry files to charge points and from them, and what was brought. */
export function fileJobRoutes(app: App, site: Site): void {
  const { controller, views, shelf } = site;
  const created = { 201: FileJob, ...problems(400, 404, 409, 413, 415, 503) };
  const badCursor = 'The cursor is none: take `next` of a page as it is.';

  app.post(
    '/api/v1/charge-points/:id/firmware-updates',
    {
      schema: {
        tags: ['firmware'],
        summary: 'Has a charge point fetch and install firmware; with a signature by SignedUpdateFirmware',
        params: ById,
        body: NewFirmwareUpdate,
        response: created,
      },
    },
    async ({ params: { id }, body }, reply) => {
      const { firmwareId = null, location = null, signature = null, signingCertificate = null } = body;
      if ((firmwareId === null) === (location === null)) {
        throw new Problem('invalid-request', 'Give firmwareId or location, one of them.');
      }
      if ((signature === null) !== (signingCertificate === null)) {
        throw new Problem('invalid-request', 'signature and signingCertificate belong together.');
      }
      const firmware = firmwareId === null ? null : shelf.list().find((each) => each.id === firmwareId);
      if (firmware === undefined) throw new Problem('invalid-request', `There is no firmware ${firmwareId}.`);
      const kind = signature === null ? 'firmware' : 'signed-firmware';
      const name = firmware?.name ?? null;
      if (body.unchecked !== true) await checkSigned(site, body);
      const installAt = timeOf(body.installAt, 'installAt');
      const request = {
        ...blank,
        firmwareId,
        location,
        name,
        signature,
        signingCertificate,
        ...triesOf(body),
        installAt,
      };
      return begin(id, kind, { ...request, retrieveAt: timeOf(body.retrieveAt, 'retrieveAt') }, reply);
    },
  );

  app.post(
    '/api/v1/charge-points/:id/diagnostics',
    {
      schema: {
        tags: ['diagnostics'],
        summary: 'Has a charge point bring its diagnostics (GetDiagnostics)',
        params: ById,
        body: NewDiagnostics,
        response: created,
      },
    },
    async ({ params: { id }, body }, reply) =>
      begin(id, 'diagnostics', { ...blank, ...spanOf(body), ...triesOf(body) }, reply),
  );

  app.post(
    '/api/v1/charge-points/:id/logs',
    {
      schema: {
        tags: ['diagnostics'],
        summary: 'Has a charge point with the security extension bring a log (GetLog)',
        params: ById,
        body: NewLog,
        response: created,
      },
    },
    async ({ params: { id }, body }, reply) =>
      begin(id, 'log', { ...blank, ...spanOf(body), ...triesOf(body), logType: body.logType }, reply),
  );

  for (const [path, tag, summary, uploads] of [
    ['/api/v1/file-jobs', 'firmware', 'Jobs that carry files, the latest first', false],
    [
      '/api/v1/diagnostics',
      'diagnostics',
      'Jobs for diagnostics and logs with what they brought, the latest first',
      true,
    ],
  ] as const) {
    app.get(
      path,
      {
        schema: {
          tags: [tag],
          summary,
          querystring: FileJobQuery,
          response: { 200: listOf(FileJob), ...problems(400) },
        },
      },
      async ({ query: { limit = DEFAULT_LIMIT, cursor = null, chargePointId = null, state = null } }) => {
        const page = views.fileJobs({ limit, cursor, chargePointId, state, uploads });
        if (page === null) throw new Problem('invalid-request', badCursor);
        return { ...page, items: page.items.map(shown) };
      },
    );
    app.get(
      `${path}/:id`,
      { schema: { tags: [tag], summary: 'One job', params: ById, response: { 200: FileJob, ...problems(404) } } },
      async ({ params: { id } }) => {
        const job = found(id);
        if (uploads && !isUpload(job.kind)) throw new Problem('not-found', `Job ${id} brings no file.`);
        return shown(job);
      },
    );
  }

  app.post(
    '/api/v1/file-jobs/:id/cancel',
    {
      schema: {
        tags: ['firmware'],
        summary: 'Ends a job here: its address is good for nothing any more, and nothing is waited for',
        description: 'OCPP 1.6 has no message that tells the charge point; what it has fetched, it may still install.',
        params: ById,
        response: { 200: FileJob, ...problems(404, 409, 503) },
      },
    },
    async ({ params: { id } }) => {
      await carryOut(controller, { type: 'cancel-file-job', id });
      return shown(found(id));
    },
  );

  app.get(
    '/api/v1/diagnostics/:id/file',
    {
      schema: {
        tags: ['diagnostics'],
        summary: 'The file that a job brought',
        params: ById,
        response: {
          200: {
            description: 'The file.',
            content: { 'application/octet-stream': { schema: Type.Unsafe<unknown>({}) } },
          },
          ...problems(404),
        },
      },
    },
    async ({ params: { id } }, reply) => {
      const { file } = found(id);
      if (file === null) throw new Problem('not-found', 'The job has brought no file.');
      if (file.droppedAt !== null) throw new Problem('not-found', `The file is gone: ${file.droppedWhy}`);
      const path = controller.files.pathOf(file.id);
      const there = path === null ? null : await stat(path).catch(() => null);
      if (path === null || there === null) throw new Problem('not-found', 'The file is no longer on the disk.');
      const ascii = file.name.replace(/[^\x20-\x7e]|["\\]/g, '_');
      // Whatever a charge point has sent: it is saved, and never shown or run.
      return reply
        .header('content-type', 'application/octet-stream')
        .header('content-length', there.size)
        .header('content-disposition', `attachment; filename="${ascii}"; filename*=UTF-8''${percentEncoded(file.name)}`)
        .send(createReadStream(path));
    },
  );

  app.delete(
    '/api/v1/diagnostics/:id/file',
    {
      schema: {
        tags: ['diagnostics'],
        summary: 'Removes the file that a job brought; the job stays',
        params: ById,
        response: { 204: Done, ...problems(404, 503) },
      },
    },
    async ({ params: { id } }, reply) => {
      const { file } = found(id);
      if (file === null) throw new Problem('not-found', 'The job has brought no file.');
      await carryOut(controller, { type: 'drop-file', id: file.id });
      return reply.code(204).send();
    },
  );

  async function begin(
    chargePointId: string,
    kind: FileJobKind,
    request: FileJobRequest,
    reply: { code(status: number): { header(name: string, value: string): unknown } },
  ) {
    const result = await carryOut(controller, { type: 'create-file-job', chargePointId, kind, request });
    const id = result.kind === 'created' ? result.id : '';
    reply.code(201).header('location', `/api/v1/file-jobs/${id}`);
    return shown(found(id));
  }

  function found(id: string): FileJobView {
    const job = views.fileJob(id);
    if (job === null) throw new Problem('not-found', `There is no file job ${id}.`);
    return job;
  }

  function shown(job: FileJobView) {
    const location = job.location === null ? null : String(JSON.parse(maskSecrets(JSON.stringify(job.location))));
    return { ...job, location, progress: controller.files.progress(job.id) };
  }
}

const blank: FileJobRequest = {
  location: null,
  firmwareId: null,
  name: null,
  retrieveAt: null,
  installAt: null,
  retries: null,
  retryIntervalS: null,
  signature: null,
  signingCertificate: null,
  from: null,
  to: null,
  logType: null,
};

const triesOf = (body: { retries?: number; retryIntervalS?: number }) => ({
  retries: body.retries ?? null,
  retryIntervalS: body.retryIntervalS ?? null,
});

function spanOf(body: { from?: string; to?: string }) {
  const from = timeOf(body.from, 'from');
  const to = timeOf(body.to, 'to');
  if (from !== null && to !== null && from > to) throw new Problem('invalid-request', 'from must not be after to.');
  return { from, to };
}

function timeOf(text: string | undefined, field: string): Instant | null {
  if (text === undefined) return null;
  const at = parseTimestamp(text);
  if (at === null) throw new Problem('invalid-request', `${field} is no time: 2026-01-31T22:00:00Z is one.`);
  return at;
}

/** RFC 8187: what encodeURIComponent leaves as it is, and a header value must not have. */
const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
