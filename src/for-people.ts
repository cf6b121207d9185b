import { hostname } from 'node:os';
import { certificateFolder, ownPairs } from './certificate-files.ts';
import type { Config } from './config/load.ts';
import type { Controller } from './controller/controller.ts';
import type { OwnNames } from './http/guards.ts';
import { isLoopback } from './http/server.ts';
import { createPasswords } from './people/passwords.ts';
import { createPeople, type People } from './people/people.ts';
import { type SetupCode, setupCodeFile, setupCodeIn } from './people/setup-code.ts';
import type { Logger } from './runtime/log.ts';
import type { Clock, Ids } from './runtime/ports.ts';
import { type WatchedTlsFiles, watchTlsFiles } from './runtime/tls-files.ts';
import type { Database } from './store/database.ts';
import { createPeopleStore } from './store/people.ts';

/** What people and their machines meet at the HTTP interface: who they are, the names it goes by, its certificates. */
export type ForPeople = { readonly people: People; readonly own: OwnNames; readonly tls: WatchedTlsFiles | null };

type Site = {
  readonly config: Config;
  readonly database: Database;
  readonly controller: Controller;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
};

/** `settled` is called once the first admin is there. */
export function forPeople(site: Site, settled: () => Promise<void>): ForPeople {
  const { config, controller, log } = site;
  const setup = setupCodeIn(setupCodeFile(config.store.path));
  const people = createPeople({
    ...site,
    store: createPeopleStore(site.database),
    passwords: createPasswords(),
    setup,
    settled: () => {
      void controller.execute({ type: 'clear-alert', id: ALERT });
      settled().catch((error: unknown) => {
        log.error({ err: error, host: config.http.host }, 'the HTTP interface could not be opened to its network');
      });
    },
  });
  if (!people.anybody()) welcome(site, setup.read() ?? opened(site, setup));
  return { people, own: ownNames(config), tls: certificatesOf(site) };
}

/** Null where there is no place for it: a store in memory keeps no people either. */
function opened({ config, log }: Site, setup: SetupCode): string | null {
  if (config.store.path === ':memory:') return null;
  try {
    return setup.open();
  } catch (error) {
    log.error({ err: error }, 'the setup code can not be written beside the store');
    return null;
  }
}

/** Says how the first admin is made, for as long as there is none. */
function welcome({ config: { http, site }, controller, log }: Site, code: string | null): void {
  if (code === null) return;
  log.warn(
    { setupCode: code },
    'Nobody is set up yet: the API is open to this machine alone. Make the first admin with this code.',
  );
  if (isLoopback(http.host)) return;
  void controller.raise({
    id: ALERT,
    kind: 'nobody-set-up',
    chargePointId: null,
    text: `The HTTP interface of ${site.name} is meant for ${http.host}, and serves this machine alone until there is an admin.`,
    fix: 'On the machine itself: busbar setup-code prints the code, and POST /api/v1/setup takes it.',
  });
}

const ALERT = 'http:nobody-set-up';

function ownNames({ http, certificates }: Config): OwnNames {
  const names = [...http.names, ...certificates.names];
  if (isLoopback(http.host)) return { names, byAddress: false };
  const own = hostname();
  return { names: [...names, own, `${own}.local`], byAddress: true };
}

function certificatesOf({ config, controller, clock, log }: Site): WatchedTlsFiles | null {
  const { tls } = config.http;
  if (tls === undefined) return null;
  const { certFile, keyFile } = tls;
  return watchTlsFiles({
    pairs:
      certFile === undefined || keyFile === undefined ? ownPairs(certificateFolder(config)) : [{ certFile, keyFile }],
    clock,
    log,
    trouble: (why) => {
      if (why === null) void controller.execute({ type: 'clear-alert', id: TLS_ALERT });
      else {
        const text = `The certificate of the HTTP interface can not be used: ${why}`;
        const fix = 'Put the files right; they are read again within seconds.';
        void controller.raise({ id: TLS_ALERT, kind: 'tls-certificates', chargePointId: null, text, fix });
      }
    },
  });
}

const TLS_ALERT = 'tls:http';
