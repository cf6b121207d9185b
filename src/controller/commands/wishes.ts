import { type ChargingWish, departureAfter, MAX_WISHES, noTerms, wishProblem } from '../../domain/charging-wish.ts';
import type { Command } from '../../domain/commands.ts';
import { policyProblem } from '../../domain/sharing-policy.ts';
import { type CommandSite, type Done, ended, recorded } from '../command-steps.ts';
import type { Decision } from '../turn.ts';

type WishCommand = Extract<Command, { type: 'set-charging-wish' | 'drop-charging-wish' | 'boost' | 'set-policy' }>;

/** What drivers and operators want, and how the site shares: on record here, and taken up by the next look at the site. */
export function decideWishes(command: WishCommand, site: CommandSite, done: Done): Decision {
  const { records, clock } = site;
  const at = clock.now();
  switch (command.type) {
    case 'set-charging-wish':
      return set({ ...command.terms, subject: command.subject, setAt: at }, site, done);
    case 'boost': {
      const subject = { kind: 'transaction', id: command.transactionId } as const;
      const before = records.chargingWish(subject) ?? noTerms;
      return set({ ...before, boostUntil: command.until, subject, setAt: at }, site, done);
    }
    case 'drop-charging-wish': {
      const { subject } = command;
      return records.chargingWish(subject) === null
        ? ended(done, { kind: 'unknown', what: 'such plan' })
        : recorded([{ type: 'charging-wish-dropped', subject, at }], site, done);
    }
    case 'set-policy': {
      const why = policyProblem(command.policy);
      return why === null
        ? recorded([{ type: 'policy-changed', policy: command.policy, at }], site, done)
        : ended(done, { kind: 'invalid', why });
    }
  }
}

function set(given: ChargingWish, site: CommandSite, done: Done): Decision {
  const { records } = site;
  const { subject, setAt: at } = given;
  const before = records.chargingWish(subject);
  const wish = { ...given, departAt: departureOf(given, site) };
  // What held already may have passed by now; only what is new must lie ahead.
  const { departAt, boostUntil } = wish;
  const departsAsBefore = before !== null && JSON.stringify(departAt) === JSON.stringify(before.departAt);
  const why = wishProblem(
    {
      ...wish,
      departAt: departsAsBefore ? null : departAt,
      boostUntil: boostUntil === before?.boostUntil ? null : boostUntil,
    },
    at,
  );
  if (why !== null) return ended(done, { kind: 'invalid', why });
  if (subject.kind === 'transaction' && !records.isRunning(subject.id)) {
    return ended(done, { kind: 'unknown', what: `transaction ${subject.id} that runs` });
  }
  if (subject.kind === 'token' && records.tokenFor(subject.idTag) === null) {
    return ended(done, { kind: 'unknown', what: `token ${subject.idTag}` });
  }
  if (subject.kind === 'reservation' && records.reservation(subject.id) === null) {
    return ended(done, { kind: 'unknown', what: `reservation ${subject.id}` });
  }
  if (before === null && records.countChargingWishes() >= MAX_WISHES) {
    const why = `There are ${MAX_WISHES} plans already, which is the most. Drop some that are not needed.`;
    return ended(done, { kind: 'conflict', why });
  }
  return recorded([{ type: 'charging-wish-set', wish, at }], site, done);
}

/** "16:30" of a session that runs is the next one; of what lasts longer it is every day's. */
function departureOf({ subject, departAt, setAt }: ChargingWish, { policy }: CommandSite): ChargingWish['departAt'] {
  if (subject.kind !== 'transaction' || departAt?.kind !== 'daily') return departAt;
  return { kind: 'at', at: departureAfter(departAt, setAt, policy.timeZone) };
}
