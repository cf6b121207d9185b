import { standardKey } from './configuration-keys.ts';
import type { Instant } from './units.ts';

/** One configuration key as a charge point reports it (OCPP 1.6 §7.29). Null: it tells no value, or the value is a secret. */
export type ReportedKey = {
  readonly key: string;
  readonly value: string | null;
  readonly readonly: boolean;
  /** Its value is nobody's business: it is neither kept nor shown. */
  readonly secret: boolean;
};

/**
 * A value that a key shall have, and who says so; the first of api, charge-point, group, all and commissioning that names
 * the key.
 */
export type ConfigurationWish = {
  readonly key: string;
  readonly value: string;
  readonly from: 'api' | 'upstream' | 'charge-point' | 'group' | 'all' | 'commissioning';
  /** What will do as well where the value is refused, the best first. */
  readonly alternatives?: readonly string[];
};

/** What the configuration file wishes: of all charge points, and of single ones (their own and their group's). */
export type WishedConfiguration = {
  readonly all: readonly ConfigurationWish[];
  readonly of: ReadonlyMap<string, readonly ConfigurationWish[]>;
  /** What balancing needs of every charge point, as far as nobody wishes otherwise. */
  readonly commissioning?: readonly ConfigurationWish[];
};

/** What the last ChangeConfiguration of a key came to, whoever sent it. */
export type ConfigurationAttempt = {
  readonly key: string;
  /** What was wished for; a list that was too long is sent shorter than it is wanted. */
  readonly wanted: string;
  readonly sent: string;
  readonly outcome: /** Accepted, which proves nothing until the key has been read again. */
    | 'taken'
    | 'verified'
    /** Accepted, and the key has another value all the same. */
    | 'not-applied'
    /** Accepted, and the key cannot be read. */
    | 'unverifiable'
    | 'refused'
    | 'not-supported'
    | 'reboot-required'
    /** The answer was an error, or none that OCPP knows. */
    | 'failed'
    | 'no-answer';
  readonly reason: string | null;
  /** How often in a row no answer came. */
  readonly silences: number;
  /** The charge point has been asked to restart for this value before: once is enough. */
  readonly restarted: boolean;
  readonly at: Instant;
};

/** How far the reading of a charge point's configuration has come. */
export type ConfigurationReading = {
  /** Since its last boot it has not been begun, or somebody wants it anew. */
  readonly due: boolean;
  /** Somebody asked for it, also where nothing is read without being asked for. */
  readonly wanted: boolean;
  readonly step: 'whole' | 'chunks' | 'done';
  /** A message for several keys went wrong: one key in a message from then on. */
  readonly oneByOne: boolean;
  /** Keys, folded, of which this reading has heard, or has tried in vain to. */
  readonly heardOf: ReadonlySet<string>;
};

export type ConfigurationEvent =
  | {
      type: 'configuration-reported';
      chargePointId: string;
      keys: readonly ReportedKey[];
      /** Asked for, but not known to the charge point. */
      unknownKeys: readonly string[];
      /** Asked for, and not spoken of in the answer. */
      unansweredKeys?: readonly string[];
      /** Everything that the charge point has, and not only what it was asked for. */
      complete: boolean;
      at: Instant;
    }
  /** The charge point has said that it takes a value; `value` is null where it is a secret. */
  | { type: 'configuration-taken'; chargePointId: string; key: string; value: string | null; at: Instant }
  | { type: 'configuration-answered'; chargePointId: string; attempt: Omit<ConfigurationAttempt, 'restarted'> }
  /** A value that the charge point said it takes has been read again, or could not be. */
  | {
      type: 'configuration-checked';
      chargePointId: string;
      key: string;
      outcome: 'verified' | 'not-applied' | 'unverifiable';
      at: Instant;
    }
  | { type: 'configuration-reading-begun'; chargePointId: string; at: Instant }
  /** No usable answer to a question for these keys; for all of them where the list is empty. */
  | { type: 'configuration-unread'; chargePointId: string; keys: readonly string[]; at: Instant }
  /** Read key by key, to the end. */
  | { type: 'configuration-read-through'; chargePointId: string; at: Instant }
  | { type: 'configuration-refresh-wanted'; chargePointId: string; at: Instant }
  | {
      type: 'configuration-wished';
      chargePointId: string;
      key: string;
      value: string;
      /** Who wishes it, and owns the key from now on; left out: `api`. */
      owner?: 'api' | 'upstream';
      /** The wish of the backend is set aside until then, and stays; null or left out: this is the wish. */
      overrideUntil?: Instant | null;
      at: Instant;
    }
  /** What the backend wishes holds again. */
  | { type: 'configuration-override-ended'; chargePointId: string; key: string; at: Instant }
  | { type: 'configuration-wish-dropped'; chargePointId: string; key: string; at: Instant }
  /** The charge point has been asked to restart while values waited for that. */
  | { type: 'configuration-restart-asked'; chargePointId: string; at: Instant };

/** Keys are case-insensitive (OCPP 1.6 §7.29): this form is for comparing, never for showing. */
export const configurationKey = (key: string): string => key.toLowerCase();

/** Configuration keys whose value is nobody's business, in OCPP (AuthorizationKey) and in vendors' own keys. */
const SECRET_KEY = /passw|passphrase|passcode|pwd|psk|secret|token|key|credential/i;
/** The name has "key" in it, and the value is a number that everybody may know (OCPP 1.6 §9.1.9). */
const HARMLESS_KEY = /^GetConfigurationMaxKeys$/i;

/** Whether the value of this configuration key is nobody's business. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key) && !HARMLESS_KEY.test(key);
}

/** What a charge point's keys shall be, by name: for each key the first of api, charge point, group, all, commissioning that names it. */
export function wishesFor(
  chargePointId: string,
  file: WishedConfiguration,
  byApi: readonly ConfigurationWish[],
): ConfigurationWish[] {
  const wishes = new Map<string, ConfigurationWish>();
  const ranked = [...byApi, ...(file.of.get(chargePointId) ?? []), ...file.all, ...(file.commissioning ?? [])];
  for (const wish of ranked) {
    const folded = configurationKey(wish.key);
    if (!wishes.has(folded)) wishes.set(folded, wish);
  }
  return [...wishes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, wish]) => wish);
}

/** Whether two values of a key say the same: 60 and 060, TRUE and true, a list in another order. */
export function sameValue(key: string, one: string, other: string): boolean {
  const [a, b] = [one.trim(), other.trim()];
  if (a === b) return true;
  if (isNumber(a) && isNumber(b)) return Number(a) === Number(b);
  if (/^(?:true|false)$/i.test(a)) return a.toLowerCase() === b.toLowerCase();
  if (standardKey(key)?.type !== 'list' && !a.includes(',') && !b.includes(',')) return false;
  const [left, right] = [itemsOf(a).sort(), itemsOf(b).sort()];
  return left.length === right.length && left.every((item, at) => item === right[at]);
}

/** The entries of a comma-separated list, for comparing. */
const itemsOf = (list: string): string[] =>
  list
    .split(',')
    .map((item) => item.trim().toLowerCase())
    .filter((item) => item !== '');

/** Up to 15 digits, which a number holds exactly: longer ones are names. */
const isNumber = (text: string): boolean => /^[+-]?\d{1,15}(?:\.\d{1,6})?$/.test(text);
