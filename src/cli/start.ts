import { formatProblem } from '../config/problem.ts';
import { startBusbar } from '../main.ts';
import { createLog } from '../runtime/log.ts';
import { configOptionsHelp, loadFor } from './config-arguments.ts';
import { type CommandIo, untilTold } from './io.ts';

const usage = `Usage: busbar start [options]

Runs the controller until it is told to stop (Ctrl-C, SIGTERM).

${configOptionsHelp}
  -h, --help         this text`;

/** `busbar start`: resolves with the exit code, 0 stopped as told, 1 could not start, 2 wrong usage. */
export async function start(args: readonly string[], io: CommandIo): Promise<number> {
  const loaded = loadFor(usage, args, io);
  if (typeof loaded === 'number') return loaded;
  if (!loaded.ok) {
    for (const problem of loaded.problems) io.err(`error: ${formatProblem(problem)}`);
    io.err(`Not started: ${loaded.problems.length} to correct in the configuration.`);
    return 1;
  }
  const { config } = loaded;
  const log = createLog(config.log.level, io.env);
  // From here on: a signal during the start is obeyed once there is something to stop in order.
  const told = untilTold();
  log.info({ configuration: loaded.source.file ?? 'built-in defaults' }, 'Busbar starts');
  for (const warning of loaded.warnings) log.warn({}, formatProblem(warning));
  log.info({}, whoMayConnect[config.ocpp.unknownChargePoints]);
  try {
    const busbar = await startBusbar(config, log);
    const { ocppPort, ocppTlsPort } = busbar;
    if (ocppPort !== null) io.out(`Charge points: ws://${config.ocpp.host}:${ocppPort}/ocpp/{id}`);
    if (ocppTlsPort !== null) io.out(`Charge points: wss://${config.ocpp.host}:${ocppTlsPort}/ocpp/{id}`);
    const scheme = config.http.tls === undefined ? 'http' : 'https';
    io.out(`API:           ${scheme}://${busbar.httpHost}:${busbar.httpPort}/api/v1/site`);
    const why = await told;
    log.info({ why }, 'Busbar stops');
    await busbar.stop();
    return 0;
  } catch (error) {
    io.err(plainWords(error));
    return 1;
  }
}

const whoMayConnect = {
  refuse: 'Charge points that are not in the configuration are refused.',
  pending:
    'Charge points that are not in the configuration may connect and wait for approval: ' +
    'POST /api/v1/charge-points/{id}/approve lets one in.',
  accept: 'Any charge point that connects is accepted, whoever it is.',
} as const;

/** What kept the controller from starting, and what to do. */
export function plainWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port, path } = error as { code?: unknown; port?: unknown; path?: unknown };
  if (code === 'EADDRINUSE') {
    return `Port ${String(port)} is in use by another program. Stop that one, or set ocpp.port or http.port to another.`;
  }
  if (code === 'EACCES' && port !== undefined) return `Port ${String(port)} may not be used by this user. Set another.`;
  if (code === 'EACCES' || code === 'SQLITE_CANTOPEN' || code === 'EROFS') {
    return `The store can not be opened (${error.message}${path === undefined ? '' : ` ${String(path)}`}). Check store.path and its permissions.`;
  }
  return error.message;
}
