import { describe, expect, it } from 'vitest';
import { allWired, learnPhases, type PhaseLearning, usedGridPhases } from '../../src/balancer/learned-phases.ts';
import { milliAmps } from '../../src/domain/units.ts';

type Amps = number | null;
const learn = (from: PhaseLearning, ...samples: [Amps, Amps, Amps][]): PhaseLearning =>
  samples.reduce((known, [a, b, c]) => {
    const mA = (amps: Amps) => (amps === null ? null : milliAmps(amps * 1_000));
    return learnPhases(known, [mA(a), mA(b), mA(c)]);
  }, from);

describe('the phases of a car', () => {
  it('are all that are wired until two samples above 1 A show fewer', () => {
    expect(allWired(3).used).toEqual([0, 1, 2]);
    expect(learn(allWired(3), [16, 0, 0]).used).toEqual([0, 1, 2]);
    expect(learn(allWired(3), [16, 0, 0], [15, 0.4, 0]).used).toEqual([0]);
    expect(learn(allWired(3), [16, 15, 0], [16, 15, 0]).used).toEqual([0, 1]);
    expect(learn(allWired(3), [0.9, 0, 0], [0.9, 0, 0], [0.9, 0, 0]).used).toEqual([0, 1, 2]);
  });

  it('need two samples in a row that agree', () => {
    expect(learn(allWired(3), [16, 0, 0], [16, 16, 16], [16, 0, 0]).used).toEqual([0, 1, 2]);
    expect(learn(allWired(3), [16, 0, 0], [16, 16, 0]).used).toEqual([0, 1, 2]);
  });

  it('keep a phase that carries a good part of the highest', () => {
    expect(learn(allWired(3), [2, 0.9, 0.9], [2, 0.9, 0.9]).used).toEqual([0, 1, 2]);
  });

  it('are all again at once when another one carries current in mid-session', () => {
    const single = learn(allWired(3), [16, 0, 0], [16, 0, 0]);
    expect(learn(single, [16, 0.9, 0.9]).used).toEqual([0]);
    expect(learn(single, [16, 1.1, 0]).used).toEqual([0, 1, 2]);
  });

  it('are not learned from what was not measured', () => {
    expect(learn(allWired(3), [16, null, null], [16, null, null]).used).toEqual([0, 1, 2]);
    expect(learn(allWired(1), [16, null, null], [16, null, null]).used).toEqual([0]);
  });

  it('lie behind the rotation', () => {
    const single = learn(allWired(3), [16, 0, 0], [16, 0, 0]);
    expect(usedGridPhases(single, 'TRS')).toEqual([2]);
    expect(usedGridPhases(allWired(2), 'STR')).toEqual([1, 2]);
  });
});
