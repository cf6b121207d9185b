import type { Answer, Entry, Inner, Nested, Output, Step } from './items.ts';

/** The first thing that went otherwise than it is on record. */
export type Difference = {
  /** ms since 1970. */
  readonly atMs: number;
  /** What the entry was in which it happened. */
  readonly entry: Entry;
  /** In words; null where one side did nothing. */
  readonly recorded: string | null;
  readonly replayed: string | null;
};

/**
 * What followed from one entry, as it is on record, beside what a replayed controller does: it is told the same answers,
 * and must do the same in the same order. With the first difference the record is of no more use for that.
 */
export function createScript() {
  let step: Step | null = null;
  let at = 0;
  let difference: Difference | null = null;
  let sent = 0;

  const next = (): Inner | undefined => step?.inner[at];

  function differ(recorded: Inner | null, replayed: string | null): void {
    if (difference !== null || step === null) return;
    const said = recorded === null ? null : words(recorded);
    difference = { atMs: step.atMs, entry: step.entry, recorded: said, replayed };
  }

  return {
    begin(of: Step): void {
      step = of;
      at = 0;
    },
    /** Whatever is on record and has not happened is a difference; entries among it are given back, to happen late. */
    end(): Entry[] {
      const left = step?.inner.slice(at) ?? [];
      if (left[0] !== undefined) differ(left[0], null);
      step = null;
      return left.flatMap((item) => (item.kind === 'nested' ? [item.entry] : []));
    },
    /** The answer that is on record for what is asked now; undefined, and a difference, where there is none. */
    answer<K extends Answer['kind']>(kind: K, asked: string): Extract<Answer, { kind: K }> | undefined {
      const item = next();
      if (item?.kind === kind) {
        at += 1;
        return item as Extract<Answer, { kind: K }>;
      }
      differ(item ?? null, asked);
      return undefined;
    },
    /** The next item if it fits; what is on record only where it is out of the ordinary. */
    takeIf<K extends Inner['kind']>(kind: K, fits: (item: Extract<Inner, { kind: K }>) => boolean) {
      const item = next();
      if (item?.kind !== kind || !fits(item as Extract<Inner, { kind: K }>)) return undefined;
      at += 1;
      return item as Extract<Inner, { kind: K }>;
    },
    /** The controller has done something. */
    done(output: Output): void {
      const item = next();
      if (item !== undefined && same(item, output)) {
        at += 1;
        if (output.kind === 'sent') sent += 1;
        return;
      }
      differ(item ?? null, words(output));
    },
    /** Entries that came in at this point. */
    *nested(isHere: (item: Nested) => boolean): Generator<Entry> {
      for (let item = next(); item?.kind === 'nested' && isHere(item); item = next()) {
        at += 1;
        yield item.entry;
      }
    },
    differ: (replayed: string) => differ(null, replayed),
    difference: () => difference,
    /** Frames that were the same as on record. */
    sent: () => sent,
  };
}

function same(item: Inner, output: Output): boolean {
  switch (output.kind) {
    case 'sent':
      return item.kind === 'sent' && item.conn === output.conn && item.sum === output.sum;
    case 'refused':
      return item.kind === 'refused' && item.conn === output.conn && item.status === output.status;
    case 'ended':
      return item.kind === 'ended' && item.conn === output.conn;
    case 'decided':
      return (
        item.kind === 'decided' &&
        item.chargePointId === output.chargePointId &&
        item.connectorId === output.connectorId &&
        item.grantMA === output.grantMA &&
        item.because === output.because
      );
  }
}

/** What an item is, for whoever has to find out why it differs. */
function words(item: Inner): string {
  switch (item.kind) {
    case 'sent':
      return `${item.action ?? 'an answer'} sent on connection ${item.conn}, sum ${item.sum}`;
    case 'refused':
      return `connection ${item.conn} refused with ${item.status}`;
    case 'ended':
      return `connection ${item.conn} ended`;
    case 'decided':
      return `${item.chargePointId}/${item.connectorId} ${item.because}`;
    case 'nested':
      return `${item.entry.kind} came in meanwhile`;
    default:
      return `it was asked: ${item.kind}`;
  }
}
