import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type BlackBox, blackBoxFolder, openBlackBox } from './black-box/black-box.ts';
import type { Settings } from './black-box/head.ts';
import { type Credentials, createCredentials } from './central-system/credentials.ts';
import { type ChargePointPorts, openChargePointPorts } from './charge-point-ports.ts';
import type { Config } from './config/load.ts';
import { type Controller, createController } from './controller/controller.ts';
import { forCertificates } from './for-certificates.ts';
import { forPeople } from './for-people.ts';
import { startHttpServer } from './http/server.ts';
import { startLimits } from './limits/start-limits.ts';
import { startMeters } from './meters/start-meters.ts';
import { systemClock } from './runtime/clock.ts';
import { createFileExchange } from './runtime/file-exchange.ts';
import { sweepStrays, systemDisk } from './runtime/file-intake.ts';
import { openFirmwareShelf } from './runtime/firmware-shelf.ts';
import type { Logger } from './runtime/log.ts';
import { passwordsOf, policyOf, sharingOf } from './settings.ts';
import { type Database, lockStore, openStore } from './store/database.ts';
import { openOutbox } from './store/outbox.ts';
import { createViews } from './store/views.ts';
import { startUpkeep } from './upkeep.ts';
import { upstreamFor } from './upstream/for-site.ts';
import type { Upstream } from './upstream/upstream.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

export type Busbar = {
  /** Null where charge points are served with TLS only, or without. */
  readonly ocppPort: number | null;
  readonly ocppTlsPort: number | null;
  readonly httpPort: number;
  /** Where it is served: this machine alone, until somebody is set up. */
  readonly httpHost: string;
  stop(): Promise<void>;
};

/**
 * Puts the controller together from its configuration and the real world, and starts it. Rejects with StoreInUse,
 * SchemaMismatch or a system error (a port in use), having left nothing open.
 */
