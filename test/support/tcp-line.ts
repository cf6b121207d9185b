import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A line to a port on loopback that can be cut, stalled and mended. */
export type TcpLine = {
  readonly port: number;
  /** Breaks all connections, and takes none until it is mended. */
  cut(): void;
  /** Lets nothing through any more, either way, without breaking anything. */
  stall(): void;
  mend(): void;
  close(): Promise<void>;
};

export async function startTcpLine(target: number): Promise<TcpLine> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let state: 'open' | 'cut' | 'stalled' = 'open';
  const server = createServer((below) => {
    below.on('error', () => undefined);
    if (state === 'cut') {
      below.resetAndDestroy();
      return;
    }
    const above = connect(target, '127.0.0.1');
    const pair = [below, above] as const;
    pairs.add(pair);
    above.on('error', () => undefined);
    for (const [one, other] of [pair, [above, below] as const]) {
      one.on('data', (data: Buffer) => {
        if (state === 'open') other.write(data);
      });
      one.on('close', () => {
        pairs.delete(pair);
        other.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const breakAll = (): void => {
    for (const [below, above] of [...pairs]) {
      below.resetAndDestroy();
      above.destroy();
    }
  };
  return {
    port: address.port,
    cut(): void {
      state = 'cut';
      breakAll();
    },
    stall(): void {
      state = 'stalled';
    },
    mend(): void {
      // What was swallowed is gone: no connection of before can go on.
      if (state === 'stalled') breakAll();
      state = 'open';
    },
    async close(): Promise<void> {
      breakAll();
      server.close();
      await once(server, 'close');
    },
  };
}
