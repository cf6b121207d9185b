/** Seeded randomness: the same seed gives the same world, and nothing in the simulation draws from anywhere else. */

export type Random = {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Whole number in low..high, both included. */
  integer(low: number, high: number): number;
  chance(probability: number): boolean;
  /** One element; the list must hold at least one. */
  pick<T>(list: readonly T[]): T;
  /** So many lower-case hexadecimal digits. */
  hex(digits: number): string;
  /** A generator of its own whose draws don't disturb this one. */
  fork(): Random;
};

const DIGITS = '0123456789abcdef';

export function createRandom(seed: number): Random {
  const step = whiteNoise(seed);
  const random: Random = {
    next: () => step() / 2 ** 32,
    between: (low, high) => low + (high - low) * random.next(),
    integer: (low, high) => low + Math.floor(random.next() * (high - low + 1)),
    chance: (probability) => random.next() < probability,
    pick: (list) => {
      const chosen = list[random.integer(0, list.length - 1)];
      if (chosen === undefined) throw new RangeError('nothing to pick from');
      return chosen;
    },
    hex: (digits) => {
      let text = '';
      while (text.length < digits) text += DIGITS[random.integer(0, 15)];
      return text;
    },
    fork: () => createRandom(step()),
  };
  return random;
}

/** A Weyl sequence through a mixer of multiplications and shifts: unsigned 32 bits a call. Not for secrets. */
function whiteNoise(seed: number): () => number {
  let weyl = seed >>> 0;
  return () => {
    weyl = (weyl + 0x9e3779b9) >>> 0;
    let bits = weyl;
    bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return (bits ^ (bits >>> 15)) >>> 0;
  };
}
