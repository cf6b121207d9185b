import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { certificateFolder } from './certificate-files.ts';
import type { CertificateFiles } from './certificates/calendar.ts';
import type { Config } from './config/load.ts';
import type { Controller } from './controller/controller.ts';
import type { CertificateDesk } from './http/certificate-routes.ts';
import type { Logger } from './runtime/log.ts';
import type { Clock } from './runtime/ports.ts';

export type ForCertificates = { readonly desk: CertificateDesk | null; close(): void };

/** Who signs certificates at this site, as it is configured; nobody where nothing uses TLS. */
export async function forCertificates(site: {
  readonly config: Config;
  readonly controller: Controller;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<ForCertificates> {
  const { config } = site;
  if (config.ocpp.tls === undefined && config.http.tls === undefined) return { desk: null, close: () => undefined };
  // Only here, and only now: its library takes a while to load, and most of what is started needs none of it.
  const { openOffice } = await import('./certificates/office.ts');
  const { approval, organization, chargePointDays, serverDays, authority } = config.certificates;
  const serials = config.chargePoints.flatMap(({ id, serialNumber }): [string, string][] =>
    serialNumber === null ? [] : [[id, serialNumber]],
  );
  const office = await openOffice({
    ...site,
    folder: certificateFolder(config),
    name: organization ?? config.site.name,
    given: authority ?? null,
    names: () => namesOf(config),
    serverDays,
    rules: { approval, organization: organization ?? null, days: chargePointDays, names: new Map(serials) },
    files: filesOf(config),
  });
  return { desk: office, close: office.close };
}

/** Names in one certificate at most. */
const MAX_NAMES = 40;

/** What charge points and browsers call this gateway. */
function namesOf({ certificates, http }: Config): readonly string[] {
  if (certificates.names.length > 0) return [...new Set([...certificates.names, ...http.names])];
  const addresses = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  const own = [...http.names, hostname(), `${hostname()}.local`, 'localhost', '127.0.0.1', ...addresses.sort()];
  return [...new Set(own)].slice(0, MAX_NAMES);
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
