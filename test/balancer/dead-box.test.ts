import { describe, expect, test } from 'vitest';
import { deadBox, deadBoxWith, phasesOver, resolveFloors } from '../../src/balancer/dead-box.ts';
import type { CircuitModel, ConnectorModel, SiteModel } from '../../src/domain/site-model.ts';
import { milliAmps, type PerPhase } from '../../src/domain/units.ts';

const perPhase = (a: number, b = a, c = a): PerPhase<ReturnType<typeof milliAmps>> => [
  milliAmps(a * 1000),
  milliAmps(b * 1000),
  milliAmps(c * 1000),
];

function circuit(id: string, parent: string | null, limitA: number, more: Partial<CircuitModel> = {}): CircuitModel {
  return {
    id,
    parent,
    limitMA: perPhase(limitA),
    limitW: null,
    unbalanceMA: null,
    marginPercent: 5,
    reserveMA: perPhase(0),
    creditGeneration: false,
    chargePointId: null,
    ...more,
  };
}

function connector(id: string, circuitId: string, floorA: number, more: Partial<ConnectorModel> = {}): ConnectorModel {
  return {
    chargePointId: id,
    connectorId: 1,
    circuit: circuitId,
    wiredPhases: 3,
    rotation: 'RST',
    ratedMA: milliAmps(32_000),
    maxMA: milliAmps(32_000),
    minMA: milliAmps(6000),
    floorMA: milliAmps(floorA * 1000),
    dc: null,
    smartCharging: true,
    ...more,
  };
}

function site(circuits: CircuitModel[], connectors: ConnectorModel[], unknownA = 0): SiteModel {
  return { circuits, connectors, meters: [], unknownReserveMA: milliAmps(unknownA * 1000), trustLearnedPhases: false };
}

const sumsOf = (sums: ReturnType<typeof deadBox>) =>
  Object.fromEntries(sums.map((sum) => [sum.circuit, sum.sumMA.map((each) => each / 1000)]));

describe('the dead-box sum', () => {
  test('adds floors, ratings and reserves up the tree, on the phases of the grid', () => {
    const model = site(
      [circuit('grid', null, 63, { reserveMA: perPhase(10, 5, 0) }), circuit('board', 'grid', 32)],
      [
        connector('A', 'board', 6, { wiredPhases: 1, rotation: 'STR' }),
        connector('B', 'board', 6, { wiredPhases: 2, rotation: 'TRS' }),
        connector('C', 'grid', 0, { smartCharging: false, ratedMA: milliAmps(16_000) }),
      ],
      3,
    );
    expect(sumsOf(deadBox(model))).toEqual({ grid: [35, 30, 25], board: [6, 6, 6] });
    expect(deadBox(model)[0]?.terms.map(({ kind, of }) => `${kind} ${of}`)).toEqual([
      'reserve grid',
      'unknown ',
      'connector C/1',
      'circuit board',
    ]);
  });

  test('a charge point that limits itself counts no more than that', () => {
    const sockets = [connector('A', 'A', 20), connector('A', 'A', 20, { connectorId: 2 })];
    const own = (chargePointId: string | null) =>
      site([circuit('grid', null, 63), circuit('A', 'grid', 32, { chargePointId })], sockets);
    expect(sumsOf(deadBox(own('A')))).toEqual({ grid: [32, 32, 32], A: [32, 32, 32] });
    expect(sumsOf(deadBox(own(null)))).toEqual({ grid: [40, 40, 40], A: [40, 40, 40] });
  });

  test('where two go by one id, both count, and each of them limits itself', () => {
    const sockets = [connector('A', 'A', 40), connector('A', 'A', 40, { connectorId: 2 }), connector('B', 'grid', 6)];
    const model = site([circuit('grid', null, 63), circuit('A', 'grid', 32, { chargePointId: 'A' })], sockets);
    const held = deadBoxWith(model, ({ floorMA }) => floorMA, new Set(['A']));
    expect(sumsOf(held)).toEqual({ grid: [70, 70, 70], A: [64, 64, 64] });
  });

  test('takes what each connector is held to now', () => {
    const model = site([circuit('grid', null, 32)], [connector('A', 'grid', 6), connector('B', 'grid', 6)]);
    const held = deadBoxWith(model, ({ chargePointId, ratedMA, floorMA }) =>
      chargePointId === 'A' ? ratedMA : floorMA,
    );
    expect(sumsOf(held)).toEqual({ grid: [38, 38, 38] });
    expect(held.map(phasesOver)).toEqual([[0, 1, 2]]);
  });

  test('the whole limit may be used, and not a milliamp more', () => {
    const at = (floorMA: number) =>
      deadBox(site([circuit('grid', null, 6)], [connector('A', 'grid', 0, { floorMA: milliAmps(floorMA) })]));
    expect(at(6000).flatMap(phasesOver)).toEqual([]);
    expect(at(6001).flatMap(phasesOver)).toEqual([0, 1, 2]);
  });
});

describe('floor auto', () => {
  const floors = (model: SiteModel, undecided = model.connectors.map(({ chargePointId }) => `${chargePointId}/1`)) =>
    resolveFloors(model, new Set(undecided)).connectors.map(({ floorMA }) => floorMA / 1000);
  const of = (limitA: number, count: number, more: Partial<CircuitModel> = {}) =>
    site(
      [circuit('grid', null, limitA, more)],
      Array.from({ length: count }, (_, index) => connector(`C${index}`, 'grid', 0)),
    );

  test('is the minimum for all as long as one could still have its maximum', () => {
    expect(floors(of(50, 4))).toEqual([6, 6, 6, 6]);
    expect(floors(of(49, 4))).toEqual([0, 0, 0, 0]);
    expect(floors(of(50, 4, { reserveMA: perPhase(1) }))).toEqual([0, 0, 0, 0]);
  });

  test('looks at every circuit above', () => {
    const model = site(
      [circuit('grid', null, 100), circuit('board', 'grid', 37)],
      [connector('A', 'board', 0), connector('B', 'board', 0), connector('C', 'grid', 0)],
    );
    expect(floors(model)).toEqual([0, 0, 0]);
  });

  test('leaves alone what is decided', () => {
    const model = site([circuit('grid', null, 63)], [connector('A', 'grid', 10), connector('B', 'grid', 0)]);
    expect(floors(model, ['B/1'])).toEqual([10, 6]);
  });

  test('knows that a charge point which limits itself takes no more than that', () => {
    const sockets = [connector('A', 'A', 0), connector('A', 'A', 0, { connectorId: 2 })];
    const model = site([circuit('grid', null, 32), circuit('A', 'grid', 32, { chargePointId: 'A' })], sockets);
    expect(floors(model, ['A/1', 'A/2'])).toEqual([6, 6]);
  });
});
