import type { SlotCar, SlotSite } from './references/slot-site.ts';

/** Cuts the time of a site into stretches in which nobody comes or goes, and its cars into pieces that never compete. */

export type Stretch = {
  readonly hours: number;
  readonly cars: readonly SlotCar[];
  /** Those rows that could be full: what may flow, and how many of a car's amps count on it. */
  readonly rows: readonly { readonly capacityA: number; readonly share: (car: SlotCar) => number }[];
};

export type Piece = { readonly cars: readonly SlotCar[]; readonly stretches: readonly Stretch[] };

/** `free`: cars that nothing keeps from taking what their stay allows, Wh. */
export function piecesOf(
  site: SlotSite,
  finestMs: number,
): { readonly pieces: readonly Piece[]; readonly free: ReadonlyMap<SlotCar, number> } {
  const stretches = stretchesOf(site, finestMs);
  const leader = new Map(site.cars.map((car) => [car, car]));
  const leaderOf = (car: SlotCar): SlotCar => {
    let at = car;
    for (let up = leader.get(at); up !== undefined && up !== at; up = leader.get(at)) at = up;
    leader.set(car, at);
    return at;
  };
  const contested = new Set<SlotCar>();
  for (const { cars, rows } of stretches) {
    for (const { share } of rows) {
      const on = cars.filter((car) => share(car) > 0);
      for (const car of on) {
        contested.add(car);
        leader.set(leaderOf(car), leaderOf(on[0] ?? car));
      }
    }
  }
  const groups = new Map<SlotCar, SlotCar[]>();
  for (const car of contested) {
    const own = leaderOf(car);
    groups.set(own, [...(groups.get(own) ?? []), car]);
  }
  const inGroup = new Map<SlotCar, Stretch[]>();
  for (const stretch of stretches) {
    const shared = new Map<SlotCar, SlotCar[]>();
    for (const car of stretch.cars) {
      if (!contested.has(car)) continue;
      const own = leaderOf(car);
      shared.set(own, [...(shared.get(own) ?? []), car]);
    }
    for (const [own, cars] of shared) {
      const rows = stretch.rows.filter(({ share }) => cars.some((car) => share(car) > 0));
      inGroup.set(own, [...(inGroup.get(own) ?? []), { hours: stretch.hours, cars, rows }]);
    }
  }
  const free = new Map<SlotCar, number>();
  for (const car of site.cars) if (!contested.has(car)) free.set(car, Math.min(car.wantedWh, stayWh(car)));
  return { pieces: [...groups].map(([own, cars]) => ({ cars, stretches: inGroup.get(own) ?? [] })), free };
}

/** What its stay allows at full current. */
const stayWh = ({ session, maxA, wattsPerAmp }: SlotCar): number =>
  (Math.max(0, session.departure - session.arrival) / 3_600_000) * maxA * wattsPerAmp;

function stretchesOf(site: SlotSite, finestMs: number): Stretch[] {
  const { cars } = site;
  const end = site.from + site.slots * site.slotMs;
  const cuts = new Set<number>();
  for (const { session } of cars) cuts.add(session.arrival).add(session.departure);
  for (let at = site.from; at <= end; at += finestMs) cuts.add(at);
  const moments = [...cuts].sort((a, b) => a - b);
  const capacity = createMeans(site);
  let present: SlotCar[] = [];
  let next = 0;
  const stretches: Stretch[] = [];
  let before: { key: string; until: number } | null = null;
  for (const [at, from] of moments.entries()) {
    const to = moments[at + 1];
    if (to === undefined) break;
    present = present.filter(({ session }) => session.departure > from);
    for (let car = cars[next]; car !== undefined && car.session.arrival <= from; car = cars[++next]) {
      if (car.wantedWh > 0 && car.session.departure > from) present.push(car);
    }
    if (present.length === 0) {
      before = null;
      continue;
    }
    const rows = contestedRows(site, present, capacity(from, to));
    const hours = (to - from) / 3_600_000;
    const last = stretches.at(-1);
    const key = `${present.map(({ session }) => session.id).join()} ${rows.map(({ capacityA }) => capacityA.toFixed(6)).join()}`;
    // With the same cars and the same capacities two stretches are one: what is best on the mean is best on both.
    if (last !== undefined && before !== null && before.key === key && before.until === from) {
      stretches[stretches.length - 1] = { ...last, hours: last.hours + hours };
    } else stretches.push({ hours, cars: [...present], rows });
    before = { key, until: to };
  }
  return stretches;
}

/** Rows on which all cars together could draw more than may flow. */
function contestedRows(site: SlotSite, present: readonly SlotCar[], capacity: Float64Array): Stretch['rows'] {
  const most = new Float64Array(capacity.length);
  for (const car of present) {
    for (let node = car.node; node >= 0; node = site.parents[node] ?? -1) {
      for (const phase of car.phases) most[node * 4 + phase] = (most[node * 4 + phase] ?? 0) + car.maxA;
      most[node * 4 + 3] = (most[node * 4 + 3] ?? 0) + car.maxA * car.phases.length;
    }
  }
  const rows: { capacityA: number; share: (car: SlotCar) => number }[] = [];
  for (const [row, capacityA] of capacity.entries()) {
    if ((most[row] ?? 0) <= capacityA) continue;
    const node = row >> 2;
    const phase = row & 3;
    rows.push({
      capacityA,
      share: (car) => {
        if (!isBelow(site, car.node, node)) return 0;
        return phase === 3 ? car.phases.length : car.phases.some((each) => each === phase) ? 1 : 0;
      },
    });
  }
  return rows;
}

function isBelow({ parents }: SlotSite, node: number, above: number): boolean {
  for (let at = node; at >= 0; at = parents[at] ?? -1) if (at === above) return true;
  return false;
}

/** The mean capacity of the slots in a stretch, A by row. */
function createMeans(site: SlotSite): (from: number, to: number) => Float64Array {
  const rows = site.parents.length * 4;
  const kept = new Map<number, Float64Array>();
  const ofSlot = (slot: number): Float64Array => {
    let found = kept.get(slot);
    if (found === undefined) {
      found = new Float64Array(rows);
      site.fillCapacity(slot, found);
      if (kept.size > 100) kept.clear();
      kept.set(slot, found);
    }
    return found;
  };
  return (from, to) => {
    const mean = new Float64Array(rows);
    for (let at = from; at < to; ) {
      const slot = Math.floor((at - site.from) / site.slotMs);
      const until = Math.min(to, site.from + (slot + 1) * site.slotMs);
      const share = (until - at) / (to - from);
      for (const [row, amps] of ofSlot(slot).entries()) mean[row] = (mean[row] ?? 0) + amps * share;
      at = until;
    }
    return mean;
  };
}
