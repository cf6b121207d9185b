import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import swagger from '@fastify/swagger';
import fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import { Type } from 'typebox';
import type { Controller } from '../controller/controller.ts';
import type { People } from '../people/people.ts';
import { limitCrowd } from '../runtime/crowd.ts';
import type { FirmwareShelf } from '../runtime/firmware-shelf.ts';
import type { Clock, Ids } from '../runtime/ports.ts';
import { createTlsServer } from '../runtime/tls-door.ts';
import type { WatchedTlsFiles } from '../runtime/tls-files.ts';
import type { Views } from '../store/views.ts';
import { controlAccess } from './access.ts';
import { type App, compileValidator, type TypeBoxProvider } from './app.ts';
import { type Ask, createAsk } from './ask.ts';
import { audit } from './audit.ts';
import { auditRoutes } from './audit-routes.ts';
import { authorizationKeyRoutes } from './authorization-key-routes.ts';
import { balanceHistoryRoutes } from './balance-history-routes.ts';
import { campaignRoutes } from './campaign-routes.ts';
import { cardRoutes } from './card-routes.ts';
import { type CertificateDesk, certificateRoutes } from './certificate-routes.ts';
import { chargePointRoutes } from './charge-point-routes.ts';
import { chargingProfileRoutes } from './charging-profile-routes.ts';
import { circuitRoutes } from './circuit-routes.ts';
import { configurationRoutes } from './configuration-routes.ts';
import { dataTransferRoutes } from './data-transfer-routes.ts';
import { dialectRoutes } from './dialect-routes.ts';
import { answerBadRequest, answerErrors, sendError } from './errors.ts';
import { eventRoutes } from './event-routes.ts';
import { createEventStreams } from './event-streams.ts';
import { fileJobRoutes } from './file-job-routes.ts';
import { firmwareRoutes, limitSlowBodies } from './firmware-routes.ts';
import { guard, type OwnNames } from './guards.ts';
import { limitRoutes } from './limit-routes.ts';
import { localListRoutes } from './local-list-routes.ts';
import { loginRoutes } from './login-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { type MeterDesk, meterRoutes } from './meter-routes.ts';
import { operationRoutes } from './operation-routes.ts';
import { policyRoutes } from './policy-routes.ts';
import { ProblemSchema } from './problem.ts';
import { createReadiness } from './readiness.ts';
import { reservationRoutes } from './reservation-routes.ts';
import { securityEventRoutes } from './security-event-routes.ts';
import { securityProfileRoutes } from './security-profile-routes.ts';
import { siteRoutes } from './site-routes.ts';
import { tokenGroupRoutes } from './token-group-routes.ts';
import { tokenRoutes } from './token-routes.ts';
import { transactionRoutes } from './transaction-routes.ts';
import { type UpstreamDesk, upstreamRoutes } from './upstream-routes.ts';
import { userRoutes } from './user-routes.ts';
import { wishRoutes } from './wish-routes.ts';

/** Bytes of a body: what one OCPP frame may carry. */
const MAX_BODY_BYTES = 1_048_576;
/** Characters of a name in a path: an id of 48 characters, each as up to twelve of percent-encoding. */
const MAX_PARAM_LENGTH = 600;
/** Header bytes, and ms for them to arrive: slow writers end here. */
const MAX_HEADER_BYTES = 16_384;
const HEADERS_WITHIN_MS = 30_000;
/** And for all of it: the largest firmware file onto a slow card. Other bodies have less. */
const REQUEST_WITHIN_MS = 900_000;
/** Connections at once. */
const MAX_CONNECTIONS = 256;
/** Of one address: somebody else must get through as well. */
const MAX_OF_ONE = 128;

export type HttpOptions = {
  readonly controller: Controller;
  readonly views: Views;
  readonly shelf: FirmwareShelf;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: FastifyBaseLogger;
  readonly ocppListening: () => boolean;
  readonly people: People;
  /** What this machine is called beside localhost; nothing where it is left out. */
  readonly own?: OwnNames;
  /** Speaks TLS alone, with these certificates. */
  readonly tls?: WatchedTlsFiles;
  /** Without it there are none. */
  readonly meters?: MeterDesk;
  /** Without it nobody signs. */
  readonly certificates?: () => CertificateDesk | null;
  /** Without it there is none. */
  readonly upstream?: UpstreamDesk;
  /** Of this program. */
  readonly version: string;
};

const noMeters: MeterDesk = { meters: () => [], push: (meterId) => `there is no meter ${meterId}` };

export type HttpServer = {
  readonly port: number;
  /** Where it listens: this machine alone, as long as nobody is set up. */
  readonly host: string;
  /** Listens where it is configured to from now on. */
  openUp(): Promise<void>;
  /** Asks what a client would ask, from within, for the backend. */
  readonly ask: Ask;
  /** Ends event streams, lets what is under way finish, and stops listening. */
  close(): Promise<void>;
};

