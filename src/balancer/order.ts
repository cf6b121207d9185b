/**
 * Who comes first, and who may have how much: steps A (caps) and B (order) of the allocation. The allocator then admits
 * and fills in this order; nothing here touches a limit.
 */
import type { Because } from '../domain/because.ts';
import type { SharingPolicy } from '../domain/sharing-policy.ts';
import type { Instant, MilliAmps, MilliVolts, WattHours, Watts } from '../domain/units.ts';
import { type Claim, surplusCaps } from './surplus.ts';

export type CarFacts = {
  readonly key: string;
  /** 1 is served first. */
  readonly tier: number;
  /** Before all tiers, for as long as somebody wants it so. */
  readonly isBoosted: boolean;
  readonly startedAt: Instant;
  /** Phases that it uses, and their voltage: amps to watts. */
  readonly phases: number;
  readonly voltageMV: MilliVolts;
  readonly minMA: MilliAmps;
  /** By charger, cable and appetite. */
  readonly maxMA: MilliAmps;
  readonly deliveredWh: WattHours;
  readonly targetWh: WattHours | null;
  /** Somebody has said so and is trusted; null where nobody has. */
  readonly departAt: Instant | null;
  /** Since when it may charge; null while it is paused. */
  readonly onSince: Instant | null;
  /** Since when it has been paused; null where it charges or never has. */
  readonly offSince: Instant | null;
  /** Since when it has waited for current; null where it has some, or wants none. */
  readonly waitingSince: Instant | null;
  /** False: it is known not to resume. Once it charges it is never paused. */
  readonly mayPause: boolean;
  /** Drew nothing for long: it comes last. */
  readonly isResting: boolean;
};

export type RankedCar = {
  readonly key: string;
  readonly tier: number;
  /** Within the tier; the lower is admitted first. */
  readonly order: number;
  readonly weight: number;
  readonly mustKeep: boolean;
  /** What it needs to be done in time, before the next one in order gets its minimum; null where it waits for its share. */
  readonly claimMA: MilliAmps | null;
  readonly maxMA: MilliAmps;
  readonly isEligible: boolean;
  /** It gets its minimum only once all others have what they can use, as far as something is left then. */
  readonly yields: boolean;
  /** Why it is not eligible, or what caps it beside the circuits; null where nothing does. */
  readonly because: Because | null;
};

/** A car that charges keeps its place against one that leaves so little earlier, ms. */
const STAYS_AHEAD_MS = 15 * 60_000;
/** Before so much of its target a waiting car counts as not served, and moves forward by the time that it waits. */
const UNSERVED_SHARE = 0.02;
/** What a car wants that has not said it: half a battery, Wh. */
const USUAL_WH = 20_000;
/** With no more time to spare than this a car comes before others that have it, ms. */
const PRESSED_MS = 30 * 60_000;
const LEAST_WEIGHT = 0.25;
const HOUR_MS = 3_600_000;

/** `surplusW`: what generation leaves for cars, for the kind `surplus`; null where it is not known. */
export function rankCars(
  cars: readonly CarFacts[],
  policy: SharingPolicy,
  now: Instant,
  surplusW: Watts | null,
): ReadonlyMap<string, RankedCar> {
  const sorted = inOrder(cars, policy, now);
  const caps = capsOf(sorted, policy, now, surplusW);
  const ranked = new Map<string, RankedCar>();
  let tier = 0;
  let last: number | null = null;
  for (let order = 0; order < sorted.length; order += 1) {
    const car = sorted[order];
    if (car === undefined) continue;
    const own = tierOf(car);
    // Filled tier by tier, each car of a tier of its own: the first takes all that it can use.
    if (policy.kind === 'first-come' || own !== last) tier += 1;
    last = own;
    const { maxMA, because } = caps.get(car.key) ?? { maxMA: car.maxMA, because: null };
    ranked.set(car.key, {
      key: car.key,
      tier,
      order,
      weight: weightOf(car, now),
      mustKeep: !car.mayPause && car.onSince !== null,
      yields: mayYield(car, now),
      claimMA: policy.kind === 'deadline' ? claimOf(car, now) : null,
      maxMA,
      isEligible: maxMA >= car.minMA,
      because: maxMA < car.minMA && because === null ? { kind: 'not-eligible' } : because,
    });
  }
  return ranked;
}

function inOrder(cars: readonly CarFacts[], policy: SharingPolicy, now: Instant): CarFacts[] {
  return cars
    .map((car) => ({ car, standing: standingOf(car, policy, now) }))
    .sort((a, b) => {
      for (let column = 0; column < a.standing.length; column += 1) {
        const difference = (a.standing[column] ?? 0) - (b.standing[column] ?? 0);
        if (difference !== 0) return difference;
      }
      return a.car.key < b.car.key ? -1 : 1;
    })
    .map(({ car }) => car);
}

/** Of two cars that both need it: compared number by number, the lower comes first. */
type Standing = readonly number[];

function standingOf(car: CarFacts, policy: SharingPolicy, now: Instant): Standing {
  const mustContinue = car.onSince !== null && now - car.onSince < policy.minOnMs;
  const isCooling = car.offSince !== null && now - car.offSince < policy.minOffMs;
  const tier = tierOf(car);
  const resting = car.isResting ? 1 : 0;
  const goesOn = mustContinue ? 0 : 1;
  const cooling = isCooling ? 1 : 0;
  const guaranteed = car.deliveredWh < policy.guaranteeWh ? 0 : 1;
  switch (policy.kind) {
    case 'first-come':
      // Who came first stays first: neither a short turn of a later car nor a pause of its own moves it back.
      return [tier, resting, car.startedAt];
    case 'deadline':
      return [tier, resting, goesOn, cooling, guaranteed, deadlineRank(car, policy, now), car.startedAt];
    case 'equal':
    case 'surplus': {
      const pressed = spareMs(car, now) < PRESSED_MS ? 0 : 1;
      const { turn, wait, share } = turnRank(car, policy, now);
      return [tier, resting, goesOn, cooling, pressed, guaranteed, turn, wait, share, car.startedAt];
    }
  }
}

