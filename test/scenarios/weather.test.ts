import { describe, expect, it } from 'vitest';
import { type Overload, overloadSeconds } from '../../src/sim/overloads.ts';
import { COUNT, LIMIT_A, storm } from './weather.ts';

const inWords = ({ circuit, phase, from, maxA, limitA, ...rest }: Overload, begun: number): string =>
  `${circuit} L${phase + 1} ${maxA.toFixed(1)} of ${limitA} A from ${((from - begun) / 1_000).toFixed(1)} s for ${overloadSeconds({ circuit, phase, from, maxA, limitA, ...rest })} s`;

/** Each of these has found something; thirty in a row are a minute's work (change this line). */
const seeds = [1, 4, 5, 8, 9, 11, 15, 16, 21, 23, 24, 25];

describe.each(seeds)('in storm %i', (seed) => {
  it('no limit is broken, and everybody has a share when it is over', () => {
    const { site, told, begun } = storm(seed, seed % 2 === 1);
    const found = (all: readonly Overload[]): string[] =>
      all.filter(({ from }) => from > begun).map((one) => inWords(one, begun));
    const judge = (what: string): void => {
      const faults = {
        drawn: found(site.electricity.overloads.kept()),
        allowed: found(site.electricity.overcommitments.kept()),
      };
      expect(faults, `${what}\n${told.join('\n')}`).toEqual({ drawn: [], allowed: [] });
    };
    judge('storm');
    site.advance(900);
    judge('after');
    const shares = site.plan().map(({ chargePointId, obedience, because, limitA, committedA, grant }) => ({
      chargePointId,
      obedience,
      because,
      limitA,
      committedA,
      grant,
      drawn: site.drawn(site.points.findIndex(({ id }) => id === chargePointId)),
    }));
    const text = `${told.join('\n')}\n${shares.map((one) => JSON.stringify(one)).join('\n')}`;
    for (const { drawn, obedience } of shares) {
      expect(obedience, text).toBe('proven');
      expect(drawn, text).toBeGreaterThanOrEqual(5.9);
    }
    expect(site.flow()[0], text).toBeGreaterThan(0.95 * LIMIT_A - 0.5 * COUNT);
    site.stop();
  }, 60_000);
});
