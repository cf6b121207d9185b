import { energyOf, metPercentOf, type Outcome, qualityOf } from '../quality.ts';
import type { StudyReport } from '../report.ts';
import { hoursIn, type SlotCar, type SlotSite } from './slot-site.ts';

/** Plays a rule on a site, slot by slot, and says how well the cars were served. */

/** A car that is there and wants more. */
export type Waiting = {
  readonly car: SlotCar;
  /** What it still wants, Wh. */
  leftWh: number;
  /** What it was given in the slot before, A; 0 for none. */
  amps: number;
  /** The most that it could use in this slot, A: less than its maximum when it is nearly done, never less than its minimum. */
  mostA: number;
  /** Slots since it began, was paused, or has waited; null where that is not so. */
  onSince: number | null;
  offSince: number | null;
  waitingSince: number | null;
};

/** Gives amps to cars through `room`; who is given nothing waits. `waiting` is in the order of arrival. */
export type Rule = (waiting: readonly Waiting[], room: Room, slot: number, site: SlotSite) => void;

export type Reference = StudyReport['references'][number];

/** What is left on every row, A; a grant takes it from a circuit and all above it. */
export type Room = {
  readonly rows: Float64Array;
  /** What this car may have on top of what it has been given in this slot, A. */
  left(one: Waiting): number;
  /** Gives so much, 0 or more, in place of what it was given in this slot. */
  give(one: Waiting, amps: number): void;
  given(one: Waiting): number;
};

/** Currents on a row may be off by so much, A: sums of fractions. */
const TOLERANCE_A = 1e-9;

export function playInSlots(site: SlotSite, rule: Rule): Outcome[] {
  const rows = new Float64Array(site.parents.length * 4);
  const room = createRoom(site, rows);
  const outcomes = new Map<SlotCar, { deliveredWh: number; waitingMinutes: number | null; pauses: number }>();
  let present: Waiting[] = [];
  let next = 0;
  for (let slot = 0; slot < site.slots; slot += 1) {
    present = present.filter(({ car, leftWh }) => car.endSlot > slot && leftWh > 1e-6);
    for (let car = site.cars[next]; car !== undefined && car.firstSlot <= slot; car = site.cars[++next]) {
      outcomes.set(car, { deliveredWh: 0, waitingMinutes: null, pauses: 0 });
      const blank = { amps: 0, mostA: 0, onSince: null, offSince: null, waitingSince: slot };
      if (car.wantedWh > 0 && car.endSlot > slot) present.push({ car, leftWh: car.wantedWh, ...blank });
    }
    if (present.length === 0) continue;
    site.fillCapacity(slot, rows);
    room.begin();
    for (const one of present) {
      const hours = hoursIn(site, one.car, slot);
      const needed = hours <= 0 ? 0 : one.leftWh / (one.car.wattsPerAmp * hours);
      one.mostA = Math.min(one.car.maxA, Math.max(one.car.minA, Math.ceil(needed - TOLERANCE_A)));
    }
    rule(present, room, slot, site);
    for (const one of present) take(one, room.given(one), slot);
  }
  return [
    ...site.cars.map((car) => ({ demandWh: car.wantedWh, ...(outcomes.get(car) ?? nothing) })),
    ...site.turnedAway.map(({ energyWh }) => ({ demandWh: energyWh, ...nothing })),
  ];

  function take(one: Waiting, amps: number, slot: number): void {
    const outcome = outcomes.get(one.car);
    if (outcome === undefined) return;
    const isOn = amps > 0;
    if (isOn && outcome.waitingMinutes === null) {
      const begins = Math.max(one.car.session.arrival, site.from + slot * site.slotMs);
      outcome.waitingMinutes = (begins - one.car.session.arrival) / 60_000;
    }
    if (!isOn && one.amps > 0) outcome.pauses += 1;
    if (isOn !== one.amps > 0) {
      one.onSince = isOn ? slot : null;
      one.offSince = isOn ? null : slot;
      one.waitingSince = isOn ? null : slot;
    }
    one.amps = amps;
    const wh = Math.min(one.leftWh, amps * one.car.wattsPerAmp * hoursIn(site, one.car, slot));
    one.leftWh -= wh;
    outcome.deliveredWh += wh;
  }
}

/** As a row of the report's table. */
export function referenceOf(rule: string, outcomes: readonly Outcome[]): Reference {
  const { demandWh, deliveredWh } = energyOf(outcomes);
  return {
    rule,
    deliveredKWh: Math.round(deliveredWh) / 1_000,
    metPercent: metPercentOf(deliveredWh, demandWh),
    ...qualityOf(outcomes),
  };
}

const nothing = { deliveredWh: 0, waitingMinutes: null, pauses: 0 } as const;

function createRoom({ parents }: SlotSite, rows: Float64Array): Room & { begin(): void } {
  let given = new Map<Waiting, number>();
  return {
    rows,
    begin: () => {
      given = new Map();
    },
    left({ car }): number {
      let least = Number.POSITIVE_INFINITY;
      for (let node = car.node; node >= 0; node = parents[node] ?? -1) {
        for (const phase of car.phases) least = Math.min(least, rows[node * 4 + phase] ?? 0);
        least = Math.min(least, (rows[node * 4 + 3] ?? 0) / car.phases.length);
      }
      return least + TOLERANCE_A;
    },
    give(one, amps): void {
      const more = amps - (given.get(one) ?? 0);
      given.set(one, amps);
      for (let node = one.car.node; node >= 0; node = parents[node] ?? -1) {
        for (const phase of one.car.phases) rows[node * 4 + phase] = (rows[node * 4 + phase] ?? 0) - more;
        rows[node * 4 + 3] = (rows[node * 4 + 3] ?? 0) - more * one.car.phases.length;
      }
    },
    given: (one) => given.get(one) ?? 0,
  };
}
