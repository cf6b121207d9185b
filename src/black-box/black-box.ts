import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Credentials } from '../central-system/credentials.ts';
import type { Clock, Log } from '../runtime/ports.ts';
import type { Database } from '../store/database.ts';
import { holdStore } from '../store/replay-copy.ts';
import { openBoxFiles } from './box-files.ts';
import { headText, type Settings } from './head.ts';
import { maskFrame } from './masks.ts';
import { createRecorder } from './recorder.ts';

/** Characters that are gathered before they are written, whether it is time or not. */
const FULL_CHARACTERS = 256 * 1_024;
/** What a process that has just begun does is written after this, ms, then after twice as long: some do not live for long. */
const FIRST_FLUSH_MS = 1_000;
/** Segments that the box has room for, so that little goes when the oldest has to. */
const SEGMENTS = 8;
/** A segment is so many times as large as the copy that it begins with, or larger. */
const COPIES = 3;

/** Where the box of a store lies. */
export const blackBoxFolder = (storePath: string): string => join(dirname(storePath), 'black-box');

export type BlackBox = ReturnType<typeof openBlackBox>;

/**
 * The black box of one life of the process: everything that comes into the controller, on disk, within a bound. A segment
 * begins with a copy of the store; the first one makes the whole life replayable exactly, later ones stand by for when the
 * first has to go.
 */
export function openBlackBox(site: {
  folder: string;
  /** Of all files together. */
  maxBytes: number;
  /** How long what has happened may wait to be written, ms. */
  flushMs: number;
  /** Of Busbar. */
  version: string;
  database: Database;
  settings: Settings;
  credentials: Credentials;
  clock: Clock;
  log: Log;
}) {
  const { database, settings, clock, log } = site;
  const life = randomBytes(6).toString('hex');
  const seed = randomBytes(16).toString('hex');
  let gathered: string[] = [];
  let characters = 0;
  let part = -1;
  let isOver = false;
  let timer: { cancel(): void } | null = null;
  const files = openBoxFiles({
    folder: site.folder,
    maxBytes: site.maxBytes,
    log,
    broken: () => {
      isOver = true;
      timer?.cancel();
    },
  });
  let copyBytes = 0;
  const copies = new Set<Promise<void>>();

  const recorder = createRecorder({
    clock,
    credentials: site.credentials,
    seed,
    sink: {
      line(text): void {
        if (isOver) return;
        gathered.push(text);
        characters += text.length;
      },
      settled(): void {
        if (isOver) return;
        if (characters >= FULL_CHARACTERS) flush();
        if (segment.size() > Math.max(site.maxBytes / SEGMENTS, COPIES * copyBytes)) {
          flush();
          segment = beginSegment();
        }
      },
    },
  });
  let segment = beginSegment();
  let waitMs = Math.min(site.flushMs, FIRST_FLUSH_MS);
  timer = clock.after(waitMs, beat);

  function beat(): void {
    waitMs = Math.min(site.flushMs, waitMs * 2);
    timer = clock.after(waitMs, beat);
    flush();
  }

  function flush(): void {
    if (isOver || characters === 0) return;
    segment.text(gathered.join(''));
    gathered = [];
    characters = 0;
  }

  function beginSegment() {
    part += 1;
    const { monotonicMs, aheadMs } = recorder.stood();
    const [connections, decided] = [recorder.open(), recorder.decided()];
    const { version } = site;
    const begun = files.begin(
      headText({ format: 1, version, life, part, seed, monotonicMs, aheadMs, settings, connections, decided }),
    );
    const copying = copyStore(begun).catch((error: unknown) => {
      log.error({ err: error }, 'the store could not be copied into the black box');
    });
    copies.add(copying);
    void copying.then(() => copies.delete(copying));
    return begun;
  }

  async function copyStore(to: { store(copy: Buffer): Promise<number> }): Promise<void> {
    const held = holdStore(database, clock.now(), maskFrame);
    copyBytes = await to.store(await held.copy());
  }

  return {
    record: recorder.record,
    /** For whatever stands beside the controller: it shows the times that the controller sees. */
    clock: recorder.clock,
    /** Bytes written in the life of this process. */
    written: files.written,
    /** Resolves once all that was given to the disk so far is there. */
    async settled(): Promise<void> {
      await Promise.all(copies);
      await files.settled();
    },
    /** Writes what is still in memory; nothing is recorded after it. */
    async close(): Promise<void> {
      timer?.cancel();
      flush();
      isOver = true;
      await this.settled();
    },
  };
}
