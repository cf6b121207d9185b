import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** Where charge points put their logs and get their firmware, over real HTTP on loopback. */

export type FileServer = {
  readonly url: string;
  /** What may be fetched, by path. */
  readonly files: Map<string, string | Buffer>;
  readonly received: { readonly path: string; readonly content: string; readonly authorization: string | null }[];
  /** Requests that get this status before anything else happens, one each. */
  readonly refusals: number[];
  stop(): Promise<void>;
};

export async function startFileServer(): Promise<FileServer> {
  const files: FileServer['files'] = new Map();
  const received: FileServer['received'] = [];
  const refusals: number[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const path = request.url ?? '';
    const refusal = refusals.shift();
    if (refusal !== undefined) {
      response.writeHead(refusal).end();
    } else if (request.method === 'PUT') {
      const { authorization = null } = request.headers;
      received.push({ path, content: Buffer.concat(parts).toString(), authorization });
      response.writeHead(201).end();
    } else {
      const file = files.get(path);
      response.writeHead(file === undefined ? 404 : 200).end(file);
    }
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    files,
    received,
    refusals,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
