import { dirname, resolve } from 'node:path';
import { TextDecoder } from 'node:util';
import { Compile } from 'typebox/compile';
import { parseTokenTable } from '../csv/token-table.ts';
import type { SiteModel } from '../domain/site-model.ts';
import type { TokenLine } from '../domain/token-import.ts';
import { crossCheck, placeOf } from './cross-checks.ts';
import { parseDocument, type Tree } from './document.ts';
import { electricalLint } from './electrical-lint.ts';
import { fileExists, readBounded } from './files.ts';
import { nearest } from './nearest.ts';
import { coerce, environmentName, settableKeys, strayVariables, withValue } from './overlay.ts';
import { type Findings, formatKey, type KeyPath, type Problem, show } from './problem.ts';
import { type ConfigFile, configSchema } from './schema.ts';
import type { LimitsFile, MqttLimitFile } from './schema-limits.ts';
import type { ChargePointMeterFile, HttpMeterFile, ModbusMeterFile, MqttMeterFile } from './schema-meters.ts';
import type { UpstreamFile } from './schema-upstream.ts';
import { Secret } from './secret.ts';
import { type Environment, resolveSecret, type SecretSource } from './secret-source.ts';
import { circuitOfMeter, siteModelOf } from './site-model.ts';
import { validate } from './validate.ts';
import { type WhatIf, whatIf as withWhatIf } from './what-if.ts';

/** A charge point that the configuration lists. */
type ChargePointConfig = {
  readonly id: string;
  /** Its own, or else that of the section `ocpp`. */
  readonly securityProfile: 0 | 1 | 2 | 3;
  /** That its certificate is for; null where nobody has said. */
  readonly serialNumber: string | null;
  readonly password: Secret | null;
  readonly allowMissingSubprotocol: boolean;
  /** Empty when the connectors are to be learnt from the charge point. */
  readonly connectors: readonly { readonly id: number }[];
  readonly group: string | null;
  /** What its configuration keys shall be. */
  readonly configuration: Readonly<Record<string, string | number | boolean>>;
};

/** A secret has been fetched from where the file says that it is. */
type WithPassword<T> = Omit<T, 'password'> & { readonly password: Secret | null };

type OnCircuit<T> = T & { readonly circuit: string };

/** One meter: how it is read, and the circuit that it looks at. */
export type MeterConfig =
  | OnCircuit<ModbusMeterFile>
  | OnCircuit<WithPassword<MqttMeterFile>>
  | OnCircuit<HttpMeterFile>
  | OnCircuit<ChargePointMeterFile>;

/** Limits from outside that the file names. */
export type LimitsConfig = Readonly<Pick<LimitsFile, 'schedules' | 'modbus'>> & {
  readonly mqtt: readonly WithPassword<MqttLimitFile>[];
};

/** The backend: where it is, who we are there, and what secures the line. */
export type UpstreamConfig = WithPassword<UpstreamFile> & { readonly pem: Readonly<Record<PemFile, Secret | null>> };
type PemFile = 'ca' | 'cert' | 'key';

/** The configuration in force: validated, complete, secrets fetched. Units are in the names of the keys. */
export type Config = Readonly<
  Pick<
    ConfigFile,
    | 'site'
    | 'ocpp'
    | 'http'
    | 'certificates'
    | 'store'
    | 'files'
    | 'authorization'
    | 'reservations'
    | 'blackBox'
    | 'log'
    | 'groups'
    | 'policy'
  >
> & {
  /** Null without circuits: balancing is off. */
  readonly siteModel: SiteModel | null;
  readonly meters: readonly MeterConfig[];
  readonly limits: LimitsConfig;
  /** Null where there is no backend. */
  readonly upstream: UpstreamConfig | null;
  readonly chargePoints: readonly ChargePointConfig[];
  /** What the file of tokens says; null where none is named. */
  readonly tokenLines: readonly TokenLine[] | null;
};

/** Where the configuration came from: the file (null: none, built-in defaults), and what was set over it. */
export type ConfigSource = {
  readonly file: string | null;
  readonly environment: readonly string[];
  readonly commandLine: readonly string[];
};

