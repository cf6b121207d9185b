import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { certificateFolder } from './certificate-files.ts';
import { type Authority, openAuthority } from './certificates/authority.ts';
import { type CertificateFiles, type Ending, endings, tellOfEndings } from './certificates/calendar.ts';
import { keepServerCertificates } from './certificates/server-certificates.ts';
import { createSigning } from './certificates/signing.ts';
import type { Config } from './config/load.ts';
import type { Controller } from './controller/controller.ts';
import type { CertificateDesk } from './http/certificate-routes.ts';
import type { Logger } from './runtime/log.ts';
import type { Clock, Timer } from './runtime/ports.ts';

/** How often certificates are looked at, ms. */
const LOOK_EVERY_MS = 6 * 3_600_000;
/** Renewed when a third of its life is left, as those of the gateway are. */
const LEFT = 1 / 3;

export type ForCertificates = { readonly desk: CertificateDesk | null; close(): void };

type Site = { readonly config: Config; readonly controller: Controller; readonly clock: Clock; readonly log: Logger };

/** Who signs certificates at this site, and sees to it that they are renewed; nobody where nothing uses TLS. */
export async function forCertificates(site: Site): Promise<ForCertificates> {
  const { config, controller, clock, log } = site;
  if (config.ocpp.tls === undefined && config.http.tls === undefined) return { desk: null, close: () => undefined };
  let authority: Authority | null = null;
  let timer: Timer | null = null;
  const { approval, organization, chargePointDays } = config.certificates;
  const named = config.chargePoints.flatMap(({ id, serialNumber }): [string, string][] =>
    serialNumber === null ? [] : [[id, serialNumber]],
  );

  await look();
  const signing = createSigning({
    controller,
    authority: () => authority,
    rules: { approval, organization: organization ?? null, days: chargePointDays, names: new Map(named) },
    clock,
    log,
  });
  const all = (): Ending[] => endings(filesOf(config), controller);
  return {
    desk: { signing, authority: () => authority, endings: all },
    close: () => {
      timer?.cancel();
      signing.close();
    },
  };

  /** Never throws: a site goes on without a certificate that can't be made. */
  async function look(): Promise<void> {
    timer = clock.after(LOOK_EVERY_MS, () => void look());
    try {
      const { name } = config.site;
      const folder = certificateFolder(config);
      const given = config.certificates.authority ?? null;
      const nowMs = clock.now();
      authority = await openAuthority({ folder, name: organization ?? name, given, nowMs });
      const made = await keepServerCertificates({
        authority,
        folder,
        organization: organization ?? name,
        names: namesOf(config),
        days: config.certificates.serverDays,
        nowMs,
      });
      if (made.length > 0) log.info({ made, names: namesOf(config) }, 'certificates of this gateway were made');
      await controller.execute({ type: 'clear-alert', id: ALERT });
    } catch (error) {
      const why = (error as Error).message;
      log.error({ err: error }, 'the authority of this site can not be used');
      const fix = 'Put the files of certificates.authority right, or leave that section out, and restart.';
      await controller.raise({
        id: ALERT,
        kind: 'authority',
        chargePointId: null,
        text: `Nothing can be signed: ${why}`,
        fix,
      });
    }
    await tellOfEndings(endings(filesOf(config), controller), site);
    await renewOld();
  }

  /** Charge points are told to ask anew in time (A02); one that has an alert about it waits for a person. */
  async function renewOld(): Promise<void> {
    if (approval !== 'known' || authority === null) return;
    for (const { chargePointId, from, until } of endings([], controller)) {
      if (chargePointId === null || until - clock.now() > (until - from) * LEFT) continue;
      if (controller.reader.isAlertOpen(`certificate:${chargePointId}`)) continue;
      await controller.execute({
        type: 'operate',
        chargePointId,
        action: 'ExtendedTriggerMessage',
        payload: { requestedMessage: 'SignChargePointCertificate' },
      });
    }
  }
}

const ALERT = 'certificates:authority';

/** What charge points and browsers call this gateway. */
function namesOf({ certificates }: Config): readonly string[] {
  if (certificates.names.length > 0) return certificates.names;
  const addresses = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  return [hostname(), `${hostname()}.local`, 'localhost', '127.0.0.1', ...addresses.sort()].slice(0, 20);
}

function filesOf(config: Config): CertificateFiles {
  const folder = certificateFolder(config);
  const { tls } = config.ocpp;
  const web = config.http.tls;
  const ownServes =
    (tls !== undefined && tls.certFile === undefined) || (web !== undefined && web.certFile === undefined);
  const files: { what: string; file: string; renewed: boolean }[] = [];
  const add = (what: string, file: string | undefined, renewed = false): void => {
    if (file !== undefined) files.push({ what, file, renewed });
  };
  if (ownServes) {
    add('this gateway (elliptic curve)', join(folder, 'server-ec.pem'), true);
    add('this gateway (RSA)', join(folder, 'server-rsa.pem'), true);
  }
  add('this gateway for charge points', tls?.certFile);
  add('this gateway for charge points (second)', tls?.secondCertFile);
  add('the HTTP interface', web?.certFile);
  add('the authority of charge points', tls?.chargePointRootsFile);
  if (config.certificates.authority === undefined) {
    add('the own authority (root)', join(folder, 'root.pem'));
    add('the own authority (issuing)', join(folder, 'issuing.pem'), true);
  } else add('the authority that signs', config.certificates.authority.certFile);
  return files;
}
