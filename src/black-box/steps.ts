import type { Inner, Step } from './items.ts';
import { entryKind, entryOf, innerOf } from './lines.ts';

/** Where the clocks stand while pieces of text are read one after the other. */
export type ReadingClock = { monotonicMs: number; aheadMs: number };

/** The steps of one piece of text, which ends where a step does; `clock` goes on with them. Throws where it is none. */
export function* stepsOf(text: string, clock: ReadingClock): Generator<Step> {
  let open: (Step & { inner: Inner[] }) | null = null;
  for (let at = 0; at < text.length; ) {
    let end = text.indexOf('\n', at);
    const line = text.slice(at, end);
    at = end + 1;
    if (line.startsWith('w')) {
      clock.aheadMs = Number(line.slice(1));
      continue;
    }
    const isNested = line.startsWith('+');
    const from = isNested ? line.indexOf(' ') + 1 : 0;
    const said = line.slice(from);
    const kind = entryKind(said);
    if (kind === undefined) {
      const item = innerOf(said);
      if (item.kind === 'caught-up') clock.monotonicMs += item.ms;
      open?.inner.push(item);
      continue;
    }
    const space = said.indexOf(' ');
    let body = space < 0 ? '' : said.slice(space + 1);
    if (kind === 'frame') {
      const length = Number(body.split(' ')[1]);
      end = at + length;
      body += `\n${text.slice(at, end)}`;
      at = end + 1;
    }
    if (!isNested) {
      if (open !== null) yield open;
      clock.monotonicMs += Number(said.slice(1, space < 0 ? undefined : space));
    }
    const { monotonicMs } = clock;
    const atMs = monotonicMs + clock.aheadMs;
    const entry = entryOf(kind, body, { monotonicMs, atMs });
    if (isNested) open?.inner.push({ kind: 'nested', feedSeq: Number(line.slice(1, from)), entry });
    else open = { atMs, monotonicMs, entry, inner: [] };
  }
  if (open !== null) yield open;
}
