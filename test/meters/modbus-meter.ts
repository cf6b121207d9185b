import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import modbus from 'modbus-serial';

/** A meter of registers on loopback, served by the package's own server. */
export async function modbusMeter(words: ReadonlyMap<number, number>, kind: 'input' | 'holding') {
  const reads: { address: number; length: number }[] = [];
  const refused = (): never => {
    throw Object.assign(new Error('no such register'), { modbusErrorCode: 2 });
  };
  const many = (address: number, length: number): number[] => {
    reads.push({ address, length });
    return Array.from({ length }, (_, each) => words.get(address + each) ?? refused());
  };
  const vector = kind === 'input' ? { getMultipleInputRegisters: many } : { getMultipleHoldingRegisters: many };
  const server = new modbus.ServerTCP(vector, { host: '127.0.0.1', port: 0, unitID: 1 });
  await once(server, 'initialized');
  const inner = (server as unknown as { _server: Server })._server;
  return {
    port: (inner.address() as AddressInfo).port,
    reads,
    close: () => new Promise<void>((done) => server.close(() => done())),
  };
}

/** A listener that answers each request with what `answer` makes of it, or not at all. */
export async function strangeMeter(answer: (request: Buffer, socket: Socket) => Buffer | null) {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (request) => {
      const reply = answer(request, socket);
      if (reply !== null) socket.write(reply);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An answer to a read: these bytes, or an exception. */
export function answered(request: Buffer, bytes: Buffer): Buffer {
  const header = Buffer.from(request.subarray(0, 9));
  header.writeUInt16BE(3 + bytes.length, 4);
  header[8] = bytes.length;
  return Buffer.concat([header, bytes]);
}

export function exception(request: Buffer, code: number): Buffer {
  const header = Buffer.from(request.subarray(0, 9));
  header.writeUInt16BE(3, 4);
  header[7] = (header[7] ?? 0) | 0x80;
  header[8] = code;
  return header;
}

/** Floats in registers from these addresses on. */
export function floats(values: Readonly<Record<number, number>>, lowFirst = false): Map<number, number> {
  const words = new Map<number, number>();
  for (const [address, value] of Object.entries(values)) {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatBE(value);
    const [high, low] = [bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
    words.set(Number(address), lowFirst ? low : high);
    words.set(Number(address) + 1, lowFirst ? high : low);
  }
  return words;
}
