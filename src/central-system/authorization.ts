import type { Event } from '../domain/events.ts';
import { monthAround } from '../domain/site-time.ts';
import { idTagKey, judge, type Token, type Verdict } from '../domain/token.ts';
import { type RuleRefusal, refusalBy, type TokenRules } from '../domain/token-rules.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Instant, WattHours } from '../domain/units.ts';
import { formatTimestamp } from '../ocpp/timestamp.ts';
import type { Context } from './handler.ts';

/** What was decided about an idTag, and why. */
export type Judgement = {
  readonly verdict: Verdict;
  /** Null for an unknown card. */
  readonly token: Token | null;
  /** Null where it is accepted. */
  readonly refusal: Refusal | null;
};

export type Refusal = { readonly rule: RuleRefusal['rule'] | null; readonly why: string };

/** The token that an idTag belongs to: by its own name, by an alias, or, if the site wants it, by the only other spelling. */
export function findToken(idTag: string, { records, policy }: Pick<Context, 'records' | 'policy'>): Token | null {
  const known = records.tokenFor(idTag);
  if (known !== null || !policy.matchCardForms) return known;
  const { whole } = records.tokensLike(idTag);
  return whole.length === 1 ? (whole[0] ?? null) : null;
}

/**
 * Our verdict on an idTag at an instant. Never ConcurrentTx: that belongs to StartTransaction alone (OCPP 1.6 §7.2).
 * Who is known and not let by a rule is Blocked: of the words that there are, "not allowed for charging" fits.
 */
export function authorize(idTag: string, context: Context, at: Instant = context.receivedAt): Judgement {
  const token = findToken(idTag, context);
  const verdict = judge(token, at, mayChargeUnknown(idTag, token, context) ? 'accept' : 'reject');
  if (verdict.status !== 'Accepted') return { verdict, token, refusal: { rule: null, why: reasonOf(verdict, idTag) } };
  const refusal = token === null ? null : refusalByRules(token, at, context);
  return { verdict: refusal === null ? verdict : { ...verdict, status: 'Blocked' }, token, refusal };
}

/** The same for who may be there to stop: rules say who may begin, and nobody may be locked to a cable by them. */
export function authorizeStop(idTag: string, context: Context): Judgement {
  const token = findToken(idTag, context);
  const verdict = judge(token, context.receivedAt, mayChargeUnknown(idTag, token, context) ? 'accept' : 'reject');
  const refusal = verdict.status === 'Accepted' ? null : { rule: null, why: reasonOf(verdict, idTag) };
  return { verdict, token, refusal };
}

/** Whether this card, or one of its group, has a transaction at this charge point that it could stop (OCPP 1.6 §3.10). */
export function mayStopHere(idTag: string, { chargePointId, records, policy }: Context): boolean {
  const token = findToken(idTag, { records, policy });
  const own = idTagKey(token?.idTag ?? idTag);
  const group = token?.parentIdTag ?? null;
  return records.runningOn(chargePointId).some(({ start, verdict }: Transaction) => {
    if (start === null || verdict?.status !== 'Accepted') return false;
    const starter = findToken(start.idTag, { records, policy });
    if (idTagKey(starter?.idTag ?? start.idTag) === own) return true;
    return group !== null && verdict.parentIdTag !== null && idTagKey(verdict.parentIdTag) === idTagKey(group);
  });
}

/**
 * The verdict as it goes on the wire at an instant, always with parent and expiry where there are any (OCPP 1.6 §4.1,
 * §3.5.1). What was valid when it began offline and has expired since is Expired: the charge point remembers the answer.
 */
export function idTagInfo(verdict: Verdict, now: Instant) {
  const lapsed = verdict.status === 'Accepted' && verdict.expiresAt !== null && verdict.expiresAt <= now;
  return {
    status: lapsed ? ('Expired' as const) : verdict.status,
    ...(verdict.expiresAt === null ? {} : { expiryDate: formatTimestamp(verdict.expiresAt) }),
    ...(verdict.parentIdTag === null ? {} : { parentIdTag: verdict.parentIdTag }),
  };
}

/** A card that is held to a reader again and again is noted once in this time, ms: each note is a write to the disk. */
const NOTED_AGAIN_MS = 60_000;

/** The note of a card that nobody knows; none where there is one of just now. */
export function unknownCardSeen(idTag: string, connectorId: number | null, context: Context): Event[] {
  const { chargePointId, receivedAt: at, records } = context;
  const last = records.unknownCardSeenAt(idTag);
  if (last !== null && Math.abs(at - last) < NOTED_AGAIN_MS) return [];
  return [{ type: 'unknown-card-seen', chargePointId, connectorId, idTag, at }];
}

function mayChargeUnknown(idTag: string, token: Token | null, { records, policy }: Context): boolean {
  if (token !== null) return false;
  return policy.unknownCards === 'accept' || (policy.unknownCards === 'accept-once' && !records.hasCharged(idTag));
}

function reasonOf({ status, expiresAt }: Verdict, idTag: string): string {
  if (status === 'Blocked') return `Token ${idTag} is blocked.`;
  if (status === 'Invalid') return `Card ${idTag} is not known.`;
  return `Token ${idTag} is expired${expiresAt === null ? '' : ` since ${formatTimestamp(expiresAt)}`}.`;
}

/** The token's own rules, and those of its group: both must allow. */
function refusalByRules(token: Token, at: Instant, context: Context): RuleRefusal | null {
  const { records } = context;
  const { idTag, parentIdTag } = token;
  const own = ask(token.rules, `Token ${idTag}`, at, context, (from, before) =>
    records.energyOfToken(idTag, from, before),
  );
  if (own !== null || parentIdTag === null) return own;
  const group = records.tokenGroup(parentIdTag);
  if (group === null) return null;
  return ask(group.rules, `Group ${group.parentIdTag}`, at, context, (from, before) =>
    records.energyOfGroup(parentIdTag, from, before),
  );
}

function ask(
  rules: TokenRules,
  whose: string,
  at: Instant,
  { chargePointId, policy: { timeZone } }: Context,
  energyBetween: (from: Instant, before: Instant) => WattHours,
): RuleRefusal | null {
  return refusalBy(rules, whose, {
    chargePointId,
    at,
    timeZone,
    energyThisMonthWh: () => {
      const { from, before } = monthAround(at, timeZone);
      return energyBetween(from, before);
    },
  });
}
