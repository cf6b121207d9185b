import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { limitCrowd } from '../../src/runtime/crowd.ts';
import { createKeptLog } from '../support/kept-log.ts';
import { createManualClock } from '../support/manual-clock.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

it('lets one address wait with so many sockets and no more, and others beside it; those that are settled do not count', async () => {
  const server = createServer();
  const log = createKeptLog();
  const crowd = limitCrowd(server, 3, { clock: createManualClock(), log });
  server.listen(0, '127.0.0.1');
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const enter = async (localAddress: string): Promise<Socket> => {
    const accepted = once(server, 'connection');
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    socket.on('error', () => undefined);
    ends.push(() => socket.destroy());
    await accepted;
    return socket;
  };
  const cut = async (localAddress: string): Promise<void> => {
    const socket = await enter(localAddress);
    await once(socket, 'close');
  };
  const [first] = [await enter('127.0.0.1'), await enter('127.0.0.1'), await enter('127.0.0.1')];
  await cut('127.0.0.1');
  await cut('127.0.0.1');
  expect(log.texts('warn')).toHaveLength(1);
  const other = await enter('127.0.0.2');
  expect(other.closed).toBe(false);

  crowd.settled('127.0.0.1');
  const fourth = await enter('127.0.0.1');
  await cut('127.0.0.1');
  expect([first?.closed, fourth.closed]).toEqual([false, false]);
});
