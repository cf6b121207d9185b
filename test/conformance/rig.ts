import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { startBusbar } from '../../src/main.ts';
import { createLog } from '../../src/runtime/log.ts';
import { createOperator, type Operator } from './operator.ts';

/** The whole product in this process: its configuration file, its store in a file, both its ports on loopback. */
export type Rig = {
  /** Where charge points connect, to append an id to. */
  readonly ocppUrl: string;
  /** The same with TLS, and the root of its certificate. */
  readonly secureUrl: string;
  readonly root: string;
  readonly operator: Operator;
  stop(): Promise<void>;
};

/** Who runs the charge points. */
export const ORGANIZATION = 'Conformance';

/** Starts it with charge points that need a password, by id; any other is accepted without one. */
export async function startRig(passwords: ReadonlyMap<string, string>): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-conformance-'));
  const file = join(folder, 'site.yaml');
  const chargePoints = [...passwords].map(([id, password], index) => {
    const secret = `password-${index}`;
    writeFileSync(join(folder, secret), password, { mode: 0o600 });
    return { id, securityProfile: 1, serialNumber: `SN-${id}`, password: { file: secret } };
  });
  const settings = {
    ocpp: { host: '127.0.0.1', port: 0, unknownChargePoints: 'accept', tls: { port: 0 } },
    certificates: { organization: ORGANIZATION, names: ['localhost', '127.0.0.1'] },
    http: { port: 0 },
    store: { path: join(folder, 'busbar.db') },
    authorization: { unknownCards: 'reject' },
    log: { level: process.env.TEST_LOG ?? 'silent' },
    chargePoints,
  };
  writeFileSync(file, stringify(settings));
  // Lists go out by the operator's hand alone: they are what is tested.
  const loaded = loadConfig({ file, env: { BUSBAR_AUTHORIZATION_LOCAL_LISTS: 'off' } });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ key, message }) => `${key} ${message}`).join('; '));
  const busbar = await startBusbar(loaded.config, createLog(loaded.config.log.level, {}));
  const operator = await createOperator(`http://127.0.0.1:${busbar.httpPort}`);
  return {
    ocppUrl: `ws://127.0.0.1:${busbar.ocppPort}/ocpp`,
    secureUrl: `wss://localhost:${busbar.ocppTlsPort}/ocpp`,
    root: readFileSync(join(folder, 'certificates', 'roots.pem'), 'utf8'),
    operator,
    stop: async () => {
      await operator.leave();
      await busbar.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
