import { expect, it } from 'vitest';
import { createPace } from '../../../src/controller/balancing/pace.ts';
import { createManualClock } from '../../support/manual-clock.ts';

function paced(lookMs: number, leastRestMs = 0) {
  const clock = createManualClock();
  const looks: number[] = [];
  const look = (): void => {
    looks.push(clock.monotonic());
    pace.begun();
    clock.pass(lookMs);
    pace.ended(lookMs);
  };
  const pace = createPace(clock, look, leastRestMs);
  return { clock, looks, pace };
}

it('looks at once where a look takes no time', () => {
  const { looks, pace } = paced(0);
  pace.wake();
  pace.wake();
  expect(looks).toEqual([0, 0]);
});

it('rests after a look for four times what it took, and then looks once for all who asked', () => {
  const { clock, looks, pace } = paced(15);
  pace.wake();
  for (let each = 0; each < 50; each += 1) pace.wake();
  clock.advance(59);
  expect(looks).toEqual([0]);
  clock.advance(1);
  expect(looks).toEqual([0, 75]);
});

it('never rests for longer than a tenth of a second: a limit that has to come down waits for it', () => {
  const { clock, looks, pace } = paced(2_000);
  pace.wake();
  pace.wake();
  clock.advance(100);
  expect(looks).toEqual([0, 2_100]);
});

it('rests for as long as it is told where time is virtual', () => {
  const { clock, looks, pace } = paced(0, 2_000);
  pace.wake();
  pace.wake();
  clock.advance(1_999);
  expect(looks).toEqual([0]);
  clock.advance(1);
  expect(looks).toEqual([0, 2_000]);
});

it('looks no more once it is stopped', () => {
  const { clock, looks, pace } = paced(15);
  pace.wake();
  pace.wake();
  pace.stop();
  clock.advance(1_000);
  expect(looks).toEqual([0]);
});