/** Serves the API on `host` and `port` (0: any free one), or on this machine alone. Rejects where it can't listen. */
export async function startHttpServer(options: HttpOptions & { host: string; port: number }): Promise<HttpServer> {
  const { app, ask } = await createHttpApp(options);
  let host = options.people.anybody() || isLoopback(options.host) ? options.host : LOOPBACK;
  try {
    await app.listen({ host, port: options.port });
  } catch (error) {
    await app.close();
    throw error;
  }
  const { port } = app.server.address() as AddressInfo;
  return {
    port,
    get host() {
      return host;
    },
    ask,
    async openUp() {
      if (host === options.host) return;
      // The socket that listens goes at once; connections under way stay.
      app.server.close();
      try {
        await listen(app.server, port, options.host);
      } catch (error) {
        // An address that this machine does not have: somebody has to reach it to put that right.
        await listen(app.server, port, host);
        throw error;
      }
      host = options.host;
    },
    close: () => app.close(),
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      server.off('listening', listening);
      reject(error);
    };
    const listening = (): void => {
      server.off('error', failed);
      resolve();
    };
    server.once('error', failed).once('listening', listening).listen(port, host);
  });
}

/** With the limits of the wire; fastify sets those of time that it knows itself. */
function serverFor({ tls, log }: HttpOptions, handler: RequestListener): Server {
  const wire = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_WITHIN_MS,
    requestTimeout: REQUEST_WITHIN_MS,
    connectionsCheckingInterval: 1_000,
  };
  return tls === undefined ? createServer(wire, handler) : createTlsServer(wire, tls, log, handler);
}

const LOOPBACK = '127.0.0.1';
export const isLoopback = (host: string): boolean => ['127.0.0.1', '::1', 'localhost'].includes(host);

/** The API without a socket. */
export async function createHttpApp(options: HttpOptions): Promise<{ app: App; ask: Ask }> {
  const { controller, views, clock, log } = options;
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_WITHIN_MS,
    forceCloseConnections: true,
    serverFactory: (handler) => serverFor(options, handler),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: sendError,
    clientErrorHandler: answerBadRequest,
  }).withTypeProvider<TypeBoxProvider>();
  app.server.maxConnections = MAX_CONNECTIONS;
  limitCrowd(app.server, MAX_OF_ONE, { clock, log });
  app.setValidatorCompiler(compileValidator);
  // The shapes are proven by their types; a second serializer would only round and coerce.
  app.setSerializerCompiler(() => JSON.stringify);
  app.addSchema(ProblemSchema);
  const ask = createAsk(app);
  guard(app, options.own ?? { names: [], byAddress: false });
  await controlAccess(app, options.people);
  audit(app, { controller, ask, clock, nameOf: options.people.nameOf });
  limitSlowBodies(app, clock);
  answerErrors(app);
  app.addHook('onResponse', async (request, reply) => {
    const { method, url, routeOptions } = request;
    const fields = { method, route: routeOptions.url ?? url.slice(0, 200), status: reply.statusCode };
    if (method === 'GET' || method === 'HEAD') request.log.debug(fields, 'answered');
    else request.log.info(fields, 'answered');
  });
  await app.register(swagger, {
    // Components bear the names of their schemas, not numbers.
    refResolver: { buildLocalReference: ({ $id }, _base, _fragment, index) => String($id ?? `schema-${index}`) },
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Busbar',
        description: 'The local interface of the charging site. Errors are problem documents (RFC 9457).',
        version: options.version,
      },
    },
  });

  const streams = createEventStreams({ feed: controller.feed, clock, bootId: options.ids.uuid().slice(0, 8) });
  app.addHook('preClose', async () => streams.close());

  const site = { controller, views, shelf: options.shelf, now: () => clock.now() };
  loginRoutes(app, options.people);
  userRoutes(app, options.people, clock);
  auditRoutes(app, site);
  siteRoutes(app, site, {
    storeWritable: createReadiness({ controller, prove: views.proveWritable, clock }),
    ocppListening: options.ocppListening,
  });
  chargePointRoutes(app, site);
  securityProfileRoutes(app, site);
  authorizationKeyRoutes(app, site);
  securityEventRoutes(app, site);
  certificateRoutes(app, site, options.certificates ?? (() => null));
  configurationRoutes(app, site);
  localListRoutes(app, site);
  operationRoutes(app, site);
  chargingProfileRoutes(app, site);
  transactionRoutes(app, site);
  tokenRoutes(app, site);
  tokenGroupRoutes(app, site);
  cardRoutes(app, site);
  reservationRoutes(app, site);
  wishRoutes(app, site);
  policyRoutes(app, site);
  balanceHistoryRoutes(app, site);
  messageRoutes(app, site);
  dataTransferRoutes(app, site);
  dialectRoutes(app, site);
  limitRoutes(app, site);
  circuitRoutes(app, site);
  meterRoutes(app, options.meters ?? noMeters);
  await firmwareRoutes(app, site);
  fileJobRoutes(app, site);
  campaignRoutes(app, site);
  upstreamRoutes(app, options.upstream ?? (() => null));
  eventRoutes(app, streams, options.people);
  app.get(
    '/api/v1/openapi.json',
    {
      schema: {
        tags: ['health'],
        summary: 'This description',
        response: { 200: Type.Unsafe<object>(Type.Object({})) },
      },
    },
    async () => app.swagger(),
  );
  await app.ready();
  return { app, ask };
}