export type LoadRequest = {
  /** The YAML file; without it `BUSBAR_CONFIG`, or else config/site.yaml if it exists, or else defaults. Null: defaults. */
  readonly file?: string | null;
  readonly env: Environment;
  /** From the command line: dotted key to value, such as `http.port` to `8081`. */
  readonly overrides?: Readonly<Record<string, string | number | boolean>>;
  /** The site as it might be, for a study: it talks to nobody, so no secret and no list of tokens is fetched. */
  readonly whatIf?: WhatIf;
};

export type LoadResult =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly warnings: readonly Problem[];
      readonly source: ConfigSource;
    }
  | {
      readonly ok: false;
      readonly problems: readonly Problem[];
      readonly warnings: readonly Problem[];
      readonly source: ConfigSource;
    };

const check = Compile(configSchema);

const defaultFile = 'config/site.yaml';
/** Largest file, in bytes: 2000 charge points with all their keys written out need half of it. */
const maxFileBytes = 1_048_576;
/** Problems reported at once: nobody reads more. */
const maxProblems = 100;

/**
 * Loads and validates the whole configuration: command line over environment (`BUSBAR_...`) over file over defaults.
 * Reads files synchronously. Never throws: whatever is wrong comes back as problems.
 */
export function loadConfig({ file, env, overrides = {}, whatIf }: LoadRequest): LoadResult {
  const findings: Findings = { problems: [], warnings: [] };
  const path = file === undefined ? env.BUSBAR_CONFIG || (fileExists(defaultFile) ? defaultFile : null) : file;
  const fromFile = path === null ? blank('built-in defaults') : readTree(path, findings);
  const fromEnvironment = applyEnvironment(fromFile, env);
  const asWritten = applyOverrides(fromEnvironment.tree, overrides, findings);
  const tree = whatIf === undefined ? asWritten : applyWhatIf(asWritten, whatIf, findings);
  const source = { file: path, environment: fromEnvironment.names, commandLine: Object.keys(overrides) };

  // What could not be parsed is not validated: its consequences would hide its cause.
  const value = findings.problems.length > 0 ? undefined : validate(configSchema, tree, findings);
  let config: Config | undefined;
  if (findings.problems.length === 0 && check.Check(value)) {
    crossCheck(value, tree, findings);
    electricalLint(value, tree, findings);
    const folder = path === null ? '.' : dirname(path);
    config = complete(value, tree, { folder, env, fetches: whatIf === undefined }, findings);
    findings.warnings.push(...strayVariables(Object.keys(env), secretVariables(value)));
  }
  findings.problems.sort(byPlace);
  const warnings = findings.warnings.sort(byPlace).slice(0, maxProblems);
  if (findings.problems.length > maxProblems) {
    const message = `has ${findings.problems.length - maxProblems} more problems, which are not listed`;
    findings.problems.splice(maxProblems, Number.POSITIVE_INFINITY, {
      ...tree.at,
      line: 0,
      column: 0,
      key: '',
      message,
    });
  }
  if (config !== undefined && findings.problems.length === 0) return { ok: true, config, warnings, source };
  if (findings.problems.length === 0)
    findings.problems.push({ ...tree.at, key: '', message: 'does not fit the schema' });
  return { ok: false, problems: findings.problems, warnings, source };
}

function readTree(path: string, findings: Findings): Tree {
  const read = readBounded(path, maxFileBytes);
  const nowhere = { file: path, line: 0, column: 0, key: '' };
  if (!read.ok) {
    findings.problems.push({ ...nowhere, message: read.reason });
    return blank(path);
  }
  const text = decode(read.bytes);
  if (text === undefined) {
    findings.problems.push({ ...nowhere, message: 'is not UTF-8 text; save it as UTF-8' });
    return blank(path);
  }
  const { tree, problems } = parseDocument(text, path);
  for (const problem of problems) findings.problems.push(problem);
  return tree;
}

