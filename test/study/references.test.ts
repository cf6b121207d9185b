import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../src/domain/sharing-policy.ts';
import type { Outcome } from '../../src/study/quality.ts';
import { busbarInSlots } from '../../src/study/references/busbar-in-slots.ts';
import { playInSlots, type Rule } from '../../src/study/references/in-slots.ts';
import { referencesOf, rules } from '../../src/study/references/references.ts';
import {
  earliestDeadlineFirst,
  firstComeFirstServed,
  leastLaxityFirst,
  roundRobin,
} from '../../src/study/references/rules.ts';
import type { SlotSite } from '../../src/study/references/slot-site.ts';
import { flatFile, session, slots, workplaceDays } from '../support/study-sessions.ts';

/** An hour with 16 A on one phase. */
const HOUR_WH = 3_680;

const played = (site: SlotSite, rule: Rule): string[] => playInSlots(site, rule).map(shown);
const shown = ({ deliveredWh, waitingMinutes, pauses }: Outcome): string =>
  `${Math.round(deliveredWh)} Wh, waited ${waitingMinutes}, paused ${pauses}`;

describe('two cars on 20 A', () => {
  // The second leaves first. Both at once would be 16 A and 4 A, which is too little to charge with.
  const site = slots(flatFile(20, 2), [session('a', 0, 180, HOUR_WH), session('b', 30, 90, HOUR_WH)]);

  it('first come first served: the second waits until the first is done', () => {
    expect(played(site, firstComeFirstServed)).toEqual([
      `${HOUR_WH} Wh, waited 0, paused 0`,
      `${HOUR_WH / 2} Wh, waited 30, paused 0`,
    ]);
  });

  it('earliest departure first: the first is paused for the second', () => {
    expect(played(site, earliestDeadlineFirst)).toEqual([
      `${HOUR_WH} Wh, waited 0, paused 1`,
      `${HOUR_WH} Wh, waited 0, paused 0`,
    ]);
  });

  it('least laxity first: who has no time to spare goes before whoever has', () => {
    expect(played(site, leastLaxityFirst)).toEqual([
      `${HOUR_WH} Wh, waited 0, paused 1`,
      `${HOUR_WH} Wh, waited 0, paused 0`,
    ]);
  });

  it('round robin: 10 A for each while both are there', () => {
    // The first has 8 Ah after half an hour, 7.5 more at 75 min, and takes its last half with 6 A for a slot; the other has
    // 7.5 Ah by then, 14 A in that slot, and 16 A for the last ten minutes.
    expect(played(site, roundRobin)).toEqual([`${HOUR_WH} Wh, waited 0, paused 0`, '2607 Wh, waited 0, paused 0']);
  });

  it('Busbar by equal shares does as round robin does where all minimums fit', () => {
    const [first, second] = playInSlots(site, busbarInSlots(defaultPolicy));
    expect(first?.deliveredWh).toBeCloseTo(HOUR_WH, 6);
    expect(second?.deliveredWh).toBeCloseTo(2_606.67, 1);
  });

  it('Busbar by departures, if drivers say them, serves both in full', () => {
    const rule = busbarInSlots({ ...defaultPolicy, kind: 'deadline' }, true);
    expect(played(site, rule).map((each) => each.split(',')[0])).toEqual([`${HOUR_WH} Wh`, `${HOUR_WH} Wh`]);
  });
});

it('lays cars on the phases of the grid that stand at their socket', () => {
  const file = [
    'circuits: [{id: grid, limitA: 16, marginPercent: 0}]',
    'chargePoints:',
    '  - {id: A, circuit: grid, connectors: [{id: 1, ratedA: 32, rotation: RST}]}',
    '  - {id: B, circuit: grid, connectors: [{id: 1, ratedA: 32, rotation: STR}]}',
    '  - {id: C, circuit: grid, connectors: [{id: 1, ratedA: 32, rotation: RST}]}',
  ];
  const at = (id: string, connector: string) => session(id, 0, 60, HOUR_WH, { connector });
  const site = slots(file, [at('a', 'A/1'), at('b', 'B/1'), at('c', 'C/1')]);
  // A and C meet on L1; B is alone on L2.
  expect(played(site, firstComeFirstServed)).toEqual([
    `${HOUR_WH} Wh, waited 0, paused 0`,
    `${HOUR_WH} Wh, waited 0, paused 0`,
    '0 Wh, waited null, paused 0',
  ]);
});

it('takes off a limit its margin, what flows beside cars, and what feeders below take', () => {
  const file = [
    'circuits:',
    '  - {id: grid, limitA: 40, marginPercent: 10, reserveA: 4}',
    '  - {id: board, parent: grid, limitA: 32, marginPercent: 0, reserveA: [6, 0, 0]}',
    'chargePoints: [{id: A, circuit: board, connectors: [{id: 1, ratedA: 32}]}]',
  ];
  const site = slots(file, [session('a', 0, 60, 9_999)]);
  const rows = new Float64Array(8);
  site.fillCapacity(0, rows);
  expect([...rows.slice(0, 3), ...rows.slice(4, 7)]).toEqual([26, 32, 32, 26, 32, 32]);
});

it('counts half a slot for a car that comes in the middle of it', () => {
  const site = slots(flatFile(32, 1), [session('a', 2.5, 5, 9_999)]);
  expect(playInSlots(site, roundRobin)[0]?.deliveredWh).toBeCloseTo((HOUR_WH * 2.5) / 60, 6);
});

it('turns away who finds no connector, and lets one in at the moment in which another leaves', () => {
  const site = slots(flatFile(32, 1), [session('a', 0, 60, 100), session('b', 30, 90, 100), session('c', 60, 90, 100)]);
  expect(playInSlots(site, roundRobin).map(({ deliveredWh }) => deliveredWh)).toEqual([100, 100, 0]);
});

it('keeps every rule within every limit, on days of a workplace with cars of all kinds', () => {
  const site = slots(
    [
      'circuits:',
      '  - {id: grid, limitA: 40}',
      '  - {id: board, parent: grid, limitA: 25, limitW: 12000}',
      'chargePoints:',
      ...Array.from({ length: 12 }, (_, at) => {
        const circuit = at % 2 === 0 ? 'board' : 'grid';
        return `  - {id: CP${at}, circuit: ${circuit}, connectors: [{id: 1, ratedA: 32, rotation: ${at % 3 === 0 ? 'RST' : 'STR'}}]}`;
      }),
    ],
    workplaceDays(3, 2, 14),
  );
  const watched =
    (rule: Rule): Rule =>
    (waiting, room, slot, of) => {
      rule(waiting, room, slot, of);
      for (const left of room.rows) expect(left).toBeGreaterThan(-1e-3);
      for (const one of waiting) {
        const amps = room.given(one);
        expect(amps === 0 || (amps >= 6 && amps <= one.car.maxA && Number.isInteger(amps))).toBe(true);
      }
    };
  const all = [firstComeFirstServed, earliestDeadlineFirst, leastLaxityFirst, roundRobin, busbarInSlots(defaultPolicy)];
  for (const rule of all) playInSlots(site, watched(rule));
  const [first, , , , busbar] = referencesOf(site, defaultPolicy);
  expect(first?.rule).toBe(rules.firstCome);
  expect(busbar?.neverStarted).toBe(site.turnedAway.length);
  expect(busbar?.metPercent).toBeGreaterThan(first?.metPercent ?? 100);
});
