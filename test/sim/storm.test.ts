import { describe, expect, it } from 'vitest';
import { regressions } from './storm/regressions.ts';
import { storm } from './storm/storm.ts';

/** A few of the storms of `npm run storm` (docs/proof-by-simulation.md): everything goes wrong for two hours, and nothing is broken. */

const MOST_MS = 240_000;

describe('a storm', () => {
  it(
    'keeps every promise, and the same seed gives the same storm, on every Node',
    async () => {
      const { findings, hash } = storm(1);
      expect(findings).toEqual([]);
      expect(storm(1).hash, 'the same seed').toBe(hash);
      // After a change of behaviour: npx vitest run test/sim/storm.test.ts -u. Else something differs here that must not.
      await expect(`${hash}\n`).toMatchFileSnapshot('storm/expected-hash.txt');
    },
    MOST_MS,
  );

  it.each(regressions.slice(0, 3))(
    'that once found this is harmless now (seed $seed): $name',
    ({ seed }) => {
      expect(storm(seed).findings).toEqual([]);
    },
    MOST_MS,
  );
});
