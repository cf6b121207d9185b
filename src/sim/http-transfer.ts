import type { Transfer, UploadOutcome } from './transfer.ts';

/** Files by HTTP and HTTPS: PUT for what goes up, GET for what comes down. */

/** A transfer that takes longer than this has failed, in real milliseconds. */
const patienceMs = 60_000;

export const httpTransfer: Transfer = {
  upload: (address, content, done) => {
    const target = read(address);
    if (typeof target === 'string') return later(() => done(target));
    return run((signal) => put(target, content, signal), done, 'failed');
  },
  download: (address, mostBytes, done) => {
    const target = read(address);
    if (typeof target === 'string') return later(() => done(null));
    return run((signal) => get(target, mostBytes, signal), done, null);
  },
};

type Target = { readonly url: string; readonly headers: Record<string, string> };

/** A name and password in the address go as Basic authentication, since `fetch` takes none there. */
function read(address: string): Target | 'unreadable' | 'unsupported' {
  if (!URL.canParse(address)) return 'unreadable';
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'unsupported';
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (username === '') return { url: url.href, headers: {} };
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url: url.href, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

async function put({ url, headers }: Target, content: string, signal: AbortSignal): Promise<UploadOutcome> {
  const type = { 'content-type': 'text/plain; charset=utf-8' };
  const answer = await fetch(url, { method: 'PUT', body: content, headers: { ...headers, ...type }, signal });
  await answer.body?.cancel();
  if (answer.ok) return 'done';
  return answer.status === 401 || answer.status === 403 ? 'denied' : 'failed';
}

async function get({ url, headers }: Target, mostBytes: number, signal: AbortSignal): Promise<Buffer | null> {
  const answer = await fetch(url, { headers, signal });
  if (!answer.ok || answer.body === null) {
    await answer.body?.cancel();
    return null;
  }
  const parts: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop ends the transfer too.
  for await (const part of answer.body) {
    bytes += part.byteLength;
    if (bytes > mostBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function run<T>(work: (signal: AbortSignal) => Promise<T>, done: (outcome: T) => void, failed: T): () => void {
  const ended = new AbortController();
  const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(patienceMs)]);
  const report = (outcome: T): void => {
    if (!ended.signal.aborted) done(outcome);
  };
  work(signal).then(report, () => report(failed));
  return () => ended.abort();
}

function later(report: () => void): () => void {
  const timer = setImmediate(report);
  return () => clearImmediate(timer);
}
