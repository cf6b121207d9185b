import { configurationKey, isSecretKey } from '../domain/configuration.ts';
import { doubtsAbout } from '../domain/configuration-keys.ts';
import type { Tree } from './document.ts';
import { type Findings, formatKey, type KeyPath, type Origin, type Problem } from './problem.ts';
import type { ConfigFile } from './schema.ts';

/** What no single key shows: clashes between keys. Reports into `findings`; `tree` says where each key was written. */
export function crossCheck(config: ConfigFile, tree: Tree, findings: Findings): void {
  const problemAt = (path: KeyPath, message: string): Problem => ({
    ...placeOf(tree, path),
    key: formatKey(path),
    message,
  });
  const wrong = (path: KeyPath, message: string) => findings.problems.push(problemAt(path, message));

  if (config.ocpp.port === config.http.port && config.http.port !== 0) {
    // Of two, the one to blame is the one that somebody wrote.
    const http = below(tree, 'http');
    const [blamed, other] = http !== undefined && below(http, 'port') ? ['http', 'ocpp'] : ['ocpp', 'http'];
    wrong([blamed, 'port'], `is ${config.http.port}, the same as ${other}.port; the two need different ports`);
  }

  checkTls(config.ocpp);
  checkHttp(config.http);
  checkUpstream(config.upstream);

  const { maxUploadMiB, uploadsMiB } = config.files;
  if (uploadsMiB < maxUploadMiB) {
    wrong(
      ['files', 'uploadsMiB'],
      `is ${uploadsMiB}, less than files.maxUploadMiB (${maxUploadMiB}): one file must fit`,
    );
  }

  checkWishes(config.ocpp.configuration, ['ocpp', 'configuration']);
  const groups = new Map<string, number>();
  for (const [index, { id, configuration }] of config.groups.entries()) {
    const same = groups.get(id);
    if (same !== undefined) wrong(['groups', index, 'id'], `is already the id of ${formatKey(['groups', same])}`);
    groups.set(id, index);
    checkWishes(configuration, ['groups', index, 'configuration']);
  }

  const places = new Map<string, number>();
  const folded = new Map<string, number>();
  for (const [index, chargePoint] of config.chargePoints.entries()) {
    const path: KeyPath = ['chargePoints', index];
    const idPath = [...path, 'id'];
    const same = places.get(chargePoint.id);
    const alike = folded.get(chargePoint.id.toLowerCase());
    if (same !== undefined) wrong(idPath, `is already the id of ${formatKey(['chargePoints', same])}`);
    else if (alike !== undefined) {
      const other = formatKey(['chargePoints', alike]);
      findings.warnings.push(
        problemAt(idPath, `differs from the id of ${other} only in upper and lower case; they are two charge points`),
      );
    }
    if (same === undefined) places.set(chargePoint.id, index);
    if (alike === undefined) folded.set(chargePoint.id.toLowerCase(), index);

    // HTTP Basic separates user and password at the first colon (RFC 7617 §2).
    if (chargePoint.password !== undefined && chargePoint.id.includes(':')) {
      wrong(idPath, 'contains a colon, so it cannot log in with a password: HTTP Basic ends the user name there');
    }
    const profile = chargePoint.securityProfile ?? config.ocpp.securityProfile;
    const from = chargePoint.securityProfile === undefined ? ' (from ocpp.securityProfile)' : '';
    if ((profile === 1 || profile === 2) && chargePoint.password === undefined) {
      wrong([...path, 'password'], `is missing: security profile ${profile}${from} needs {file: path} or {env: NAME}`);
    }
    if (profile < 2 && config.ocpp.tls?.only === true) {
      const message = `is ${profile}${from}, and ocpp.tls.only leaves no port without TLS: it has to connect to wss://`;
      findings.warnings.push(problemAt([...path, 'securityProfile'], message));
    }
    if (profile > 1 && chargePoint.securityProfile !== undefined && config.ocpp.tls === undefined) {
      wrong([...path, 'securityProfile'], `is ${profile}, which needs TLS: add the section ocpp.tls`);
    }
    if (chargePoint.group !== undefined && !groups.has(chargePoint.group)) {
      wrong([...path, 'group'], `is ${chargePoint.group}, and groups has none of this name`);
    }
    checkWishes(chargePoint.configuration, [...path, 'configuration']);
    const connectorIds = new Set<number>();
    for (const [place, connector] of chargePoint.connectors.entries()) {
      if (connectorIds.has(connector.id)) {
        wrong([...path, 'connectors', place, 'id'], `is ${connector.id}, as of another connector of this charge point`);
      }
      connectorIds.add(connector.id);
    }
  }

  function checkTls({ tls, securityProfile }: ConfigFile['ocpp']): void {
    if (tls === undefined) {
      const message = `is ${securityProfile}, which needs TLS: add the section ocpp.tls`;
      if (securityProfile > 1) wrong(['ocpp', 'securityProfile'], message);
      return;
    }
    for (const [cert, key] of [
      ['certFile', 'keyFile'],
      ['secondCertFile', 'secondKeyFile'],
    ] as const) {
      if ((tls[cert] === undefined) !== (tls[key] === undefined)) {
        wrong(['ocpp', 'tls'], `needs both ${cert} and ${key}, or neither`);
      }
    }
    if (tls.certFile === undefined && tls.secondCertFile !== undefined) {
      wrong(['ocpp', 'tls', 'secondCertFile'], 'needs certFile too');
    }
    if (tls.certFile !== undefined && tls.secondCertFile === undefined) {
      const message =
        'is the only certificate: charge points that can do the other kind of key alone (elliptic curve or RSA) stay out; add secondCertFile';
      findings.warnings.push(problemAt(['ocpp', 'tls', 'certFile'], message));
    }
  }

  function checkHttp({ host, tls }: ConfigFile['http']): void {
    if (tls !== undefined && (tls.certFile === undefined) !== (tls.keyFile === undefined)) {
      wrong(['http', 'tls'], 'needs both certFile and keyFile, or neither');
    }
    if (tls === undefined && !['127.0.0.1', '::1', 'localhost'].includes(host)) {
      const message = `is ${host} without http.tls: whoever is on that network can read passwords on their way`;
      findings.warnings.push(problemAt(['http', 'host'], message));
    }
  }

  function checkUpstream(upstream: ConfigFile['upstream']): void {
    if (upstream === undefined) return;
    const { url, tls, password, username } = upstream;
    const secured = url.startsWith('mqtts:') || url.startsWith('wss:');
    const about: KeyPath = ['upstream', 'url'];
    if ((tls.certFile === undefined) !== (tls.keyFile === undefined)) {
      wrong(['upstream', 'tls'], 'needs both certFile and keyFile, or neither');
    }
    if (!secured && (tls.caFile !== undefined || tls.certFile !== undefined || tls.alpn.length > 0)) {
      wrong(about, 'is not secured, so the keys of upstream.tls do nothing; use mqtts:// or wss://');
    }
    if (password !== undefined && username === undefined) wrong(['upstream', 'password'], 'needs upstream.username');
    if (!secured && !/^wss?:..(127[.]|localhost|.::1)|^mqtt:..(127[.]|localhost|.::1)/.test(url)) {
      findings.warnings.push(
        problemAt(
          about,
          'is not secured: whoever is on the way reads everything and can command this site; use mqtts://',
        ),
      );
    }
  }

  function checkWishes(wishes: ConfigFile['ocpp']['configuration'], path: KeyPath): void {
    const known = new Map<string, string>();
    for (const [key, value] of Object.entries(wishes)) {
      const at = [...path, key];
      const same = known.get(configurationKey(key));
      if (same !== undefined) wrong(at, `is the same key as ${same}: upper and lower case do not count`);
      known.set(configurationKey(key), key);
      if (key.length > MAX_KEY) wrong(at, `is longer than a key can be (${MAX_KEY} characters)`);
      if (isSecretKey(key)) wrong(at, 'is a secret, and secrets do not stand in this file: send it over the API');
      else
        for (const doubt of doubtsAbout(key, String(value)))
          findings.warnings.push(problemAt(at, `looks wrong: ${doubt}`));
    }
  }
}

/** Characters of a configuration key (OCPP 1.6 §7.29). */
const MAX_KEY = 50;

/** Where a key was written, or else the nearest thing around it that was. */
export function placeOf(tree: Tree, path: KeyPath): Origin {
  let here = tree;
  for (const part of path) here = below(here, part) ?? here;
  return here.at;
}

function below(tree: Tree, part: string | number): Tree | undefined {
  if (typeof part === 'number') return tree.kind === 'list' ? tree.items[part] : undefined;
  return tree.kind === 'map' ? tree.entries.get(part)?.value : undefined;
}
