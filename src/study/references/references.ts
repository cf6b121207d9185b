import type { SharingPolicy } from '../../domain/sharing-policy.ts';
import { busbarInSlots } from './busbar-in-slots.ts';
import { playInSlots, type Reference, type Rule, referenceOf } from './in-slots.ts';
import { earliestDeadlineFirst, firstComeFirstServed, leastLaxityFirst, roundRobin } from './rules.ts';
import type { SlotSite } from './slot-site.ts';

/** Names of rules as a report shows them. */
export const rules = {
  firstCome: 'first come first served',
  deadline: 'earliest departure first',
  laxity: 'least laxity first',
  roundRobin: 'round robin',
  busbar: 'Busbar in slots',
} as const;

/** All simpler rules, and the site's own policy, on the same sessions in the same slots. `driversSay` is for the policy. */
export function referencesOf(site: SlotSite, policy: SharingPolicy, driversSay = false): Reference[] {
  const all: readonly (readonly [string, Rule])[] = [
    [rules.firstCome, firstComeFirstServed],
    [rules.deadline, earliestDeadlineFirst],
    [rules.laxity, leastLaxityFirst],
    [rules.roundRobin, roundRobin],
    [rules.busbar, busbarInSlots(policy, driversSay)],
  ];
  return all.map(([name, rule]) => referenceOf(name, playInSlots(site, rule)));
}
