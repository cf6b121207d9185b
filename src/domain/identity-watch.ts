/**
 * Whether two charge points go by one id: what each says of itself when it boots. One that takes the place of another is an
 * exchange of hardware; one that comes back after another was there shows that both are in use.
 */
import type { Nameplate } from './charge-point.ts';
import type { Monotonic } from './units.ts';

export type Identity = Pick<Nameplate, 'vendor' | 'model' | 'serialNumber' | 'boxSerialNumber' | 'firmwareVersion'>;

export type IdentityWatch = {
  /** Those that were here lately, the one that is here now last; `until`: when the next one came, or its last boot. */
  readonly seen: readonly { readonly identity: Identity; readonly until: Monotonic }[];
  /** How many times one has come back after another. */
  readonly returns: number;
  /** When there was last a sign that both are in use; null while there is none. */
  readonly twoAt: Monotonic | null;
};

/** Remembered at most: who changes its name more often is no second charge point, and no less suspicious. */
const MOST_SEEN = 4;
/** One that comes back later than this was on a shelf; and without a sign for so long there is one of them again, ms. */
export const TWIN_WINDOW_MS = 86_400_000;
/** Without serial numbers, only the firmware tells them apart; an update that failed comes back once, too. */
const RETURNS_WITHOUT_NAME = 2;

/** From what is on record: the one that was here last. */
export function watchIdentity(identity: Identity | null, now: Monotonic): IdentityWatch {
  return { seen: identity === null ? [] : [{ identity, until: now }], returns: 0, twoAt: null };
}

/** The watch after a boot. */
export function noteIdentity(watch: IdentityWatch, identity: Identity, now: Monotonic): IdentityWatch {
  const here = watch.seen.at(-1);
  const seen = [...watch.seen.slice(0, -1), ...(here === undefined ? [] : [{ ...here, until: now }])];
  const recent = seen.filter(({ until }) => now - until < TWIN_WINDOW_MS);
  if (here === undefined || !isOther(here.identity, identity)) {
    const before = recent.slice(0, -1);
    // What it did not say this time it may have said before.
    const fullest = here !== undefined && serialOf(identity) === null ? here.identity : identity;
    return { ...watch, seen: [...before, { identity: fullest, until: now }] };
  }
  const earlier = recent.find((one) => !isOther(one.identity, identity));
  const others = recent.filter((one) => one !== earlier);
  const kept = recent.length > 1 ? watch.returns : 0;
  const returns = earlier === undefined ? kept : kept + 1;
  const isNamed = serialOf(identity) !== null || !isAlike(identity, here.identity);
  const isSign = earlier !== undefined && (isNamed || returns >= RETURNS_WITHOUT_NAME);
  return {
    seen: [...others, { identity, until: now }].slice(-MOST_SEEN),
    returns,
    twoAt: isSign ? now : watch.twoAt,
  };
}

/** Another one was here lately: which of them connects is asked for. */
export const isSuspicious = ({ seen }: IdentityWatch, now: Monotonic): boolean =>
  seen.slice(0, -1).some(({ until }) => now - until < TWIN_WINDOW_MS);

/** There has been no sign for long, or a person says so: the one that is here is the only one. */
export function onlyOne({ seen }: IdentityWatch): IdentityWatch {
  return { seen: seen.slice(-1), returns: 0, twoAt: null };
}

/** What names no serial number can't be told from one that does. */
function isOther(one: Identity, other: Identity): boolean {
  if (!isAlike(one, other)) return true;
  const [first, second] = [serialOf(one), serialOf(other)];
  if (first !== null && second !== null) return first !== second;
  return first === null && second === null && one.firmwareVersion !== other.firmwareVersion;
}

const isAlike = (one: Identity, other: Identity): boolean => one.vendor === other.vendor && one.model === other.model;

const serialOf = ({ serialNumber, boxSerialNumber }: Identity): string | null => serialNumber ?? boxSerialNumber;