const tierOf = ({ isBoosted, tier }: CarFacts): number => (isBoosted ? 0 : tier);

/**
 * Turns: who is in the middle of one, then who waits, longest first, then whose turn is over. Waits are compared in whole
 * turns, and within one by what was delivered: nobody waits for more than 15 min x ceil((waiting + active) / active).
 */
function turnRank(car: CarFacts, policy: SharingPolicy, now: Instant): { turn: number; wait: number; share: number } {
  const share = car.deliveredWh / wantedWh(car);
  if (car.onSince !== null) return { turn: now - car.onSince < policy.rotationMs ? 0 : 2, wait: 0, share };
  const waitMs = now - (car.waitingSince ?? now);
  return { turn: 1, wait: -Math.floor(waitMs / policy.rotationMs), share };
}

function deadlineRank(car: CarFacts, policy: SharingPolicy, now: Instant): number {
  const deadline = car.departAt ?? car.startedAt + policy.usualStayMs;
  const isUnserved = car.deliveredWh < wantedWh(car) * UNSERVED_SHARE;
  const age = isUnserved && car.waitingSince !== null ? now - car.waitingSince : 0;
  return deadline - (car.onSince === null ? 0 : STAYS_AHEAD_MS) - age;
}

/** Until it leaves, without the time that it needs at its most; infinity where nobody has said both. */
function spareMs(car: CarFacts, now: Instant): number {
  const { departAt, targetWh } = car;
  if (departAt === null || targetWh === null || departAt <= now || car.deliveredWh >= targetWh) return Infinity;
  const fullW = wattsAt(car, car.maxMA);
  return fullW <= 0 ? Infinity : departAt - now - ((targetWh - car.deliveredWh) / fullW) * HOUR_MS;
}

/** The average amps that it needs until it leaves, in [0.25, its most]; 1 for whoever has not said. */
function weightOf(car: CarFacts, now: Instant): number {
  const { departAt, targetWh } = car;
  if (departAt === null || targetWh === null || departAt <= now || car.deliveredWh >= targetWh) return 1;
  return Math.max(LEAST_WEIGHT, Math.min(neededA(car, targetWh, departAt, now), car.maxMA / 1_000));
}

/** On average until it leaves. */
function neededA(car: CarFacts, targetWh: number, departAt: Instant, now: Instant): number {
  const averageW = ((targetWh - car.deliveredWh) * HOUR_MS) / (departAt - now);
  return (averageW * 1_000) / (car.phases * car.voltageMV);
}

/** In whole amps, so that it is not told anew with every watt-hour. */
function claimOf(car: CarFacts, now: Instant): MilliAmps | null {
  const { departAt, targetWh } = car;
  if (departAt === null || targetWh === null || departAt <= now || car.deliveredWh >= targetWh) return null;
  const wantedMA = Math.ceil(neededA(car, targetWh, departAt, now)) * 1_000;
  return Math.max(car.minMA, Math.min(wantedMA, car.maxMA)) as MilliAmps;
}

/** What it does not draw is of more use to others; not where that might end its session, nor when it is about to leave. */
function mayYield({ isResting, isBoosted, mayPause, departAt }: CarFacts, now: Instant): boolean {
  const leavesSoon = departAt !== null && departAt > now && departAt - now < PRESSED_MS;
  return isResting && mayPause && !isBoosted && !leavesSoon;
}

type Cap = { readonly maxMA: MilliAmps; readonly because: Because | null };

function capsOf(
  sorted: readonly CarFacts[],
  policy: SharingPolicy,
  now: Instant,
  surplusW: Watts | null,
): ReadonlyMap<string, Cap> {
  const caps = new Map<string, Cap>();
  const claims: Claim[] = [];
  for (const car of sorted) {
    const isHeld = !car.mayPause && car.onSince !== null;
    const isDone = car.targetWh !== null && car.deliveredWh >= car.targetWh && !car.isBoosted;
    if (isDone) {
      const maxMA = isHeld ? car.minMA : (0 as MilliAmps);
      caps.set(car.key, { maxMA, because: { kind: 'target-reached' } });
    } else if (car.onSince === null && mayYield(car, now)) {
      // Not with every ampere that is left: each change wears the memory of a charge point. It is asked again after a while.
      caps.set(car.key, { maxMA: 0 as MilliAmps, because: { kind: 'resting' } });
    } else if (policy.kind === 'surplus' && !car.isBoosted && spareMs(car, now) >= PRESSED_MS) {
      const mustHave = isHeld || (car.onSince !== null && now - car.onSince < policy.minOnMs);
      const { key, minMA, maxMA } = car;
      claims.push({ key, minMA, maxMA, wattsPerAmp: wattsAt(car, 1_000), mustHave });
    }
  }
  for (const [key, maxMA] of surplusCaps(claims, surplusW ?? 0)) {
    const full = claims.find((claim) => claim.key === key)?.maxMA ?? 0;
    caps.set(key, { maxMA, because: maxMA < full ? { kind: 'no-surplus' } : null });
  }
  return caps;
}

const wantedWh = ({ targetWh }: CarFacts): number => Math.max(1, targetWh ?? USUAL_WH);
const wattsAt = ({ phases, voltageMV }: CarFacts, mA: number): number => (mA * phases * voltageMV) / 1_000_000;