function applyEnvironment(tree: Tree, env: Environment): { readonly tree: Tree; readonly names: readonly string[] } {
  const names: string[] = [];
  let result = tree;
  for (const { key, path, node } of settableKeys.values()) {
    const name = environmentName(key);
    const text = Object.hasOwn(env, name) ? env[name] : undefined;
    // Set but empty is how compose files say "not set".
    if (text === undefined || text === '') continue;
    names.push(name);
    result = withValue(result, path, coerce(node, text), { file: `environment ${name}`, line: 0, column: 0 });
  }
  return { tree: result, names };
}

function applyOverrides(tree: Tree, overrides: NonNullable<LoadRequest['overrides']>, findings: Findings): Tree {
  const at = { file: 'command line', line: 0, column: 0 };
  let result = tree;
  for (const [key, given] of Object.entries(overrides)) {
    const settable = settableKeys.get(key);
    if (settable === undefined) {
      const didYouMean = nearest(key, settableKeys.keys());
      const problem = { ...at, key: formatKey([key]), message: 'is not a key that can be set here' };
      findings.problems.push(didYouMean === undefined ? problem : { ...problem, didYouMean });
      continue;
    }
    const value = typeof given === 'string' ? coerce(settable.node, given) : given;
    result = withValue(result, settable.path, value, at);
  }
  return result;
}

function applyWhatIf(tree: Tree, wanted: WhatIf, findings: Findings): Tree {
  const changed = withWhatIf(tree, wanted);
  if (!('fault' in changed)) return changed;
  const nowhere = { file: 'command line', line: 0, column: 0, key: '' };
  findings.problems.push({ ...nowhere, message: changed.fault });
  return tree;
}

/** Where secrets and lists lie, and whether they are fetched. */
type Outside = { readonly folder: string; readonly env: Environment; readonly fetches: boolean };

function complete(file: ConfigFile, tree: Tree, { folder, env, fetches }: Outside, findings: Findings): Config {
  const { site, ocpp, http, certificates, store, files, authorization, reservations, blackBox, log, groups, policy } =
    file;
  const secretAt = (source: SecretSource | undefined, path: KeyPath): Secret | null => {
    if (source === undefined || !fetches) return null;
    const result = resolveSecret(source, folder, env);
    const about = { ...placeOf(tree, path), key: formatKey(path) };
    if (!result.ok) {
      findings.problems.push({ ...about, message: result.message });
      return null;
    }
    if (result.warning !== undefined) findings.warnings.push({ ...about, message: result.warning });
    return result.secret;
  };
  const chargePoints = file.chargePoints.map(
    (chargePoint, index): ChargePointConfig => ({
      id: chargePoint.id,
      securityProfile: chargePoint.securityProfile ?? ocpp.securityProfile,
      serialNumber: chargePoint.serialNumber ?? null,
      password: secretAt(chargePoint.password, ['chargePoints', index, 'password']),
      allowMissingSubprotocol: chargePoint.allowMissingSubprotocol,
      connectors: chargePoint.connectors.map(({ id }) => ({ id })),
      group: chargePoint.group ?? null,
      configuration: chargePoint.configuration,
    }),
  );
  // One that is on no circuit tells nothing: a warning has said so.
  const meters = file.meters.flatMap((meter, index): MeterConfig[] => {
    const circuit = circuitOfMeter(file, meter);
    if (circuit === null) return [];
    if (meter.type !== 'mqtt') return [{ ...meter, circuit }];
    return [{ ...meter, circuit, password: secretAt(meter.password, ['meters', index, 'password']) }];
  });
  const mqtt = file.limits.mqtt.map((limit, index) => ({
    ...limit,
    password: secretAt(limit.password, ['limits', 'mqtt', index, 'password']),
  }));
  const pemAt = (name: PemFile, path: string | undefined): Secret | null => {
    if (path === undefined || !fetches) return null;
    const read = readBounded(resolve(folder, path), maxPemBytes);
    const keyPath = ['upstream', 'tls', `${name}File`];
    const about = { ...placeOf(tree, keyPath), key: formatKey(keyPath) };
    if (!read.ok || !read.bytes.includes('-----BEGIN ')) {
      const reason = read.ok ? 'is no PEM file' : read.reason;
      findings.problems.push({ ...about, message: `names the file ${show(path)}, which ${reason}` });
      return null;
    }
    return new Secret(read.bytes);
  };
  const upstreamOf = (upstream: UpstreamFile): UpstreamConfig => ({
    ...upstream,
    password: secretAt(upstream.password, ['upstream', 'password']),
    pem: {
      ca: pemAt('ca', upstream.tls.caFile),
      cert: pemAt('cert', upstream.tls.certFile),
      key: pemAt('key', upstream.tls.keyFile),
    },
  });
  return {
    ...{
      site,
      ocpp: { ...ocpp, ...inFolder(ocpp.tls, folder) },
      http: { ...http, ...inFolder(http.tls, folder) },
      certificates: { ...certificates, ...authorityIn(certificates, folder) },
      store,
      files,
      authorization,
      reservations,
      blackBox,
      log,
      groups,
      policy,
    },
    siteModel: siteModelOf(file),
    meters,
    limits: { ...file.limits, mqtt },
    upstream: file.upstream === undefined ? null : upstreamOf(file.upstream),
    chargePoints,
    tokenLines: fetches ? readTokens(authorization.tokens?.file, tree, folder, findings) : null,
  };
}

