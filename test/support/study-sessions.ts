import type { SiteModel } from '../../src/domain/site-model.ts';
import { type SlotSite, slotSite } from '../../src/study/references/slot-site.ts';
import type { Session } from '../../src/study/sessions.ts';
import { seeded } from './seeded.ts';
import { configOf } from './site-file.ts';

/** Sessions and small sites to study. Minutes count from noon of a day in June. */
export const START = Date.UTC(2026, 5, 1, 12);

export function session(id: string, from: number, to: number, energyWh: number, more: Partial<Session> = {}): Session {
  const at = (minute: number): number => START + minute * 60_000;
  return {
    ...{ id, arrival: at(from), departure: at(to), energyWh },
    ...{ connector: null, phases: null, maxA: null },
    ...more,
  };
}

/** One circuit without a margin and sockets of 32 A on three phases; more lines of the file go first. */
export function flatFile(limitA: number, sockets: number, more: readonly string[] = [], ofCircuit = ''): string[] {
  return [
    ...more,
    `circuits: [{id: grid, limitA: ${limitA}, marginPercent: 0${ofCircuit}}]`,
    'chargePoints:',
    ...Array.from(
      { length: sockets },
      (_, at) => `  - {id: CP${at + 1}, circuit: grid, connectors: [{id: 1, ratedA: 32}]}`,
    ),
  ];
}

/** In slots of five minutes; cars on one phase with 16 A unless they say otherwise. */
export function slots(lines: readonly string[], sessions: readonly Session[]): SlotSite {
  return slotSite({ model: modelOf(lines), sessions, usualCar: { phases: 1, maxA: 16 }, nominalVoltageV: 230 });
}

export function modelOf(lines: readonly string[]): SiteModel {
  const { siteModel } = configOf(lines);
  if (siteModel === null) throw new Error('the file has no circuits');
  return siteModel;
}

/** Days of a workplace: most come in the morning, some at noon, and stay for hours; or for less, by `pace`. */
export function workplaceDays(seed: number, days: number, perDay: number, pace = 1): Session[] {
  const random = seeded(seed);
  const between = (low: number, high: number): number => low + (high - low) * random();
  return Array.from({ length: days * perDay }, (_, at) => {
    const day = Math.floor(at / perDay) * 1_440;
    const from = Math.round(day + (random() < 0.75 ? between(0, 120) : between(180, 330)) / pace);
    const phases = ([1, 1, 2, 3] as const)[Math.floor(random() * 4)] ?? 1;
    const energyWh = Math.round((between(3_000, 16_000) * (phases === 1 ? 0.8 : 1.2)) / pace);
    const to = Math.round(from + between(150, 540) / pace);
    return session(String(at + 1), from, to, energyWh, { phases, maxA: 16 });
  });
}
