import { expect, it } from 'vitest';
import { LEASE_S, LONG_LEASE_S } from '../../../src/balancer/lease.ts';
import { indexSite } from '../../../src/balancer/site-index.ts';
import { createRisks } from '../../../src/controller/balancing/risks.ts';
import type { ConnectorState } from '../../../src/controller/balancing/state.ts';
import type { World } from '../../../src/controller/balancing/world.ts';
import { type MilliAmps, milliAmps } from '../../../src/domain/units.ts';
import { createBalanceHistory } from '../../../src/store/balance-history.ts';
import { foreignPeakReads } from '../../../src/store/foreign-peaks.ts';
import { openLedger } from '../../support/ledger.ts';
import { siteModel } from '../../support/site-model.ts';

const reserve = [milliAmps(10_000), milliAmps(10_000), milliAmps(10_000)] as const;
const bare = siteModel();
const index = indexSite({
  ...bare,
  circuits: bare.circuits.map((circuit) => ({ ...circuit, reserveMA: reserve })),
});
const DAY = 20_000;

/** Balancing in one life of the process after another, over one store. */
function createLives() {
  const { database } = openLedger();
  const life = () => {
    const history = createBalanceHistory(database);
    const world = {
      index,
      connectors: index.connectors.map((model, at) => ({ model, at })),
      site: { ...foreignPeakReads(database), history, leaseS: 'auto' },
      foreign: { blindSince: new Map(), leavingSince: new Map() },
      planned: null as unknown,
    };
    const risks = createRisks(world as unknown as World);
    return {
      looks(day: number, foreignA: number, quality = 'fresh'): void {
        const each: MilliAmps = milliAmps(foreignA * 1_000);
        const nowMA = [each, each, each];
        const loads = index.circuits.map(({ id }) => ({ circuit: id, nowMA, gateMA: nowMA, quality }));
        world.planned = { loads, sums: new Float64Array(index.circuits.length * 3) };
        risks.seen(day);
        database.transaction(() => history.flush()).immediate();
        history.flushed();
      },
      lease: () => risks.leaseOf(world.connectors[0] as ConnectorState, 16_000),
    };
  };
  return { life, rows: () => database.prepare('SELECT count(*) FROM foreign_peaks').pluck().get() };
}

it('a building load above the reserve makes leases short for a month, whatever is restarted', () => {
  const { life } = createLives();
  const first = life();
  first.looks(DAY, 9);
  expect(first.lease().seconds).toBe(LONG_LEASE_S);
  first.looks(DAY, 12);
  expect(first.lease().seconds).toBe(LEASE_S);
  first.looks(DAY + 1, 5);
  expect(first.lease().seconds, 'on the next day').toBe(LEASE_S);

  const second = life();
  second.looks(DAY + 30, 5);
  expect(second.lease().seconds, 'after a restart').toBe(LEASE_S);
  second.looks(DAY + 31, 5);
  expect(second.lease().seconds, 'in the next month').toBe(LONG_LEASE_S);
});

it('a rise that was seen once caps what may be granted, after a restart too', () => {
  const { life } = createLives();
  const first = life();
  first.looks(DAY, 5);
  first.looks(DAY, 55);
  first.looks(DAY, 5);
  const { capMA } = first.lease();
  expect(capMA).toBe(Math.floor(1.12 * 63_000 - 5_000 - 50_000 - 12_000));
  const second = life();
  second.looks(DAY + 3, 5);
  expect(second.lease().capMA).toBe(capMA);
});

it('what was held or reserved while a meter was silent is no load that anybody saw', () => {
  const { life, rows } = createLives();
  const only = life();
  only.looks(DAY, 40, 'lost');
  only.looks(DAY, 40, 'unmetered');
  only.looks(DAY, 5);
  expect(only.lease().seconds).toBe(LONG_LEASE_S);
  expect(rows(), 'one for each circuit').toBe(index.circuits.length);
});

it('keeps a month of peaks and no more', () => {
  const { life, rows } = createLives();
  const only = life();
  for (let day = DAY; day < DAY + 40; day += 1) only.looks(day, 5);
  expect(rows()).toBe(31 * index.circuits.length);
});
