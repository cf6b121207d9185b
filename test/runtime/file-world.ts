import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileExchange } from '../../src/runtime/file-exchange.ts';
import { systemDisk } from '../../src/runtime/file-intake.ts';
import { fileTokenHash, newFileToken } from '../../src/runtime/file-tokens.ts';
import { startOcppServer } from '../../src/runtime/ocpp-server.ts';
import type { Clock, Disk, FileDoor, FileOffer, FileResult } from '../../src/runtime/ports.ts';
import { createKeptLog } from '../support/kept-log.ts';
import { createManualClock } from '../support/manual-clock.ts';

export type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** The real server with the real file exchange on loopback. Its door knows the tokens that a test hands out. */
export async function startFileWorld(change: { clock?: Clock; disk?: Disk; reserveBytes?: number } = {}) {
  const manual = createManualClock();
  const log = createKeptLog();
  const folder = mkdtempSync(join(tmpdir(), 'busbar-files-'));
  const uploads = join(folder, 'uploads');
  const offers = new Map<string, FileOffer>();
  const events: string[] = [];
  const results: FileResult[] = [];
  const waiting: { needle: string; resolve: () => void }[] = [];
  const raw: Socket[] = [];
  const note = (event: string): void => {
    events.push(event);
    for (const { needle, resolve } of waiting) if (event.startsWith(needle)) resolve();
  };
  /** Runs before an upload is taken down; a test may make it fail or wait. */
  const hold = { keep: (): Promise<void> => Promise.resolve() };
  const door: FileDoor = {
    open: ({ tokenHash }) => offers.get(tokenHash) ?? null,
    started: ({ direction }) => note(`started ${direction}`),
    progress: ({ direction }, bytes) => note(`progress ${direction} ${bytes}`),
    finished: async ({ tokenHash, direction }, result) => {
      if (result.kind === 'upload') {
        note('keeping');
        await hold.keep();
        offers.delete(tokenHash);
      }
      results.push(result);
      note(`finished ${direction}`);
    },
    failed: ({ direction }, reason) => note(`failed ${direction}: ${reason}`),
  };
  const clock = change.clock ?? manual;
  const disk = change.disk ?? systemDisk;
  const files = createFileExchange({ door, clock, log, disk, reserveBytes: change.reserveBytes ?? 0 });
  const server = await startOcppServer({
    host: '127.0.0.1',
    port: 0,
    pingIntervalMs: 30_000,
    mayOmitSubprotocol: new Set(),
    clock,
    log,
    upgradeRequested: (request) => request.refuse(404, 'nobody is known here'),
    files,
  });

  return {
    port: server.port,
    clock: manual,
    log,
    events,
    results,
    hold,
    /** Names in the folder of uploads. */
    stored: (): string[] => {
      try {
        return readdirSync(uploads);
      } catch {
        return [];
      }
    },
    seen: (needle: string): Promise<void> =>
      events.some((event) => event.startsWith(needle))
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push({ needle, resolve })),
    revoke: (token: string) => offers.delete(fileTokenHash(token)),
    /** A token for a file of these bytes. */
    download(bytes: Buffer, name = 'fw.bin'): string {
      const token = newFileToken();
      const path = join(folder, token);
      writeFileSync(path, bytes);
      offers.set(fileTokenHash(token), { kind: 'download', path, size: bytes.length, sha256: sha256(bytes), name });
      return token;
    },
    pathOf: (token: string): string => join(folder, token),
    upload(maxBytes = 1_000_000, nameHint: string | null = null): string {
      const token = newFileToken();
      offers.set(fileTokenHash(token), { kind: 'upload', folder: uploads, maxBytes, nameHint });
      return token;
    },
    ask(method: string, path: string, headers: object = {}, body: Buffer | string = ''): Promise<Answer> {
      return new Promise((resolve, reject) => {
        const options = { host: '127.0.0.1', port: server.port, method, path, headers: { ...headers }, agent: false };
        const request = httpRequest(options, (response) => {
          const pieces: Buffer[] = [];
          response.on('data', (piece: Buffer) => pieces.push(piece));
          response.on('error', reject);
          response.on('end', () => {
            const { statusCode = 0, headers } = response;
            resolve({ status: statusCode, headers, body: Buffer.concat(pieces) });
          });
        });
        request.on('error', reject);
        request.end(body);
      });
    },
    /** A socket that has sent these bytes. `heard` is what came back, `closed` when it ends. */
    async talk(text: string | Buffer) {
      const socket = connect(server.port, '127.0.0.1');
      raw.push(socket);
      socket.on('error', () => undefined);
      const closed = new Promise<void>((resolve) => void socket.on('close', () => resolve()));
      let heard = '';
      socket.on('data', (data) => {
        heard += data.toString('latin1');
      });
      await once(socket, 'connect');
      socket.write(text);
      return { socket, closed, heard: () => heard };
    },
    close: () => server.close(),
    async end(): Promise<void> {
      for (const socket of raw) socket.destroy();
      const closing = server.close();
      manual.advance(1_000);
      await closing;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type FileWorld = Awaited<ReturnType<typeof startFileWorld>>;

export const someBytes = (count: number): Buffer => randomBytes(count);
