import type { Told } from './findings.ts';
import type { Ground } from './ground.ts';
import type { Peace } from './peace.ts';
import type { Stage } from './stage.ts';
import type { Surprises } from './surprises.ts';

/**
 * No circuit above its limit. What is judged is what charge points may draw by the profiles that they hold, with what the
 * building takes on top, and what is really drawn.
 */

/** Binary fractions, and the tenths in which limits are said. */
const TOLERANCE_A = 0.01;
/**
 * An increase of the building's load is over so long after the meter's next sample, where everybody can be reached (safety, I1). What may
 * be drawn and is not can take longer by `seenS`: as long as a car's current is not known again, a rise may be taken for the car's.
 */
const SHED_S = 19;
/** From a lower limit to less current, s: the reaction of cars (6 s), of charge points (6 s), and the second of looking. */
const LAG_S = 15;
/** Where not: a lease, the skew of clocks (60 s), those set wrong here (180 s behind at most, 120 s by our own), lag. */
const SKEWS_S = 60 + 180 + 120 + 15;
/**
 * What is known of the building may be as old as so many of its spans when a limit is decided: after each change of a limit, cars count
 * with all that they may draw until they were measured again (safety, rule 8: the lag of 15 s and two sample intervals); one change
 * after the other, of different cars, prolongs that. What may be drawn is judged so; what is drawn has to be right within `SHED_S`.
 */
const SEEN_SPANS = 3.4;
/** So much further back the building's load is kept, s: for limits that were long on their way, and for what rises by itself. */
const KEPT_LONGER_S = 136;

export type CurrentsJudge = ReturnType<typeof createCurrentsJudge>;

