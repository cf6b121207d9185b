import type { Controller } from '../controller/controller.ts';
import type { LimitValue, SiteLimit } from '../domain/site-limit.ts';
import type { MilliAmps, PerPhase, Watts } from '../domain/units.ts';
import type { Clock, Timer } from '../runtime/ports.ts';

/** What flows through a circuit now; null where no meter tells. */
export type Measure = (
  circuit: string,
) => { readonly currentMA: PerPhase<MilliAmps | null>; readonly powerW: Watts | null } | null;

/** When a circuit is looked at after a limit was commanded, ms; 0 is before anything has come of it. */
const LOOKS_MS = [0, 5_000, 15_000, 30_000, 60_000, 300_000] as const;

/** Measures what comes of each limit that is commanded, and keeps it as evidence. */
export function watchEffects(site: {
  controller: Pick<Controller, 'execute' | 'feed'>;
  clock: Clock;
  measure: Measure;
}) {
  const { controller, clock, measure } = site;
  const timers = new Map<string, Timer>();
  const values = new Map<string, SiteLimit>();
  const deaf = controller.feed.listen(({ event }) => {
    if (event.type === 'site-limit-set') values.set(event.limit.id, event.limit);
    if (event.type === 'site-limit-ended') {
      values.delete(event.id);
      timers.get(event.id)?.cancel();
      timers.delete(event.id);
    }
    if (event.type !== 'limit-evidence-noted' || event.evidence.kind !== 'command') return;
    const limit = values.get(event.evidence.limitId);
    if (limit !== undefined && event.evidence.value !== null) begin(limit);
  });

  /** A newer command of the same limit takes the place of the older one. */
  function begin(limit: SiteLimit): void {
    timers.get(limit.id)?.cancel();
    look(limit, 0);
  }

  function look(limit: SiteLimit, index: number): void {
    const afterMs = LOOKS_MS[index] ?? 0;
    const measured = measure(limit.circuit);
    const effect = {
      limitId: limit.id,
      circuit: limit.circuit,
      source: limit.source,
      afterMs,
      currentMA: measured?.currentMA ?? ([null, null, null] as const),
      powerW: measured?.powerW ?? null,
      reached: measured === null ? null : isReached(limit.value, measured),
    };
    void controller.execute({ type: 'note-limit-effect', effect });
    const next = LOOKS_MS[index + 1];
    if (next === undefined) timers.delete(limit.id);
    else
      timers.set(
        limit.id,
        clock.after(next - afterMs, () => look(limit, index + 1)),
      );
  }

  return {
    stop(): void {
      deaf();
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
    },
  };
}

/** Null where what the limit speaks of was not measured. */
function isReached({ limitMA, limitW }: LimitValue, measured: NonNullable<ReturnType<Measure>>): boolean | null {
  const pairs: [limit: number, is: number | null][] = (limitMA ?? []).map((limit, phase) => [
    limit,
    measured.currentMA[phase] ?? null,
  ]);
  if (limitW !== null) pairs.push([limitW, measured.powerW]);
  if (pairs.some(([limit, is]) => is !== null && is > limit)) return false;
  return pairs.some(([, is]) => is === null) ? null : true;
}
