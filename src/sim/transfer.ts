/** Files to and from a server as a port: HTTP in life, a script in a deterministic simulation. */

/** `unreadable`: no such kind of address; `unsupported`: another protocol; `denied`: the server wants nobody like us. */
export type UploadOutcome = 'done' | 'failed' | 'denied' | 'unreadable' | 'unsupported';

/** Both give a function that ends the transfer without an outcome; otherwise `done` comes once, later. */
export type Transfer = {
  upload(url: string, content: string, done: (outcome: UploadOutcome) => void): () => void;
  /** Null: it could not be had, or is longer than this many bytes. */
  download(url: string, mostBytes: number, done: (content: Buffer | null) => void): () => void;
};

/** The same, with an end to all that is under way: the power is cut. */
export function abortable(transfer: Transfer): Transfer & { abortAll(): void } {
  const aborts = new Set<() => void>();
  const track = (begin: (finished: () => void) => () => void): (() => void) => {
    const abort = begin(() => aborts.delete(abort));
    aborts.add(abort);
    return () => {
      aborts.delete(abort);
      abort();
    };
  };
  return {
    upload: (url, content, done) =>
      track((finished) =>
        transfer.upload(url, content, (outcome) => {
          finished();
          done(outcome);
        }),
      ),
    download: (url, mostBytes, done) =>
      track((finished) =>
        transfer.download(url, mostBytes, (content) => {
          finished();
          done(content);
        }),
      ),
    abortAll: () => {
      for (const abort of aborts) abort();
      aborts.clear();
    },
  };
}

/** Where a file of this name goes: into the folder that the address names, unless it names a file (with a dot) itself. */
export function uploadAddress(location: string, fileName: string): string {
  if (!URL.canParse(location)) return location;
  const url = new URL(location);
  const last = url.pathname.split('/').at(-1) ?? '';
  if (last.includes('.')) return location;
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${encodeURIComponent(fileName)}`;
  return url.href;
}

type Attempts = {
  /** As requested; null leaves it to the charge point. */
  readonly tries: number | null;
  readonly intervalSeconds: number | null;
  readonly after: (seconds: number, run: () => void) => void;
};

/** What the charge point does when it is left to it, and what it can be made to do at most. */
const ownTries = 3;
const ownIntervalSeconds = 20;
const mostTries = 10;
const longestIntervalSeconds = 86_400;

/** Tries until the outcome is good enough or the tries are used up; gives a function that ends it without an outcome. */
export function attempt<T>(
  { tries, intervalSeconds, after }: Attempts,
  once: (done: (outcome: T) => void) => () => void,
  isGood: (outcome: T) => boolean,
  finished: (outcome: T) => void,
): () => void {
  let left = Math.min(mostTries, Math.max(1, tries ?? ownTries));
  let ended = false;
  let abort = (): void => {};
  const interval = Math.min(longestIntervalSeconds, Math.max(0, intervalSeconds ?? ownIntervalSeconds));
  const next = (): void => {
    if (ended) return;
    left -= 1;
    abort = once((outcome) => {
      if (ended) return;
      if (isGood(outcome) || left === 0) finished(outcome);
      else after(interval, next);
    });
  };
  next();
  return () => {
    ended = true;
    abort();
  };
}
