import { inflateRawSync } from 'node:zlib';
import { readBlocks } from './blocks.ts';
import { boxFiles, DICTIONARY_BYTES } from './box-files.ts';
import { type Head, headOf } from './head.ts';
import type { Step } from './items.ts';
import { stepsOf } from './steps.ts';

/** The box as it is read: lives of the process, each a row of segments. */

/** One file. */
export type Segment = { readonly path: string; readonly head: Head; readonly bytes: number };

/** The segments of one process that are left, in their order. */
export type Life = { readonly id: string; readonly segments: readonly Segment[] };

/** All lives in the folder, the oldest first. Files that nobody understands are left out. */
export function livesIn(folder: string): Life[] {
  const lives = new Map<string, Segment[]>();
  for (const path of boxFiles(folder)) {
    const blocks = readBlocks(path);
    const [first] = blocks;
    if (first?.kind !== 'head') continue;
    const head = headOf(inflateRawSync(first.content).toString('utf8'));
    if (head === null) continue;
    const bytes = blocks.reduce((sum, { content }) => sum + content.length, 0);
    const segments = lives.get(head.life) ?? [];
    segments.push({ path, head, bytes });
    lives.set(head.life, segments);
  }
  return [...lives].map(([id, segments]) => ({ id, segments }));
}

/** The copy of the store that a segment begins with; null where the process ended before it was written. */
export function storeOf({ path }: Segment): Buffer | null {
  const block = readBlocks(path).find(({ kind }) => kind === 'store');
  return block === undefined ? null : inflateRawSync(block.content);
}

/** The steps of these segments, which follow one another, up to where the last of them ends or is torn. */
export function* stepsIn(segments: readonly Segment[]): Generator<Step> {
  for (const { path, head } of segments) {
    const clock = { monotonicMs: head.monotonicMs, aheadMs: head.aheadMs };
    let dictionary = Buffer.alloc(0);
    for (const { kind, content } of readBlocks(path)) {
      if (kind !== 'text') continue;
      const text = inflateRawSync(content, dictionary.length === 0 ? {} : { dictionary });
      dictionary = Buffer.from(text.subarray(-DICTIONARY_BYTES));
      yield* stepsOf(text.toString('utf8'), clock);
    }
  }
}

/** When a life begins and ends, ms since 1970; null where it holds nothing. */
export function spanOf({ segments }: Life): { readonly fromMs: number; readonly toMs: number } | null {
  const [first] = segments;
  const newest = segments.at(-1);
  if (first === undefined || newest === undefined) return null;
  let toMs: number | null = null;
  for (const { atMs } of stepsIn([newest])) toMs = atMs;
  const fromMs = first.head.monotonicMs + first.head.aheadMs;
  return { fromMs, toMs: toMs ?? newest.head.monotonicMs + newest.head.aheadMs };
}
