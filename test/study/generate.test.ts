import { describe, expect, it } from 'vitest';
import { type GenerateOptions, generateSessions, kinds, moreSessions } from '../../src/study/generate.ts';
import type { Session } from '../../src/study/sessions.ts';

const of = (kind: GenerateOptions['kind'], over: Partial<GenerateOptions> = {}): Session[] =>
  generateSessions({
    kind,
    seed: 1,
    fromDate: '2026-03-23',
    days: 14,
    connectors: 30,
    timeZone: 'Europe/Berlin',
    ...over,
  });

/** Hours since midnight by the clock of Berlin. */
const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin', timeStyle: 'short' });
const hour = (at: number): number => {
  const [hours = 0, minutes = 0] = clock.format(at).split(':').map(Number);
  return hours + minutes / 60;
};
const weekday = (at: number): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', weekday: 'short' }).format(at);

function mostAtOnce(sessions: readonly Session[]): number {
  const changes = sessions.flatMap(({ arrival, departure }) => [[arrival, 1] as const, [departure, -1] as const]);
  let present = 0;
  let most = 0;
  for (const [, change] of changes.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    present += change;
    most = Math.max(most, present);
  }
  return most;
}

describe('generated sessions', () => {
  it.each(kinds)('of a %s are the same with the same seed, and can all be served alone', (kind) => {
    const sessions = of(kind);
    expect(of(kind)).toEqual(sessions);
    expect(of(kind, { seed: 2 })).not.toEqual(sessions);
    expect(sessions.length).toBeGreaterThan(100);
    expect(new Set(sessions.map(({ id }) => id)).size).toBe(sessions.length);
    for (const { arrival, departure, energyWh, phases, maxA } of sessions) {
      expect(energyWh).toBeGreaterThan(0);
      expect(energyWh).toBeLessThanOrEqual(((phases ?? 0) * (maxA ?? 0) * 230 * (departure - arrival)) / 3_600_000);
    }
  });

  it('of a depot: vans come back from 15 to 19 and leave from 5:30 to 7, also where the clock changes between', () => {
    const sessions = of('depot');
    for (const { arrival, departure, energyWh } of sessions) {
      expect(hour(arrival)).toBeGreaterThanOrEqual(15);
      expect(hour(arrival)).toBeLessThan(19.02);
      expect(hour(departure)).toBeGreaterThanOrEqual(5.48);
      expect(hour(departure)).toBeLessThan(7.02);
      expect(energyWh).toBeGreaterThanOrEqual(20_000);
      expect(energyWh).toBeLessThanOrEqual(60_000);
    }
    expect(sessions.some(({ arrival }) => weekday(arrival) === 'Sun')).toBe(false);
    expect(mostAtOnce(sessions)).toBeLessThanOrEqual(30);
    expect(mostAtOnce(sessions)).toBeGreaterThan(24);
  });

  it('of a workplace: few at the weekend, all come in the morning, none finds no place', () => {
    const sessions = of('workplace');
    const atWeekend = sessions.filter(({ arrival }) => /^S/.test(weekday(arrival))).length;
    expect(atWeekend).toBeLessThan(sessions.length * 0.05);
    for (const { arrival } of sessions) expect(hour(arrival)).toBeLessThan(9.52);
    expect(mostAtOnce(sessions)).toBeLessThanOrEqual(30);
  });

  it('of a car park: short stays through the day, more than there are connectors', () => {
    const sessions = of('car-park');
    const hours = sessions.map(({ arrival, departure }) => (departure - arrival) / 3_600_000);
    expect(Math.max(...hours)).toBeLessThanOrEqual(4.02);
    expect(sessions.length).toBeGreaterThan(14 * 30);
  });
});

describe('more sessions', () => {
  it('are so many more, at most an hour away from those that they copy, at any connector', () => {
    const sessions = of('depot').map((session) => ({ ...session, connector: 'CP01/1' }));
    const more = moreSessions(sessions, 250, 5);
    expect(more).toHaveLength(Math.round(sessions.length * 3.5));
    expect(moreSessions(sessions, 250, 5)).toEqual(more);
    expect(new Set(more.map(({ id }) => id)).size).toBe(more.length);
    const originals = new Map(sessions.map((session) => [session.id, session]));
    for (const copy of more.filter(({ id }) => id.includes('+'))) {
      const original = originals.get(copy.id.split('+')[0] ?? '');
      expect(Math.abs(copy.arrival - (original?.arrival ?? 0))).toBeLessThanOrEqual(3_600_000);
      expect(copy).toMatchObject({ energyWh: original?.energyWh, connector: null });
    }
  });
});
