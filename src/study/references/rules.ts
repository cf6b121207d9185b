import type { Room, Rule, Waiting } from './in-slots.ts';
import type { SlotSite } from './slot-site.ts';

/** Simpler rules than the controller's, to compare with. Pilots are 0 or whole amps from the minimum on. */

/** Whole amps of what there is room for, none where that is less than the car charges with. */
function most(one: Waiting, room: Room, wishA: number): number {
  const amps = Math.floor(Math.min(wishA, room.left(one)));
  return amps < one.car.minA ? 0 : amps;
}

/**
 * First come first served: who comes gets all that it wants, or what is left; it keeps that until it is done, and nobody is
 * moved for another. Only a circuit that has less than before takes something back, from the last ones.
 */
export const firstComeFirstServed: Rule = (waiting, room) => {
  for (const one of waiting) if (one.amps > 0) room.give(one, most(one, room, Math.min(one.amps, one.mostA)));
  for (const one of waiting) if (one.amps === 0) room.give(one, most(one, room, one.mostA));
};

/** Who comes first in an order that is made anew in each slot gets all that it can use, then the next. */
const inOrder =
  (key: (one: Waiting, slot: number, site: SlotSite) => number): Rule =>
  (waiting, room, slot, site) => {
    const keys = new Map(waiting.map((one) => [one, key(one, slot, site)]));
    // The sort is stable: equals stay in the order of arrival.
    const sorted = [...waiting].sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
    for (const one of sorted) room.give(one, most(one, room, one.mostA));
  };

/** Earliest departure first. */
export const earliestDeadlineFirst = inOrder(({ car }) => car.session.departure);

/** Least time to spare first: until it leaves, without the time that it needs at its most. Knows departures and energies. */
export const leastLaxityFirst = inOrder(({ car, leftWh }, slot, site) => {
  const hoursLeft = (car.session.departure - (site.from + slot * site.slotMs)) / 3_600_000;
  return hoursLeft - leftWh / (car.wattsPerAmp * car.maxA);
});

/** Minimums in the order of arrival while they fit, then an ampere for each in turn. */
export const roundRobin: Rule = (waiting, room) => {
  let rising: Waiting[] = [];
  for (const one of waiting) {
    if (room.left(one) < one.car.minA) continue;
    room.give(one, one.car.minA);
    rising.push(one);
  }
  while (rising.length > 0) {
    rising = rising.filter((one) => {
      const amps = Math.min(one.mostA, room.given(one) + 1);
      const more = amps - room.given(one);
      if (more <= 0 || room.left(one) < more) return false;
      room.give(one, amps);
      return true;
    });
  }
};
