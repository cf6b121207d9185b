import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { certificateFolder, ownPairs } from './certificate-files.ts';
import type { Config } from './config/load.ts';
import type { Controller } from './controller/controller.ts';
import type { FileExchange } from './runtime/file-exchange.ts';
import type { Logger } from './runtime/log.ts';
import { type OcppServer, startOcppServer } from './runtime/ocpp-server.ts';
import type { Clock, UpgradeRequest } from './runtime/ports.ts';
import { type TlsPair, type WatchedTlsFiles, watchTlsFiles } from './runtime/tls-files.ts';

/** The ports that charge points connect to: one without TLS, one with it, or both. */
export type ChargePointPorts = {
  /** Null where there is none without TLS, or none with it. */
  readonly port: number | null;
  readonly tlsPort: number | null;
  listening(): boolean;
  close(): Promise<void>;
};

/** Opens them as configured. Rejects where one can't be had, having closed the other. */
export async function openChargePointPorts(site: {
  config: Config;
  controller: Controller;
  upgradeRequested: (request: UpgradeRequest) => void;
  files: FileExchange;
  clock: Clock;
  log: Logger;
}): Promise<ChargePointPorts> {
  const { config, controller, clock, log } = site;
  const { host, port, pingIntervalS, tls } = config.ocpp;
  const common = {
    host,
    pingIntervalMs: pingIntervalS * 1_000,
    mayOmitSubprotocol: new Set(
      config.chargePoints.filter(({ allowMissingSubprotocol }) => allowMissingSubprotocol).map(({ id }) => id),
    ),
    clock,
    log,
    upgradeRequested: site.upgradeRequested,
    files: site.files,
  };
  const watched = tls === undefined ? null : watch(config, tls, { controller, clock, log });
  const open: OcppServer[] = [];
  const close = async (): Promise<void> => {
    watched?.close();
    await Promise.all(open.map((server) => server.close()));
  };
  try {
    const plain = tls?.only === true ? null : await startOcppServer({ ...common, port });
    if (plain !== null) open.push(plain);
    const secured =
      watched === null || tls === undefined
        ? null
        : await startOcppServer({ ...common, port: tls.port, tls: watched, tlsFailed: tellOfFailures(site) });
    if (secured !== null) open.push(secured);
    return {
      port: plain?.port ?? null,
      tlsPort: secured?.port ?? null,
      listening: () => open.every((server) => server.listening()),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function watch(
  config: Config,
  tls: NonNullable<Config['ocpp']['tls']>,
  { controller, clock, log }: { controller: Controller; clock: Clock; log: Logger },
): WatchedTlsFiles {
  const folder = certificateFolder(config);
  const given = [pairOf(tls.certFile, tls.keyFile), pairOf(tls.secondCertFile, tls.secondKeyFile)].flat();
  const own = join(folder, 'charge-point-roots.pem');
  const roots = tls.chargePointRootsFile ?? (existsSync(own) ? own : null);
  return watchTlsFiles({
    pairs: given.length === 0 ? ownPairs(folder) : given,
    ...(roots === null ? {} : { rootsFile: roots }),
    clock,
    log,
    trouble: (why) => {
      if (why === null) {
        void controller.execute({ type: 'clear-alert', id: ALERT });
        return;
      }
      const text = `The TLS certificates for charge points can not be used: ${why}`;
      const fix =
        'Put the files right; they are read again within seconds. Until then those from before stay in use, if any.';
      void controller.raise({ id: ALERT, kind: 'tls-certificates', chargePointId: null, text, fix });
    },
  });
}

const ALERT = 'tls:charge-points';

/** A site's charge points fail for the same reason, over and over: people are told this often at most, ms. */
const TELL_EVERY_MS = 60_000;

/** Handshakes that come to nothing (security whitepaper A00.FR.323): nobody knows yet which charge point it is. */
function tellOfFailures({
  controller,
  clock,
}: {
  controller: Controller;
  clock: Clock;
}): (remoteAddress: string, why: string) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (remoteAddress, why) => {
    if (clock.monotonic() - toldAt < TELL_EVERY_MS) return;
    toldAt = clock.monotonic();
    void controller.raise({
      id: 'tls:handshake',
      kind: 'tls-handshake',
      chargePointId: null,
      text: `Somebody at ${remoteAddress} could not connect over TLS: ${why}.`,
      fix: 'If it is a charge point, see whether it can do TLS 1.2, holds the root of this site and has the right time. Put this away once it connects.',
    });
  };
}

const pairOf = (certFile: string | undefined, keyFile: string | undefined): TlsPair[] =>
  certFile === undefined || keyFile === undefined ? [] : [{ certFile, keyFile }];
