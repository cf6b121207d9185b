import type { ListEntry } from './local-list.ts';
import { idTagKey, judge, MAX_ID_TAG, type Token } from './token.ts';
import type { TokenRules } from './token-rules.ts';
import type { Instant } from './units.ts';

/** Which idTags should stand on a charge point, and what has to change for it. */

/** A token that may stand on a list, under one of its names. */
export type Candidate = {
  /** As the card says it: the token's idTag or an alias of it. */
  readonly idTag: string;
  readonly token: Token;
  /** Of its group, beside its own. */
  readonly groupRules: TokenRules;
  readonly createdAt: Instant;
};

/** Sessions of a token in the weeks before today, recent ones counting more; 0: none. */
export type TokenUse = { readonly here: number; readonly anywhere: number };

/** All tokens at a time. */
export type TokenBook = {
  /** Another one whenever any token has changed. */
  readonly revision: string;
  readonly candidates: readonly Candidate[];
  /** By key. */
  readonly candidate: (idTagKey: string) => Candidate | null;
  /** Keys of what was added, changed or removed since a revision; null where that is not known, or is too much. */
  readonly changedSince: (revision: string) => ReadonlySet<string> | null;
};

export type DesiredList = {
  /** The most likely users first; no idTag twice. */
  readonly entries: readonly ListEntry[];
  /** idTags that may charge and found no room. */
  readonly missing: number;
};

/** One entry to put, or an idTag to remove. */
export type ListChange =
  | { readonly kind: 'put'; readonly entry: ListEntry }
  | { readonly kind: 'remove'; readonly idTag: string };

/** A session here says more about the next one than a session elsewhere on the site. */
const WEIGHT_HERE = 3;
/** A token is new for this long, ms: it has had no time to be used. */
const NEW_FOR_MS = 14 * 86_400_000;
const WEIGHT_NEW = 1;
/** Who stands on the list stays unless somebody is clearly better: this factor, and this much. */
const STAYING = { factor: 1.5, bonus: 1 };

/**
 * The tokens that should stand on this charge point: all of them, and where there are more than `room`, those that most
 * likely charge there. Blocked and expired ones come last: with room for them the charge point refuses them without us
 * even where it lets unknown cards charge; without room they are merely not on the list.
 */
export function desiredList(
  candidates: readonly Candidate[],
  chargePointId: string,
  given: {
    readonly now: Instant;
    /** Entries at most. */
    readonly room: number;
    /** By key, what stands there now. */
    readonly held: ReadonlyMap<string, ListEntry>;
    readonly useOf: (chargePointId: string, idTagKey: string) => TokenUse;
  },
): DesiredList {
  const { now, room, held, useOf } = given;
  const wanted = new Map<string, { entry: ListEntry; tokenKey: string; createdAt: Instant }>();
  for (const { idTag, token, groupRules, createdAt } of candidates) {
    const { parentIdTag } = token;
    if (!fitsList(token.rules, chargePointId) || !fitsList(groupRules, chargePointId)) continue;
    if (idTag === '' || (idTag.length > MAX_ID_TAG && [...idTag].length > MAX_ID_TAG)) continue;
    const { status, expiresAt } = judge(token, now, 'reject');
    const entry = { idTag, status, expiresAt, parentIdTag };
    wanted.set(idTagKey(idTag), { entry, tokenKey: idTagKey(token.idTag), createdAt });
  }
  const all = [...wanted];
  const welcome = all.filter(([, { entry }]) => entry.status === 'Accepted');
  const missing = Math.max(0, welcome.length - room);
  if (all.length <= room) return { entries: all.map(([, { entry }]) => entry), missing };

  const ranked = all.map(([key, { entry, tokenKey, createdAt }]) => {
    const { here, anywhere } = useOf(chargePointId, tokenKey);
    const likely = here * WEIGHT_HERE + anywhere + (now - createdAt < NEW_FOR_MS ? WEIGHT_NEW : 0);
    const score = held.has(key) ? likely * STAYING.factor + STAYING.bonus : likely;
    return { key, entry, createdAt, score, welcome: entry.status === 'Accepted' };
  });
  ranked.sort(
    (a, b) =>
      Number(b.welcome) - Number(a.welcome) ||
      b.score - a.score ||
      b.createdAt - a.createdAt ||
      (a.key < b.key ? -1 : 1),
  );
  return { entries: ranked.slice(0, room).map(({ entry }) => entry), missing };
}

/**
 * A list can say who, and nothing else. Whose rules depend on the hour or on what was drawn is left out, so that the charge
 * point asks; whoever may not charge here has no place on it.
 */
function fitsList({ chargePointIds, hours, energyPerMonthWh }: TokenRules, chargePointId: string): boolean {
  if (hours.length > 0 || energyPerMonthWh !== null) return false;
  return chargePointIds.length === 0 || chargePointIds.includes(chargePointId);
}

/**
 * What has to change, the most urgent first: who may charge no longer, then whatever makes room, then the rest. Applied
 * in this order the list never grows beyond what it holds and what it should hold.
 */
export function listChanges(
  held: ReadonlyMap<string, ListEntry>,
  desired: readonly ListEntry[],
): { readonly changes: readonly ListChange[] /** How many of them take a right away. */; readonly revoking: number } {
  const wanted = new Map(desired.map((entry) => [idTagKey(entry.idTag), entry]));
  const revoking: ListChange[] = [];
  const removing: ListChange[] = [];
  const changing: ListChange[] = [];
  const adding: ListChange[] = [];
  for (const [key, entry] of held) {
    const now = wanted.get(key);
    const mayCharge = entry.status === 'Accepted';
    if (now === undefined) (mayCharge ? revoking : removing).push({ kind: 'remove', idTag: entry.idTag });
    else if (!isSame(entry, now)) {
      (mayCharge && now.status !== 'Accepted' ? revoking : changing).push({ kind: 'put', entry: now });
    }
  }
  for (const [key, entry] of wanted) if (!held.has(key)) adding.push({ kind: 'put', entry });
  return { changes: [...revoking, ...removing, ...changing, ...adding], revoking: revoking.length };
}

function isSame(a: ListEntry, b: ListEntry): boolean {
  return a.status === b.status && a.expiresAt === b.expiresAt && a.parentIdTag === b.parentIdTag;
}
