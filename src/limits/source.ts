import type { Controller } from '../controller/controller.ts';
import type { LimitValue, SiteLimit } from '../domain/site-limit.ts';
import { sameLimit, siteLimitId } from '../domain/site-limits.ts';
import type { Monotonic } from '../domain/units.ts';
import type { Clock, Log } from '../runtime/ports.ts';

/** What sources of limits need of the controller. */
export type LimitDesk = Pick<Controller, 'execute'> & {
  readonly reader: Pick<Controller['reader'], 'siteLimit' | 'siteLimits'>;
};

export type LimitSource = ReturnType<typeof createLimitSource>;

/**
 * One source that lowers one circuit. It says what it wants as often as it likes: what is new is set at once, what still
 * holds is renewed when half of its time is over, so that a relay read every second does not write every second.
 */
export function createLimitSource(site: {
  circuit: string;
  source: string;
  ttlMs: number;
  then: SiteLimit['then'];
  desk: LimitDesk;
  clock: Clock;
  log: Log;
}) {
  const { circuit, source, ttlMs, desk, clock, log } = site;
  const id = siteLimitId(source, circuit);
  let set: { readonly value: LimitValue; readonly at: Monotonic } | null = null;
  let last: Promise<void> = Promise.resolve();
  let failing = false;
  let waiting: { readonly value: LimitValue | null; readonly raw: string } | null = null;

  return {
    /** Null: there is no limit. Resolves when it holds, or could not be set; the next word then tries again. */
    say(value: LimitValue | null, raw: string): Promise<void> {
      const under = waiting !== null;
      waiting = { value, raw };
      // Of what comes faster than it can be written, only the latest counts.
      if (!under) last = last.then(next);
      return last;
    },
    id,
  };

  async function next(): Promise<void> {
    const word = waiting;
    waiting = null;
    if (word === null) return;
    const { value, raw } = word;
    if (value === null) {
      set = null;
      if (desk.reader.siteLimit(id) !== null) note(await desk.execute({ type: 'end-site-limit', id, signal: raw }));
      return;
    }
    const now = clock.monotonic();
    const known = desk.reader.siteLimit(id);
    const holds = set !== null && known !== null && sameLimit(known.value, value) && known.until !== null;
    if (holds && set !== null && now - set.at < ttlMs / 2) return;
    const result = await desk.execute({
      type: 'set-site-limit',
      circuit,
      source,
      value,
      ttlMs,
      // biome-ignore lint/suspicious/noThenProperty: the name of the contract; nobody awaits a command
      then: site.then,
      signal: raw,
    });
    set = note(result) ? { value, at: now } : null;
  }

  function note(result: Awaited<ReturnType<LimitDesk['execute']>>): boolean {
    const good = result.kind === 'created' || result.kind === 'done' || result.kind === 'unknown';
    if (!good && !failing) log.error({ source, circuit, result }, 'a limit from outside could not be set');
    failing = !good;
    return good;
  }
}
