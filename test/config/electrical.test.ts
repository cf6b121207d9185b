import { describe, expect, test } from 'vitest';
import { problemLines, valid, warningLines } from './scratch.ts';

const socket = 'connectors: [{id: 1, ratedA: 32}]';
const grid = 'circuits: [{id: grid, limitA: 63, reserveA: 1}]\n';

describe('what cannot be is refused, at its line', () => {
  const cases: [string, string, RegExp[]][] = [
    [
      'unknown parent',
      'circuits:\n- {id: grid, limitA: 63}\n- {id: a, limitA: 32, parent: gird}',
      [/:3:31 circuits\[1\]\.parent: is gird, and no circuit has this id; did you mean grid\?/],
    ],
    [
      'two roots',
      'circuits:\n- {id: grid, limitA: 63}\n- {id: b, limitA: 32}',
      [/:3:3 circuits\[1\]: b has no parent, and neither has grid.*write parent: grid/],
    ],
    [
      'circle',
      'circuits:\n- {id: grid, limitA: 63}\n- {id: a, limitA: 9, parent: b}\n- {id: b, limitA: 9, parent: a}',
      [/:3:\d+ .*makes a circle/, /:4:\d+ .*makes a circle/],
    ],
    [
      'circuit twice',
      'circuits:\n- {id: grid, limitA: 63}\n- {id: grid, limitA: 63, parent: grid}',
      [/:3:8 circuits\[1\]\.id: is already the id of circuits\[0\]/],
    ],
    [
      'two phases',
      'circuits: [{id: grid, limitA: [63, 63]}]',
      [/limitA: has 2 entries; allowed: a number from 0 to 10000, or three of them/],
    ],
    [
      'unknown circuit',
      `${grid}chargePoints: [{id: A, circuit: grit, ${socket}}]`,
      [/:2:33 chargePoints\[0\]\.circuit: is grit.*did you mean grid\?/],
    ],
    ['no circuit', `${grid}chargePoints: [{id: A, ${socket}}]`, [/A hangs on no circuit/]],
    [
      'no rating',
      `${grid}chargePoints: [{id: A, circuit: grid, connectors: [{id: 1}]}]`,
      [/connectors\[0\]\.ratedA: is missing/],
    ],
    [
      'floor below the minimum',
      `${grid}chargePoints: [{id: A, circuit: grid, connectors: [{id: 1, ratedA: 32, floorA: 4}]}]`,
      [/floorA: is 4, below minA \(6\)/],
    ],
    [
      'floor as a word',
      `${grid}chargePoints: [{id: A, circuit: grid, connectors: [{id: 1, ratedA: 32, floorA: atuo}]}]`,
      [/floorA: is "atuo"; allowed: auto, 0, or .*; did you mean auto\?/],
    ],
    [
      'unknown meter',
      'circuits: [{id: grid, limitA: 63, meter: mian}]\nmeters: [{id: main, type: http, circuit: grid}]',
      [/circuits\[0\]\.meter: is mian.*did you mean main\?/],
    ],
    [
      'kind of meter',
      'meters: [{id: main, type: modbus-tpc}]',
      [
        /meters\[0\]\.type: is "modbus-tpc"; allowed: modbus-tcp \| mqtt \| http \| charge-point; did you mean modbus-tcp\?/,
      ],
    ],
    ['key of another kind', 'meters: [{id: main, type: http, host: a}]', [/meters\[0\]\.host: is not a known key/]],
    [
      'no preset',
      `${grid}meters: [{id: main, circuit: grid, type: modbus-tcp, host: a}]`,
      [/main needs either preset or registers/],
    ],
    [
      'relay without a meaning',
      `${grid}limits: {modbus: [{id: r, circuit: grid, host: a, address: 0}]}`,
      [/limits\.modbus\[0\]: r needs either values or measures/],
    ],
    ['turn of a minute', 'policy: {rotationS: 60}', [/policy\.rotationS: is 60; allowed: .* from 900 to 86400/]],
    [
      'turn that is cut short',
      'policy: {minOnS: 1200}',
      [/policy\.minOnS: is 1200, longer than a turn \(rotationS 900\)/],
    ],
    ['tier twice', 'policy: {tiers: [vip, vip]}', [/policy\.tiers\[1\]: is vip once more/]],
    [
      'limit of no circuit',
      `${grid}limits: {schedules: [{id: a, circuit: gird, start: 0 1 * * *, durationMin: 5, limitA: 6}]}`,
      [/limits\.schedules\[0\]\.circuit: is gird.*did you mean grid\?/],
    ],
    [
      'floors that do not fit',
      `circuits: [{id: grid, limitA: 20}]\nchargePoints: [{id: A, circuit: grid, connectors: [{id: 1, ratedA: 32, floorA: 11}, {id: 2, ratedA: 32, floorA: 10}]}]`,
      [/:1:12 circuits\[0\]: does not hold without this machine: L1 A\/1 11 \+ A\/2 10 = 21 of 20 A/],
    ],
  ];

  test.each(cases)('%s', (_what, text, expected) => {
    const lines = problemLines(text);
    expect(lines).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(lines[index]).toMatch(pattern);
  });
});