export function createCurrentsJudge(
  stage: Stage,
  { told, ground, peace, surprises }: { told: Told; ground: Ground; peace: Peace; surprises: Surprises },
) {
  const { world, meter, setting } = stage;
  const places = ground.limits.length;
  const shedS = SHED_S + setting.meterS;
  const seenS = SEEN_SPANS * (LAG_S + 2 * setting.sampleS) + setting.meterS;
  const keptS = Math.ceil(seenS) + KEPT_LONGER_S;
  const leaseS = setting.leaseS === 'auto' ? 900 : setting.leaseS;
  /** What the controller could know of the building, second by second. */
  const seen = Array.from({ length: keptS }, () => new Float64Array(places));
  let seconds = 0;
  let judged = false;
  const lastRise = new Float64Array(places);
  const peaceSince = new Float64Array(places / 3);
  const overSince = new Float64Array(places).fill(-1);
  const overLatest = new Float64Array(places).fill(-1e9);
  const drawnSince = new Float64Array(places);
  const drawnOver = new Float64Array(places).fill(0);
  let previous = ground.groups.map((_, index) => ground.allowedOf(index));
  const now = (): number => world.clock.sim.now() / 1_000;

  /** The least that the controller could think the building to take in the last so many seconds. */
  const leastSeen = (place: number, since: number): number => {
    let least = Number.POSITIVE_INFINITY;
    for (let back = 0; back <= Math.min(since, keptS - 1, seconds); back += 1) {
      least = Math.min(least, seen[(seconds - back + keptS) % keptS]?.[place] ?? 0);
    }
    return least;
  };

  /** Something may be drawn that might not before: there must have been room for it when it was decided. */
  const judgeRise = (index: number, what: string, sinceS: number): void => {
    const sums = ground.allowed(surprises.capOf);
    for (const circuit of ground.groups[index]?.[0]?.above ?? []) {
      for (let phase = 0; phase < 3; phase += 1) {
        const place = 3 * circuit + phase;
        const sum = (sums[place] ?? 0) + Math.max(0, leastSeen(place, sinceS));
        const limit = ground.limits[place] ?? 0;
        if (sum <= limit + TOLERANCE_A) continue;
        told.find(`${what} with ${sum.toFixed(1)} of ${limit} A on ${ground.nameOf(place)}`);
        return;
      }
    }
  };

  return {
    /** From now on; before that, charge points may hold no limit yet. */
    begin(): void {
      judged = true;
    },
    /** The meter says nothing true from now on, or does again: what the building takes is then what it was. */
    accepted(index: number, before: readonly number[], sentAt: number): void {
      const after = ground.allowedOf(index);
      const rises = after.some((amps, at) => amps > (before[at] ?? 0) + TOLERANCE_A);
      previous[index] = after;
      if (!judged || !rises) return;
      told.count('accepted raises');
      judgeRise(index, `${stage.points[index]?.id} accepted a raise`, Math.ceil(now() - sentAt / 1_000) + seenS);
    },
    /** Once a second. */
    look(): void {
      seconds += 1;
      const foreign = ground.foreign();
      const isSeen = !setting.metered || meter.mode === 'true';
      const last = seen[(seconds - 1) % keptS];
      const slot = seen[seconds % keptS];
      for (let place = 0; place < places; place += 1) {
        const rose = (foreign[place] ?? 0) > (last?.[place] ?? 0) + 1;
        if (rose) lastRise[place] = now();
        if (slot !== undefined) slot[place] = isSeen ? (foreign[place] ?? 0) : (last?.[place] ?? 0);
      }
      for (let circuit = 0; circuit < peaceSince.length; circuit += 1) {
        if (!peace.reigns(circuit)) peaceSince[circuit] = now();
      }
      const current = ground.groups.map((_, index) => ground.allowedOf(index));
      if (judged) {
        current.forEach((amps, index) => {
          const before = previous[index] ?? [];
          const rises = amps !== before && amps.some((each, at) => each > (before[at] ?? 0) + TOLERANCE_A);
          if (rises && !surprises.isRunning(index)) {
            judgeRise(index, `${stage.points[index]?.id} may draw more by itself`, keptS);
          }
        });
        judgeSums(foreign);
      }
      previous = current;
    },
  };

  function judgeSums(foreign: Float64Array): void {
    const full = ground.full();
    const allowed = surprises.areAny() ? ground.allowed(surprises.capOf) : full;
    const drawn = ground.drawn(surprises.isRunning);
    for (let place = 0; place < places; place += 1) {
      const limit = ground.limits[place] ?? 0;
      const others = foreign[place] ?? 0;
      const over = (allowed[place] ?? 0) + others - limit;
      if ((full[place] ?? 0) + others > limit + TOLERANCE_A) overLatest[place] = now();
      judgePermitted(place, over, limit);
      const flows = (drawn[place] ?? 0) + others;
      judgeDrawn(place, flows, limit);
      // What is drawn follows what is allowed, so it must not be more for longer than the current needs to follow.
      const unexplained = flows > limit + TOLERANCE_A && now() - (overLatest[place] ?? 0) > LAG_S;
      if (unexplained && drawnOver[place] === 0) {
        told.find(`${flows.toFixed(1)} of ${limit} A flow through ${ground.nameOf(place)}, which no limit allows`);
      }
      drawnOver[place] = unexplained ? 1 : 0;
    }
  }

  /** What flows at the fuse is over within seconds of a rise, where everybody can be reached. */
  function judgeDrawn(place: number, flows: number, limit: number): void {
    if (flows <= limit + TOLERANCE_A) {
      drawnSince[place] = now();
      return;
    }
    const since = drawnSince[place] ?? 0;
    const calm = Math.max(since, lastRise[place] ?? 0, peaceSince[Math.floor(place / 3)] ?? 0);
    if (now() - calm <= shedS + 2 * peace.slowest) return;
    told.find(`${flows.toFixed(1)} of ${limit} A flow through ${ground.nameOf(place)} for ${shedS} s`);
    drawnSince[place] = Number.POSITIVE_INFINITY;
  }

  function judgePermitted(place: number, over: number, limit: number): void {
    if (over <= TOLERANCE_A) {
      overSince[place] = -1;
      return;
    }
    const began = overSince[place] ?? -1;
    if (began === -2) return;
    if (began === -1) overSince[place] = now();
    const since = overSince[place] ?? 0;
    const calm = Math.max(since, lastRise[place] ?? 0, peaceSince[Math.floor(place / 3)] ?? 0);
    const text = `${(limit + over).toFixed(1)} of ${limit} A may flow through ${ground.nameOf(place)}`;
    if (now() - calm > shedS + seenS + 2 * peace.slowest) told.find(`${text} though all could be reached`);
    else if (now() - Math.max(since, lastRise[place] ?? 0) > leaseS + SKEWS_S) told.find(`${text} longer than a lease`);
    else return;
    // Said once.
    overSince[place] = -2;
  }
}
