import { allocate } from '../../balancer/allocate.ts';
import { HIGH_VOLTAGE_V } from '../../balancer/exposure.ts';
import { type CarFacts, rankCars } from '../../balancer/order.ts';
import type { AllocationNode } from '../../domain/allocation.ts';
import type { SharingPolicy } from '../../domain/sharing-policy.ts';
import { instant, milliAmps, milliVolts, wattHours } from '../../domain/units.ts';
import type { Rule, Waiting } from './in-slots.ts';
import type { SlotSite } from './slot-site.ts';

/** Busbar's own order and allocation in slots of time: what the policy comes to without messages, meters and ramps. */

/** Grants are whole amps, as those of the other rules. */
const STEP = milliAmps(1_000);
/** A car may be 1 mA off where amps became whole milliamps. */
const toMilliAmps = (amps: number): number => Math.floor(amps * 1_000 + 1e-6);

/** `driversSay`: everybody has said when they leave and how much they want, as rules that go by departures know it. */
export const busbarInSlots =
  (policy: SharingPolicy, driversSay = false): Rule =>
  (waiting, room, slot, site) => {
    const now = instant(site.from + slot * site.slotMs);
    const facts = waiting.map((one) => factsOf(one, site, driversSay));
    const ranked = rankCars(facts, policy, now, null);
    const plan = allocate({
      voltageMV: HIGH_VOLTAGE_V * 1_000,
      nodes: site.model.circuits.map(({ id, unbalanceMA }, node): AllocationNode => {
        const at = (phase: number): number => toMilliAmps(room.rows[node * 4 + phase] ?? 0);
        const sumA = room.rows[node * 4 + 3] ?? Number.POSITIVE_INFINITY;
        return {
          id,
          parent: site.parents[node] ?? -1,
          capacityMA: [at(0), at(1), at(2)],
          capacityW: Number.isFinite(sumA) ? sumA * HIGH_VOLTAGE_V : null,
          unbalance: unbalanceMA === null ? null : { limitMA: unbalanceMA, baseMA: [0, 0, 0] },
        };
      }),
      cars: waiting.flatMap(({ car, amps }) => {
        const rank = ranked.get(car.key);
        if (rank === undefined) return [];
        const { key, tier, order, weight, mustKeep, claimMA, maxMA } = rank;
        return [
          {
            ...{ key, tier, order, weight, mustKeep, claimMA, maxMA, step: STEP },
            node: car.node,
            phases: car.phases,
            minMA: milliAmps(car.minA * 1_000),
            heldMA: amps > 0 ? milliAmps(amps * 1_000) : null,
          },
        ];
      }),
    });
    for (const one of waiting) room.give(one, (plan.get(one.car.key)?.grantMA ?? 0) / 1_000);
  };

function factsOf(one: Waiting, site: SlotSite, driversSay: boolean): CarFacts {
  const { car, leftWh, mostA, onSince, offSince, waitingSince } = one;
  const at = (since: number | null) => (since === null ? null : instant(site.from + since * site.slotMs));
  return {
    key: car.key,
    tier: 1,
    isBoosted: false,
    startedAt: instant(car.session.arrival),
    phases: car.phases.length,
    voltageMV: milliVolts((car.wattsPerAmp * 1_000) / car.phases.length),
    minMA: milliAmps(car.minA * 1_000),
    maxMA: milliAmps(mostA * 1_000),
    deliveredWh: wattHours(car.wantedWh - leftWh),
    targetWh: driversSay ? wattHours(car.wantedWh) : null,
    departAt: driversSay ? instant(car.session.departure) : null,
    onSince: at(onSince),
    offSince: at(offSince),
    waitingSince: at(waitingSince),
    mayPause: true,
    isResting: false,
  };
}
