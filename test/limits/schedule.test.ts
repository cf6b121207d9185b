import { expect, it } from 'vitest';
import { type Instant, instant } from '../../src/domain/units.ts';
import { activeUntil, type Cron } from '../../src/limits/schedule.ts';
import { startLimits } from '../../src/limits/start-limits.ts';
import { createControlRoom } from '../support/control-room.ts';
import { NOON } from '../support/manual-clock.ts';
import { siteModel } from '../support/site-model.ts';

const at = (text: string): Instant => instant(Date.parse(text));
const night = { id: 'night', circuit: 'main', start: '0 22 * * 1-5', durationMin: 480, limitA: 10 };

it('holds from its beginning, on the clock of the site, for as long as it lasts', () => {
  const until = (text: string) => activeUntil(night, 'Europe/Berlin', at(text));
  expect(until('2026-01-15T20:59:58Z')).toBeNull();
  expect(until('2026-01-15T21:00:00Z')).toBe(at('2026-01-16T05:00:00Z'));
  expect(until('2026-01-16T04:59:58Z')).toBe(at('2026-01-16T05:00:00Z'));
  expect(until('2026-01-16T05:00:00Z')).toBeNull();
  expect(until('2026-07-15T20:00:00Z')).toBe(at('2026-07-16T04:00:00Z'));
  expect(until('2026-01-18T02:00:00Z')).toBeNull();
});

it('is decided anew, and its task restarted, when the clock is set', async () => {
  const room = createControlRoom({ policy: { siteModel: siteModel() } });
  let step = 0;
  const clock = { ...room.clock, now: () => instant(room.clock.now() + step) };
  let restarts = 0;
  let fire = (): void => undefined;
  const cron: Cron = (_expression, _zone, run) => {
    fire = run;
    return { restart: () => restarts++, stop: () => undefined };
  };
  const limits = await startSettled(room, clock, cron);
  await settled(room);
  expect(room.controller.reader.siteLimits()).toEqual([]);
  // NOON is 13:00 in Berlin: eleven hours on, the night has begun.
  step = 11 * 3_600_000;
  room.clock.advance(500);
  await settled(room);
  expect(restarts).toBe(1);
  expect(room.controller.reader.siteLimits()).toMatchObject([{ id: 'schedule night:main', source: 'schedule night' }]);
  step = 0;
  room.clock.advance(500);
  await settled(room);
  expect(restarts).toBe(2);
  expect(room.controller.reader.siteLimits()).toEqual([]);
  room.clock.advance(10_000);
  expect(restarts).toBe(2);
  fire();
  expect(NOON).toBeLessThan(clock.now());
  await limits.stop();
});

type Room = ReturnType<typeof createControlRoom>;

/** Commands wait for turns, and turns for the clock of the test: both go on until nothing is left. */
async function settled(room: Room): Promise<void> {
  for (let n = 0; n < 20; n++) {
    room.clock.settle();
    await Promise.resolve();
  }
}

async function startSettled(room: Room, clock: Parameters<typeof startLimits>[0]['clock'], cron: Cron) {
  const starting = startLimits({
    options: { schedules: [night], modbus: [], mqtt: [] },
    siteModel: siteModel(),
    timeZone: 'Europe/Berlin',
    controller: room.controller,
    clock,
    log: room.log,
    measure: () => null,
    cron,
  });
  await settled(room);
  return starting;
}
