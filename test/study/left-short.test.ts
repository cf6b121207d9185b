import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { explainShort } from '../../src/study/left-short.ts';
import type { Series } from '../../src/study/report.ts';
import type { Session } from '../../src/study/sessions.ts';

const HOUR = 3_600_000;
const from = Date.parse('2026-06-01T08:00:00Z');

const loaded = loadConfig({
  file: 'config/examples/feeders-and-boards.yaml',
  env: {},
  whatIf: { limitsA: new Map(), connectors: null },
});
if (!loaded.ok || loaded.config.siteModel === null) throw new Error('the example does not load');
const model = loaded.config.siteModel;

/** On L1 feeder-a held cars back, and board-a1 for less long. */
const held = ['feeder-a', 'board-a1'].map((id, index) => ({
  ...{ id, peakA: [1, 1, 1] as const, peakCommittedA: [1, 1, 1] as const, bottleneckPercent: 1 },
  bottleneckHours: [2 - index, 0, 0] as const,
}));

/** Ten hours in which board-a1 carries 59.5 A on L2 from the second hour to the eighth, and all else is empty. */
const series: Series = {
  ...{ from: new Date(from).toISOString(), stepS: 1_800, charging: [], waiting: [], powerKW: [] },
  present: Array.from({ length: 20 }, () => 1),
  circuits: model.circuits.map(({ id }) => {
    const at = (phase: number): number[] =>
      Array.from({ length: 20 }, (_, step) => (id === 'board-a1' && phase === 1 && step >= 4 && step < 16 ? 59.5 : 1));
    return { id, currentA: [at(0), at(1), at(2)] };
  }),
};

const session = (over: Partial<Session> = {}): Session => ({
  ...{
    id: 'A',
    arrival: from,
    departure: from + 8 * HOUR,
    energyWh: 30_000,
    connector: 'CP101/1',
    phases: 3,
    maxA: 16,
  },
  ...over,
});

function explained(
  asked: Session,
  got: { connector?: string | null; deliveredKWh: number; waitingMinutes: number | null },
) {
  const result = {
    ...{ id: asked.id, arrival: '', departure: '', demandKWh: asked.energyWh / 1_000, pauses: 0 },
    ...{ connector: asked.connector, ...got },
  };
  const told = { model, voltageV: 230, usualCar: { phases: 3, maxA: 16 } as const };
  return explainShort({ sessions: [result], series, circuits: held }, [asked], told)[0]?.leftShort;
}

it('says nothing of a session that got what it wanted', () => {
  expect(explained(session(), { deliveredKWh: 28.6, waitingMinutes: 0 })).toBeUndefined();
});

it('says why a session left short: the first reason that holds', () => {
  expect(explained(session(), { connector: null, deliveredKWh: 0, waitingMinutes: null })?.reason).toBe('turned-away');
  const brief = session({ departure: from + HOUR });
  expect(explained(brief, { deliveredKWh: 10, waitingMinutes: 0 })).toEqual({
    reason: 'stay-too-short',
    words: '30 kWh in 1 h: alone, at 11 kW, it would have got 11',
  });
  expect(explained(session(), { deliveredKWh: 5, waitingMinutes: 300 })).toEqual({
    reason: 'came-late',
    words: 'it waited 5 h: board-a1 was full on L2 for 6 of its 8 h',
  });
  expect(explained(session(), { deliveredKWh: 20, waitingMinutes: 1 })).toEqual({
    reason: 'circuit-full',
    words: 'board-a1 was full on L2 for 6 of its 8 h',
  });
});

it('does not blame a phase or a circuit that the car does not use', () => {
  // CP101 is wired RST: one phase is L1. CP201 is on another feeder.
  expect(explained(session({ phases: 1, energyWh: 20_000 }), { deliveredKWh: 9, waitingMinutes: 1 })).toEqual({
    reason: 'circuit-granted',
    words: 'feeder-a had granted all that it carries on L1, though less flowed',
  });
  expect(explained(session({ connector: 'CP201/1' }), { deliveredKWh: 9, waitingMinutes: 1 })?.reason).toBe('other');
  // CP102 is wired STR: its one phase is L2.
  const behind = session({ connector: 'CP102/1', phases: 1, energyWh: 20_000 });
  expect(explained(behind, { deliveredKWh: 9, waitingMinutes: 1 })?.reason).toBe('circuit-full');
});
