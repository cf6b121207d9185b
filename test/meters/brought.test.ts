import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import type { MeterSample } from '../../src/domain/meter.ts';
import type { Reading } from '../../src/domain/metering.ts';
import { instant, milliAmps, milliVolts } from '../../src/domain/units.ts';
import { compileValidator, type TypeBoxProvider } from '../../src/http/app.ts';
import { answerErrors } from '../../src/http/errors.ts';
import { type MeterEntry, meterRoutes } from '../../src/http/meter-routes.ts';
import { ProblemSchema } from '../../src/http/problem.ts';
import type { ReadingsTaken } from '../../src/meters/charge-point.ts';
import { startMeters } from '../../src/meters/start-meters.ts';
import { createManualClock, NOON } from '../support/manual-clock.ts';

const common = { circuit: 'grid', side: 'grid', intervalS: 10, lostAfterS: 60 } as const;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

function site() {
  const samples: MeterSample[] = [];
  const meters = startMeters({
    meters: [
      { ...common, id: 'pushed', type: 'http' },
      { ...common, id: 'own', type: 'charge-point', chargePoint: 'CP1', connector: 0, invert: true },
    ],
    clock: createManualClock(),
    log: silent,
    nominalVoltageV: 230,
    sample: (sample) => samples.push(sample),
    trouble: () => undefined,
  });
  return { samples, meters };
}

describe('a pushed sample', () => {
  it('is taken with its own time', () => {
    const { samples, meters } = site();
    const body = { at: '2026-01-15T12:00:00.5Z', currentA: [1, -2, 3.4567], powerW: 500, energyWh: 9 };
    expect(meters.push('pushed', body)).toBeNull();
    expect(samples).toMatchObject([
      { meterId: 'pushed', at: NOON + 500, stamped: true, currentMA: [1_000, -2_000, 3_457], powerW: 500, energyWh: 9 },
    ]);
  });

  it('becomes amps where it has watts alone', () => {
    const { samples, meters } = site();
    expect(meters.push('pushed', { powerW: 6_900 })).toBeNull();
    expect(samples).toMatchObject([{ currentMA: [10_000, 10_000, 10_000], stamped: false }]);
  });

  it.each([
    [{}, 'neither currents nor power'],
    [{ currentA: [1, 2] }, 'three values'],
    [{ currentA: [1, 2, Number.NaN] }, 'no currents'],
    [{ currentA: [1, 2, 3], at: 'yesterday' }, 'no time'],
    [{ currentA: [1, 2, 3], at: '2026-01-15T11:58:00Z' }, 'more than a minute ago'],
    [{ currentA: [1, 2, 3], at: '2026-01-15T13:00:00Z' }, 'in the future'],
  ])('is refused in words: %j', (body, words) => {
    const { samples, meters } = site();
    expect(meters.push('pushed', body)).toContain(words);
    expect(samples).toEqual([]);
  });
});

describe("a charge point's own meter", () => {
  const reading = (change: Partial<Reading>): Reading => ({
    at: NOON,
    context: 'Sample.Periodic',
    energyWh: null,
    powerW: null,
    currentMA: [null, null, null],
    voltageMV: [null, null, null],
    offeredMA: null,
    socPercent: null,
    quality: 'measured',
    derived: [],
    ...change,
  });
  const taken = (change: Partial<ReadingsTaken>): ReadingsTaken => ({
    chargePointId: 'CP1',
    connectorId: 0,
    readings: [],
    ...change,
  });

  it('gives the newest reading that has currents', () => {
    const { samples, meters } = site();
    const currentMA = [milliAmps(1_000), milliAmps(2_000), milliAmps(3_000)] as const;
    const newest = reading({ at: instant(NOON + 2_000), currentMA, voltageMV: [milliVolts(230_100), null, null] });
    const bare = reading({ at: instant(NOON + 3_000) });
    meters.readingsTaken(taken({ readings: [newest, bare, reading({ currentMA: [milliAmps(9), null, null] })] }));
    expect(samples).toMatchObject([{ meterId: 'own', currentMA: [-1_000, -2_000, -3_000], liveness: [230_100] }]);
  });

  it('hears no other connector and no other charge point', () => {
    const { samples, meters } = site();
    const readings = [reading({ currentMA: [milliAmps(9), null, null] })];
    meters.readingsTaken(taken({ connectorId: 1, readings }));
    meters.readingsTaken(taken({ chargePointId: 'CP2', readings }));
    expect(samples).toEqual([]);
  });
});

describe('the interface of meters', () => {
  async function api() {
    const app = Fastify().withTypeProvider<TypeBoxProvider>();
    app.setValidatorCompiler(compileValidator);
    app.setSerializerCompiler(() => JSON.stringify);
    app.addSchema(ProblemSchema);
    answerErrors(app);
    const { meters, samples } = site();
    const entry = (id: string, type: string): MeterEntry => ({
      model: { id, circuit: 'grid', side: 'grid', intervalMs: 10_000, lostAfterMs: 60_000 },
      type,
      trouble: null,
      state: {
        meterId: id,
        quality: 'never',
        why: 'Nothing was ever heard of it.',
        last: samples[0] ?? null,
        ageMs: null,
      },
    });
    meterRoutes(app, { meters: () => [entry('pushed', 'http'), entry('own', 'charge-point')], push: meters.push });
    await app.ready();
    const post = (id: string, payload: object) =>
      app.inject({ method: 'POST', url: `/api/v1/meters/${id}/samples`, payload });
    return { app, post };
  }

  it('shows meters and takes samples', async () => {
    const { app, post } = await api();
    expect((await app.inject('/api/v1/meters/pushed')).json()).toMatchObject({ quality: 'never', currentA: null });
    expect((await post('pushed', { currentA: [1, 2, 3] })).statusCode).toBe(204);
    expect((await app.inject('/api/v1/meters')).json().items[0]).toMatchObject({ id: 'pushed', currentA: [1, 2, 3] });
  });

  it('refuses what it can not take, in words', async () => {
    const { app, post } = await api();
    expect((await app.inject('/api/v1/meters/none')).statusCode).toBe(404);
    expect((await post('none', { currentA: [1, 2, 3] })).statusCode).toBe(404);
    expect((await post('own', { currentA: [1, 2, 3] })).statusCode).toBe(409);
    const answers = [{ currentA: [1, 2] }, { currentA: ['1', 2, 3] }, { amps: 3 }, {}];
    for (const body of answers) expect((await post('pushed', body)).statusCode).toBe(400);
  });
});