function authorityIn(
  { authority }: ConfigFile['certificates'],
  folder: string,
): Pick<ConfigFile['certificates'], 'authority'> {
  if (authority === undefined) return {};
  return { authority: { certFile: resolve(folder, authority.certFile), keyFile: resolve(folder, authority.keyFile) } };
}

/** With the paths of its files as seen from the file; they are read, and read again, while the controller runs. */
function inFolder<T extends object>(tls: T | undefined, folder: string): { readonly tls?: T } {
  if (tls === undefined) return {};
  const paths = Object.entries(tls).map(([key, value]) => [
    key,
    typeof value === 'string' ? resolve(folder, value) : value,
  ]);
  return { tls: Object.fromEntries(paths) as T };
}

/** A chain of certificates, bytes. */
const maxPemBytes = 65_536;

/** 20,000 lines of 200 bytes. */
const maxTokenFileBytes = 4_194_304;

function readTokens(
  file: string | undefined,
  tree: Tree,
  folder: string,
  findings: Findings,
): readonly TokenLine[] | null {
  if (file === undefined) return null;
  const path = resolve(folder, file);
  const keyPath = ['authorization', 'tokens', 'file'];
  const about = { ...placeOf(tree, keyPath), key: formatKey(keyPath) };
  const read = readBounded(path, maxTokenFileBytes);
  const text = read.ok ? decode(read.bytes) : undefined;
  if (!read.ok || text === undefined) {
    const reason = read.ok ? 'is not UTF-8 text' : read.reason;
    findings.problems.push({ ...about, message: `names the file ${show(file)}, which ${reason}` });
    return null;
  }
  const table = parseTokenTable(text);
  if ('lines' in table) return table.lines;
  for (const { line, message } of table.errors.slice(0, maxProblems)) {
    findings.problems.push({ file: path, line, column: 1, key: '', message });
  }
  return null;
}

function secretVariables(file: ConfigFile): ReadonlySet<string> {
  return new Set([
    'BUSBAR_CONFIG',
    ...[...file.chargePoints, ...file.meters, ...file.limits.mqtt, file.upstream ?? {}].flatMap(secretVariable),
  ]);
}

function secretVariable(holder: { readonly password?: SecretSource } | object): string[] {
  return 'password' in holder && holder.password?.env !== undefined ? [holder.password.env] : [];
}

/** In the order of the file, so that one can correct from top to bottom. */
function byPlace(a: Problem, b: Problem): number {
  return a.line - b.line || a.column - b.column;
}

function blank(file: string): Tree {
  return { kind: 'map', at: { file, line: 0, column: 0 }, entries: new Map() };
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