describe('what looks wrong is said', () => {
  const cases: [string, string, RegExp][] = [
    [
      'child above its parent',
      `circuits: [{id: grid, limitA: 63, reserveA: 1}, {id: a, parent: grid, limitA: 80}]`,
      /circuits\[1\]\.limitA: is 80 A on L1, above its parent grid with 63 A/,
    ],
    ['nobody sees the rest', 'circuits: [{id: grid, limitA: 63}]', /grid has no meter and no reserveA/],
    [
      'credit',
      'circuits: [{id: grid, limitA: 63, reserveA: 1, creditGeneration: true}]',
      /creditGeneration: lets cars use/,
    ],
    [
      'minimums that do not fit',
      `circuits: [{id: grid, limitA: 10, reserveA: 1}]\nchargePoints: [{id: A, circuit: grid, ${socket}}, {id: B, circuit: grid, ${socket}}]`,
      /cannot feed all its connectors at once: .* make 13 A on L1, and 9.5 A are free/,
    ],
    [
      'surplus that nobody sees',
      `${grid}policy: {default: surplus, surplus: {circuit: grid}}`,
      /policy\.surplus\.circuit: is grid, which has no meter of side grid/,
    ],
    ['meter on no circuit', 'meters: [{id: main, type: http}]', /main is on no circuit/],
    [
      'pile-up on one phase',
      `${grid}chargePoints: [${['A', 'B', 'C'].map((id) => `{id: ${id}, circuit: grid, connectors: [{id: 1, ratedA: 16, phases: 1}]}`).join(', ')}]`,
      /chargePoints\[0\]\.connectors\[0\].*: piles up on one phase: .* L1 48 \/ L2 0 \/ L3 0 A; wired A\/1 to S\w\w, B\/1 to T\w\w they would make L1 16 \/ L2 16 \/ L3 16 A/,
    ],
  ];

  const floors = `${grid}chargePoints: [${['A', 'B'].map((id) => `{id: ${id}, circuit: grid, connectors: [{id: 1, ratedA: 16, floorA: 8}]}`).join(', ')}]`;
  const relay = (value: string) =>
    `${floors}\nlimits: {modbus: [{id: r, circuit: grid, host: a, kind: coil, address: 0, values: [${value}]}]}`;
  cases.push(
    [
      'schedule below the floors',
      `${floors}\nlimits: {schedules: [{id: night, circuit: grid, start: 0 17 * * *, durationMin: 60, limitA: 16}]}`,
      /limits\.schedules\[0\]: will not be kept: floors and reserves make 17 A on L1 on grid, which stay; lower floorA/,
    ],
    [
      'relay below the floors',
      relay('{value: 1, limitW: 12900}'),
      /modbus\[0\]\.values\[0\]: .* make 12903 W at 253 V on grid/,
    ],
  );
  test.each(['limitW: 12903', 'limitA: 17'])('nothing is said of a limit that floors leave room for: %s', (limit) => {
    expect(warningLines(relay(`{value: 1, ${limit}}`))).toEqual([]);
  });
  test('nor of a contact of section 14a, which needs no words', () => {
    const text = `${grid}limits: {modbus: [{id: r, circuit: grid, host: a, address: 0, standard: section-14a}]}`;
    expect([...problemLines(text), ...warningLines(text)]).toEqual([]);
  });
  test('nor of one that section 14a holds above them', () => {
    // 4.2 kW and 80 % of 4.2 kW for the second: too little for two floors of 8 A beside 1 A; enough for floors of 0.
    const dimmed = (floorA: number) =>
      `${grid}chargePoints: [${['A', 'B'].map((id) => `{id: ${id}, circuit: grid, connectors: [{id: 1, ratedA: 16, floorA: ${floorA}}]}`).join(', ')}]
limits: {modbus: [{id: r, circuit: grid, host: a, kind: coil, address: 0, standard: section-14a, values: [{value: 1, limitW: 100}]}]}`;
    expect(warningLines(dimmed(0))).toEqual([]);
    expect(warningLines(dimmed(8))).toHaveLength(1);
  });

  test.each(cases)('%s', (_what, text, expected) => {
    expect(problemLines(text)).toEqual([]);
    const lines = warningLines(text);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(expected);
  });
});

