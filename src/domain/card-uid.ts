import { idTagKey, MAX_ID_TAG } from './token.ts';

/**
 * One card, many spellings: readers print its number with and without separators, first byte first or last, as a decimal
 * number, or cut to its first or last bytes. What is said here is only that two idTags may be the same card.
 */
export type CardForms = {
  /** Other spellings of the whole number, as keys for comparing; without the idTag itself. */
  readonly whole: readonly string[];
  /** Spellings of what a reader leaves over when it cuts the number: another card may begin or end the same. */
  readonly cut: readonly string[];
  /** With what a longer number begins of which this one may be the cut. */
  readonly beginsWith: readonly string[];
};

/** Bytes of card numbers as ISO 14443 and 15693 have them. Anything else is a name and no number. */
const LENGTHS: readonly number[] = [4, 7, 8, 10];
/** What readers cut a longer number to. */
const CUT_LENGTHS: readonly number[] = [4, 6];
const SEPARATORS = [':', '-', ' '] as const;

export function cardForms(idTag: string): CardForms {
  const own = idTagKey(idTag);
  const numbers = readingsOf(own);
  const whole = new Set(numbers.flatMap((bytes) => spellingsOf(bytes)));
  const cut = new Set<string>();
  const beginsWith = new Set<string>();
  for (const bytes of numbers) {
    for (const length of CUT_LENGTHS.filter((one) => one < bytes.length)) {
      for (const part of [bytes.slice(0, length), bytes.slice(-length)]) {
        for (const spelling of spellingsOf(part)) if (!whole.has(spelling)) cut.add(spelling);
      }
    }
  }
  for (const bytes of [...numbers, ...cutReadingsOf(own)]) {
    if (!CUT_LENGTHS.includes(bytes.length)) continue;
    for (const order of [bytes, reversed(bytes)]) {
      beginsWith.add(hexOf(order));
      for (const separator of SEPARATORS) beginsWith.add(hexOf(order, separator));
    }
  }
  whole.delete(own);
  return { whole: [...whole], cut: [...cut], beginsWith: [...beginsWith] };
}

/** Whether a known idTag that begins alike is long enough to be the whole number of a cut one. */
export function isLongerNumber(idTag: string): boolean {
  return readingsOf(idTagKey(idTag)).some((bytes) => bytes.length > 4);
}

type Bytes = readonly number[];

/** The numbers that an idTag may stand for: digits alone can be hexadecimal and decimal. */
function readingsOf(key: string): Bytes[] {
  const digits = key.replaceAll(/[:\-\s._]/g, '');
  const numbers: Bytes[] = [];
  if (/^(?:[0-9a-f]{2})+$/.test(digits) && LENGTHS.includes(digits.length / 2)) numbers.push(bytesOf(digits));
  if (/^\d{5,20}$/.test(key)) {
    for (const length of LENGTHS) {
      const hex = BigInt(key)
        .toString(16)
        .padStart(length * 2, '0');
      // The shortest that holds it; a longer one would have had leading zeros on the card.
      if (hex.length === length * 2) {
        numbers.push(bytesOf(hex));
        break;
      }
    }
  }
  return numbers;
}

function cutReadingsOf(key: string): Bytes[] {
  const digits = key.replaceAll(/[:\-\s._]/g, '');
  return /^[0-9a-f]{12}$/.test(digits) ? [bytesOf(digits)] : [];
}

/** Every way in which this number may have been entered, in both orders of its bytes. */
function spellingsOf(bytes: Bytes): string[] {
  return [bytes, reversed(bytes)]
    .flatMap((order) => [hexOf(order), ...SEPARATORS.map((separator) => hexOf(order, separator)), ...decimalsOf(order)])
    .filter((spelling) => spelling.length <= MAX_ID_TAG);
}

/** As cards have it printed; four bytes with leading zeros too. None where it would be read as a shorter number. */
function decimalsOf(bytes: Bytes): string[] {
  const decimal = BigInt(`0x${hexOf(bytes)}`).toString();
  const padded = bytes.length === 4 ? [decimal.padStart(10, '0')] : [];
  return [decimal, ...padded].filter((text) => readingsOf(text).some((read) => hexOf(read) === hexOf(bytes)));
}

const reversed = (bytes: Bytes): Bytes => [...bytes].reverse();

const bytesOf = (hex: string): Bytes => (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));

const hexOf = (bytes: Bytes, separator = ''): string =>
  bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(separator);
