import { join } from 'node:path';
import { runJob } from './generator.ts';
import type { ClosedLoopResult } from './load-closed-loop.ts';
import type { IdleResult } from './load-idle.ts';
import type { PacedResult } from './load-paced.ts';
import type { StormResult } from './load-storm.ts';
import { CHARGE_POINTS, PACED_MESSAGES_PER_S, type Plan } from './plan.ts';
import { summariseProfile } from './profile.ts';
import { makeScratch, type RunningServer, type ServerKind, type ServerOptions, startServer } from './servers.ts';

/** How long a fleet is left alone before its server's memory is read, ms: a collection or two have run by then. */
const SETTLE_MS = 5_000;

/** CPU per message, every server once a round, so that a busy moment of the machine hits all alike. */
export async function measureClosedLoop(
  kinds: readonly ServerKind[],
  { rounds, warmUpMessages, messages }: Plan['closedLoop'],
): Promise<Map<ServerKind, ClosedLoopResult[]>> {
  return interleaved(kinds, rounds, (kind) =>
    withServer(kind, { listed: CHARGE_POINTS }, ({ url, pid }) =>
      runJob<ClosedLoopResult>({
        kind: 'closed-loop',
        options: { url, serverPid: pid, chargePoints: CHARGE_POINTS, warmUpMessages, messages },
      }),
    ),
  );
}

export async function measurePaced(
  kinds: readonly ServerKind[],
  { rounds, warmUpMessages, messages }: Plan['paced'],
): Promise<Map<ServerKind, PacedResult[]>> {
  return interleaved(kinds, rounds, (kind) =>
    withServer(kind, { listed: CHARGE_POINTS }, ({ url }) =>
      runJob<PacedResult>({
        kind: 'paced',
        options: { url, chargePoints: CHARGE_POINTS, messagesPerS: PACED_MESSAGES_PER_S, warmUpMessages, messages },
      }),
    ),
  );
}

/** Memory with all charge points booted and silent. */
export async function measureIdle(chargePoints: number, options: { listed: number }): Promise<IdleResult> {
  return withServer('busbar', options, ({ url, pid }) =>
    runJob<IdleResult>({ kind: 'idle', options: { url, serverPid: pid, chargePoints, settleMs: SETTLE_MS } }),
  );
}

/** All connections are lost at once, the server lives on. */
export async function measureStorm(
  kinds: readonly ServerKind[],
  { storms, connected }: Plan,
): Promise<Map<ServerKind, StormResult[]>> {
  return interleaved(kinds, storms, (kind) =>
    withServer(kind, { listed: connected }, ({ url }) =>
      runJob<StormResult>({ kind: 'storm', options: { url, chargePoints: connected, serverDies: false } }),
    ),
  );
}

/** The server is killed under its charge points, and another takes its place over the same store and on the same port. */
export async function measureRestart({ storms, connected }: Plan): Promise<StormResult[]> {
  const results: StormResult[] = [];
  for (let round = 0; round < storms; round++) {
    const first = await startServer('busbar', { listed: connected });
    let second: Promise<RunningServer> | null = null;
    const restart = async (): Promise<RunningServer> => {
      await first.stop('SIGKILL');
      return startServer('busbar', { listed: connected, port: first.port, folder: first.folder });
    };
    try {
      results.push(
        await runJob<StormResult>(
          { kind: 'storm', options: { url: first.url, chargePoints: connected, serverDies: true } },
          () => {
            second = restart();
          },
        ),
      );
    } finally {
      await first.stop();
      await (await (second as Promise<RunningServer> | null))?.stop();
    }
  }
  return results;
}

/** Where Busbar's time goes under the closed loop. */
export async function measureProfile({ warmUpMessages, messages }: Plan['closedLoop']) {
  const folder = join(makeScratch(), 'profile');
  const server = await startServer('busbar', {
    listed: CHARGE_POINTS,
    nodeArguments: ['--cpu-prof', `--cpu-prof-dir=${folder}`],
  });
  try {
    await runJob<ClosedLoopResult>({
      kind: 'closed-loop',
      options: { url: server.url, serverPid: server.pid, chargePoints: CHARGE_POINTS, warmUpMessages, messages },
    });
  } finally {
    await server.stop();
  }
  return summariseProfile(folder);
}

async function interleaved<Result>(
  kinds: readonly ServerKind[],
  rounds: number,
  measure: (kind: ServerKind) => Promise<Result>,
): Promise<Map<ServerKind, Result[]>> {
  const results = new Map<ServerKind, Result[]>(kinds.map((kind) => [kind, []]));
  for (let round = 0; round < rounds; round++) {
    for (const kind of kinds) results.get(kind)?.push(await measure(kind));
  }
  return results;
}

async function withServer<Result>(
  kind: ServerKind,
  options: ServerOptions,
  use: (server: RunningServer) => Promise<Result>,
): Promise<Result> {
  const server = await startServer(kind, options);
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}