describe('the site model', () => {
  test('there is none without circuits', () => {
    expect(valid(`chargePoints: [{id: A, ${socket}}]`).siteModel).toBeNull();
  });

  test('parents stand before their children, and a shared supply is a circuit', () => {
    const { siteModel } = valid(`circuits:
- {id: board, parent: feeder, limitA: [40, 32, 32]}
- {id: feeder, parent: grid, limitA: 63}
- {id: grid, limitA: 100, meter: main}
meters: [{id: main, type: http, intervalS: 0.5}]
chargePoints:
- {id: A, circuit: board, supplyA: 32, selfLimitA: 25, connectors: [{id: 1, ratedA: 16, phases: 1}, {id: 2, ratedA: 16, phases: 1, rotation: STR}]}
- {id: D, circuit: grid, connectors: [{id: 1, ratedA: 80, dc: {efficiency: 0.9, minW: 6210}}]}`);
    expect(siteModel?.circuits.map(({ id, parent, chargePointId }) => [id, parent, chargePointId])).toEqual([
      ['grid', null, null],
      ['feeder', 'grid', null],
      ['board', 'feeder', null],
      ['A:supply', 'board', null],
      ['A', 'A:supply', 'A'],
    ]);
    expect(siteModel?.circuits[2]?.limitMA).toEqual([40_000, 32_000, 32_000]);
    expect(siteModel?.circuits[4]?.limitMA).toEqual([16_000, 16_000, 0]);
    expect(siteModel?.connectors.map(({ circuit, minMA, maxMA }) => [circuit, minMA, maxMA])).toEqual([
      ['A', 6000, 16_000],
      ['A', 6000, 16_000],
      ['grid', 10_000, 80_000],
    ]);
    expect(siteModel?.meters).toEqual([
      { id: 'main', circuit: 'grid', side: 'grid', intervalMs: 500, lostAfterMs: 60_000 },
    ]);
  });

  test('passwords of brokers are fetched like others', () => {
    const mqtt = 'type: mqtt, url: "mqtt://a", topic: t, currentA: [/a, /b, /c], password: {env: PW}';
    const text = `${grid}meters: [{id: m, circuit: grid, ${mqtt}}]`;
    const [meter] = valid(text, { env: { PW: 'x'.repeat(16) } }).meters;
    expect(JSON.stringify(meter)).toContain('"password":"***"');
    expect(problemLines(text)).toEqual([
      expect.stringContaining('meters[0].password: names the environment variable "PW"'),
    ]);
  });
});
