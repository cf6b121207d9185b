import { describe, expect, it } from 'vitest';
import { type Instant, instant, milliAmps, milliVolts, wattHours, watts } from '../../src/domain/units.ts';
import { createTelemetry } from '../../src/store/telemetry.ts';
import { openLedger } from '../support/ledger.ts';
import { NOON } from '../support/manual-clock.ts';
import { reading, registered, started } from '../support/things.ts';

const at = (seconds: number): Instant => instant(NOON + seconds * 1_000);

function createWorld() {
  const ledger = openLedger();
  ledger.given(registered(), started(1), started(2, { connectorId: 2 }));
  const telemetry = createTelemetry(ledger.database);
  const write = ledger.database.transaction(() => telemetry.flush());
  return {
    ...ledger,
    telemetry,
    write,
    flush(): void {
      write();
      telemetry.flushed();
    },
    count: () => ledger.values('SELECT count(*) FROM telemetry')[0],
  };
}

describe('readings', () => {
  it('become one wide row each, with everything in its unit', () => {
    const { telemetry, flush, rows } = createWorld();
    const full = reading({
      at: at(1),
      context: 'Transaction.Begin',
      energyWh: wattHours(1_234),
      powerW: watts(11_000),
      currentMA: [milliAmps(16_000), milliAmps(15_900), null],
      voltageMV: [milliVolts(230_100), null, milliVolts(229_000)],
      offeredMA: milliAmps(20_000),
      socPercent: 55.5,
      quality: 'derived',
      derived: ['power from phases', 'offered from power'],
    });
    telemetry.add('CP1', 1, 1, [full], at(2));
    telemetry.add('CP1', 0, null, [reading({ energyWh: null })], at(3));
    flush();
    expect(rows('SELECT * FROM telemetry')).toEqual([
      {
        id: 1,
        charge_point_ref: 1,
        connector_id: 1,
        transaction_id: 1,
        at_ms: at(1),
        received_ms: at(2),
        context: 'Transaction.Begin',
        energy_wh: 1_234,
        power_w: 11_000,
        l1_ma: 16_000,
        l2_ma: 15_900,
        l3_ma: null,
        l1_mv: 230_100,
        l2_mv: null,
        l3_mv: 229_000,
        offered_ma: 20_000,
        soc_percent: 55.5,
        quality: 'derived',
        derived: 'power from phases, offered from power',
      },
      expect.objectContaining({ connector_id: 0, transaction_id: null, energy_wh: null, derived: null }),
    ]);
    expect(telemetry.state()).toEqual({ waiting: 0, lost: 0 });
  });

  it('wait until they have arrived: what a failed commit took with it is written by the next', () => {
    const { telemetry, write, flush, database, count } = createWorld();
    telemetry.add('CP1', 1, 1, [reading(), reading({ at: at(1) })], at(1));
    expect(count()).toBe(0);
    database.exec('BEGIN');
    write();
    database.exec('ROLLBACK');
    expect([count(), telemetry.state().waiting]).toEqual([0, 2]);
    flush();
    flush();
    expect([count(), telemetry.state().waiting]).toEqual([2, 0]);
  });

  it('of a charge point that was never registered have no place', () => {
    const { telemetry, flush, count } = createWorld();
    telemetry.add('stranger', 1, null, [reading()], NOON);
    telemetry.add('CP1', 1, null, [reading()], NOON);
    flush();
    expect(count()).toBe(1);
  });

  it('are kept 100,000 at most while the disk takes none: the oldest go, and are counted', () => {
    const { telemetry, flush, values } = createWorld();
    const thousand = (from: number) => Array.from({ length: 1_000 }, (_, n) => reading({ at: at(from + n) }));
    for (let from = 0; from < 101_000; from += 1_000) telemetry.add('CP1', 1, null, thousand(from), NOON);
    expect(telemetry.state()).toEqual({ waiting: 100_000, lost: 1_000 });
    flush();
    expect(values('SELECT min(at_ms) FROM telemetry')).toEqual([at(1_000)]);
    expect(telemetry.state()).toEqual({ waiting: 0, lost: 1_000 });
  });
});

describe('progress', () => {
  const progress = 'SELECT * FROM progress ORDER BY transaction_id';

  it('says where the readings of a transaction stand, and what they came to', () => {
    const { telemetry, flush, rows, reader } = createWorld();
    telemetry.add('CP1', 1, 1, [reading({ at: at(10), energyWh: wattHours(1_100) })], at(10));
    telemetry.add('CP1', 2, 2, [reading({ at: at(11), energyWh: null })], at(11));
    telemetry.add('CP1', 1, 1, [reading({ at: at(20), energyWh: wattHours(1_200) })], at(20));
    flush();
    telemetry.add('CP1', 1, 1, [reading({ at: at(30), energyWh: null })], at(30));
    flush();
    expect(rows(progress)).toEqual([
      {
        transaction_id: 1,
        first_row: 1,
        last_row: 4,
        readings: 3,
        last_at_ms: at(30),
        last_energy_at_ms: at(20),
        last_energy_wh: 1_200,
      },
      {
        transaction_id: 2,
        first_row: 2,
        last_row: 2,
        readings: 1,
        last_at_ms: at(11),
        last_energy_at_ms: null,
        last_energy_wh: null,
      },
    ]);
    expect(reader.lastRegister(1)).toEqual({ at: at(20), energyWh: 1_200 });
    expect(reader.lastRegister(2)).toBeNull();
    telemetry.add('CP1', 2, 2, [reading({ at: at(40), energyWh: wattHours(7) })], at(40));
    flush();
    expect(reader.lastRegister(2)).toEqual({ at: at(40), energyWh: 7 });
  });

  it('is not set back by older readings that come late, in the same batch or a later one', () => {
    const { telemetry, flush, reader, values } = createWorld();
    const add = (seconds: number, wh: number) =>
      telemetry.add('CP1', 1, 1, [reading({ at: at(seconds), energyWh: wattHours(wh) })], at(100));
    add(60, 1_600);
    add(30, 1_300);
    flush();
    expect(reader.lastRegister(1)).toEqual({ at: at(60), energyWh: 1_600 });
    add(40, 1_400);
    flush();
    expect(reader.lastRegister(1)).toEqual({ at: at(60), energyWh: 1_600 });
    expect(values('SELECT last_at_ms FROM progress')).toEqual([at(60)]);
  });
});