export async function startBusbar(config: Config, log: Logger): Promise<Busbar> {
  const ids = { uuid: randomUUID };
  const policy = policyOf(config);
  const closing: (() => Promise<void> | void)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closing.reverse()) await close();
  };
  try {
    closing.push(lockStore(config.store.path));
    const { database, epoch, notices } = openStore(config.store.path, { now: systemClock.now(), newId: ids.uuid });
    closing.push(() => {
      database.close();
    });
    for (const notice of notices) log.error({}, notice);

    const folder = join(dirname(config.store.path), 'files');
    const reserveBytes = config.files.reserveMiB * MIB;
    const shelf = await openFirmwareShelf({
      folder: join(folder, 'firmware'),
      maxBytes: config.files.maxFirmwareMiB * MIB,
      reserveBytes,
      disk: systemDisk,
      clock: systemClock,
      log,
    });
    const uploads = join(folder, 'uploads');
    const credentials = createCredentials(passwordsOf(config));
    const quota = { files: config.files.uploadsKept, bytes: config.files.uploadsMiB * MIB };
    const files = { maxUploadBytes: config.files.maxUploadMiB * MIB, quota };
    const settings = {
      policy,
      sharing: sharingOf(config),
      callTimeoutMs: config.ocpp.callTimeoutS * 1_000,
      telemetryFlushMs: config.store.telemetryFlushS * 1_000,
      timeZone: config.site.timeZone,
      files,
    };
    const box = blackBoxFor(config, { database, settings, credentials, log });
    closing.push(() => box?.close());
    const clock = box?.clock ?? systemClock;
    const boot = ids.uuid();
    const outbox =
      config.upstream === null
        ? undefined
        : openOutbox(database, { epoch, boot, now: systemClock.now, monotonic: systemClock.monotonic });
    const build = (ports: Pick<ControllerParts, 'clock' | 'stopwatch' | 'ids' | 'credentials'>): Controller =>
      createController({
        ...settings,
        ...ports,
        database,
        ...(outbox === undefined ? {} : { outbox }),
        log,
        files: { ...files, openFirmware: shelf.open, uploads },
        balancing: settings.sharing,
      });
    const controller = box === null ? build({ clock, ids, credentials }) : box.record(build);
    const known = new Set(controller.reader.keptFiles().map(({ id }) => id));
    const strays = await sweepStrays(uploads, known, clock.now() - config.files.keepUploadsDays * DAY_MS);
    if (strays > 0) log.info({ strays }, 'removed uploads that were not complete, or that nobody knows of');
    for (const text of notices) {
      const alert = {
        id: 'store:damaged',
        kind: 'store-damaged',
        chargePointId: null,
        text,
        fix: 'Keep the damaged file.',
      };
      await controller.raise(alert);
    }
    await takeTokens(config, controller);
    closing.push(() => controller.stop());
    const upkeep = startUpkeep({ config, database, controller, clock, log });
    closing.push(() => upkeep.stop());
    const troubles = new Map<string, string>();
    const meters = startMeters({
      meters: config.meters.map((meter) =>
        meter.type === 'mqtt' ? { ...meter, password: meter.password?.reveal().toString('utf8') } : meter,
      ),
      clock,
      log,
      nominalVoltageV: config.site.nominalVoltageV,
      sample: (sample) => controller.balancing?.meterSampled(sample),
      trouble: (meterId, words) => {
        if (words === null) troubles.delete(meterId);
        else troubles.set(meterId, words);
      },
    });
    closing.push(() => meters.stop());
    closing.push(
      controller.feed.listen(({ event }) => {
        if (event.type === 'readings-taken') meters.readingsTaken(event);
      }),
    );
    const limits = await startLimits({
      options: config.limits,
      siteModel: config.siteModel,
      timeZone: config.site.timeZone,
      controller,
      clock,
      log,
      measure: (circuit) => measuredOn(controller, circuit),
    });
    closing.push(() => limits.stop());
    // HTTP first and gone last: calls under way then end with their connection, and every request gets its answer.
    let ports: ChargePointPorts | null = null;
    const connectors = new Map(config.chargePoints.map(({ id, connectors }) => [id, connectors.map((one) => one.id)]));
    const profiles = new Map(config.chargePoints.map(({ id, securityProfile }) => [id, securityProfile]));
    let upstream: Upstream | null = null;
    const views = createViews(database, controller.live, {
      ...config.site,
      configured: policy.configured,
      wishedConfiguration: policy.wishedConfiguration,
      connectorsOf: (chargePointId) => connectors.get(chargePointId) ?? [],
      securityProfile: (chargePointId) => profiles.get(chargePointId) ?? config.ocpp.securityProfile,
    });
    const certificates = await forCertificates({ config, controller, clock, log });
    closing.push(() => certificates.close());
    const forThem = forPeople({ config, database, controller, clock, ids, log }, () => http.openUp());
    closing.push(() => forThem.tls?.close());
    const http = await startHttpServer({
      host: config.http.host,
      port: config.http.port,
      people: forThem.people,
      own: forThem.own,
      ...(forThem.tls === null ? {} : { tls: forThem.tls }),
      controller,
      shelf,
      views,
      clock,
      ids,
      log,
      ocppListening: () => ports?.listening() ?? false,
      meters: {
        meters: () =>
          (config.siteModel?.meters ?? []).flatMap((model) => {
            const state = controller.balancing?.world.meters.get(model.id);
            const type = config.meters.find(({ id }) => id === model.id)?.type ?? 'http';
            return state === undefined ? [] : [{ model, type, state, trouble: troubles.get(model.id) ?? null }];
          }),
        push: meters.push,
      },
      certificates: () => certificates.desk,
      upstream: () => upstream?.state() ?? null,
      version,
    });
    closing.push(() => http.close());
    upstream = upstreamFor(config, {
      controller,
      views,
      database,
      epoch,
      boot,
      clock: systemClock,
      log,
      version,
      ask: http.ask,
    });
    closing.push(() => upstream?.stop());
    const fileExchange = createFileExchange({
      door: controller.files.door,
      clock,
      log,
      disk: systemDisk,
      reserveBytes,
    });
    ports = await openChargePointPorts({
      config,
      controller,
      upgradeRequested: (request) => controller.upgradeRequested(upstream?.door(request) ?? request),
      files: fileExchange,
      clock,
      log,
    });
    closing.push(ports.close);
    const { port: ocppPort, tlsPort: ocppTlsPort } = ports;
    log.info({ ocppPort, ocppTlsPort, httpPort: http.port, store: config.store.path, epoch }, 'Busbar is running');
    return { ocppPort, ocppTlsPort, httpPort: http.port, httpHost: http.host, stop: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

type ControllerParts = Parameters<typeof createController>[0];

/** Null where none is wanted, or none can be had: the controller does its work without. */
function blackBoxFor(
  { blackBox, store }: Config,
  of: { database: Database; settings: Settings; credentials: Credentials; log: Logger },
): BlackBox | null {
  if (blackBox.mib === 0 || store.path === ':memory:') return null;
  try {
    return openBlackBox({
      ...of,
      folder: blackBoxFolder(store.path),
      maxBytes: blackBox.mib * MIB,
      flushMs: blackBox.flushS * 1_000,
      version,
      clock: systemClock,
    });
  } catch (error) {
    of.log.error({ err: error }, 'there is no black box until the next start');
    return null;
  }
}

const MIB = 1_048_576;
const DAY_MS = 86_400_000;

/** The file of tokens owns what it names. A list that clashes with other tokens changes nothing, and an alert says so. */
async function takeTokens({ tokenLines, authorization }: Config, controller: Controller): Promise<void> {
  const id = 'tokens:file';
  if (tokenLines === null) {
    await controller.execute({ type: 'release-file-tokens' });
    return;
  }
  const result = await controller.execute({
    type: 'import-tokens',
    lines: tokenLines,
    mode: 'replace',
    source: 'file',
    dryRun: false,
  });
  if (result.kind === 'imported') {
    await controller.execute({ type: 'clear-alert', id });
    return;
  }
  const errors = result.kind === 'wrong-lines' ? result.errors : [];
  const shown = errors.slice(0, 5).map(({ line, message }) => `line ${line}: ${message}`);
  await controller.raise({
    id,
    kind: 'tokens-file',
    chargePointId: null,
    text: `The tokens of ${authorization.tokens?.file} were not taken: ${shown.join('; ') || 'the store failed'}.`,
    fix: 'Until this is mended the tokens of the last good file stay in force. Correct the file or the other token, and restart.',
  });
}

/** What a circuit's own meter says, as evidence of what a limit has come to. */
function measuredOn({ balancing }: Controller, circuit: string) {
  const meter = balancing?.world.index.model.meters.find((one) => one.circuit === circuit && one.side === 'grid');
  const last = meter === undefined ? null : (balancing?.world.meters.get(meter.id)?.last ?? null);
  return last === null ? null : { currentMA: last.currentMA, powerW: last.powerW };
}
