import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { Sqlite } from '../../src/store/sqlite.ts';
import { freePort, startProcess } from '../support/busbar-process.ts';
import { seeded } from '../support/seeded.ts';
import { startStubbornChargePoint } from '../support/stubborn-charge-point.ts';

/** More by BUSBAR_KILLS=1000, for a night. */
const KILLS = Number(process.env.BUSBAR_KILLS ?? 60);
const CHARGE_POINTS = 8;

describe('the process killed at random moments of a running load', () => {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-kill-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(
    `loses and doubles no answered start or stop in ${KILLS} kills`,
    async () => {
      const random = seeded(20_261_122);
      const port = await freePort();
      const path = join(folder, 'busbar.db');
      const settings = {
        'ocpp.host': '127.0.0.1',
        'ocpp.port': port,
        'http.port': 0,
        'ocpp.unknownChargePoints': 'accept',
        'authorization.unknownCards': 'accept',
        'authorization.concurrentTransactions': 'allow',
        'log.level': 'info',
        'store.path': path,
      };
      let busbar = await startProcess(settings);
      const chargePoints = Array.from({ length: CHARGE_POINTS }, (_, index) =>
        startStubbornChargePoint(`ws://127.0.0.1:${port}/ocpp`, `CP-${index}`, seeded(index + 1)),
      );
      let killedWhileBusy = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        const before = chargePoints.reduce((sum, one) => sum + one.answers(), 0);
        // The moment of the kill is what is being varied: this wait is the experiment, not a way to wait for something.
        await pause(2 + Math.floor(random() * 400));
        await busbar.kill();
        if (chargePoints.reduce((sum, one) => sum + one.answers(), 0) > before) killedWhileBusy += 1;
        busbar = await startProcess(settings);
      }
      await Promise.all(chargePoints.map((one) => one.finish()));
      expect(await busbar.stop()).toBe(0);

      const sessions = chargePoints.flatMap((one) => one.sessions);
      const database = new Sqlite(path, { readonly: true });
      try {
        expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
        const rows = database
          .prepare(
            `SELECT t.id, c.id AS cp, t.state, t.connector_id, t.meter_start_wh, t.meter_stop_wh, t.started_ms
             FROM transactions t JOIN charge_points c ON c.ref = t.charge_point_ref`,
          )
          .all() as Row[];
        const byId = new Map(rows.map((row) => [row.id, row]));
        for (const session of sessions) {
          expect(session.transactionIds.size, 'one start, one transactionId, however often it was sent').toBe(1);
          const row = byId.get([...session.transactionIds][0] ?? -1);
          expect(row).toEqual({
            id: [...session.transactionIds][0],
            cp: session.chargePointId,
            state: 'stopped',
            connector_id: session.connectorId,
            meter_start_wh: session.meterStart,
            meter_stop_wh: session.meterStop,
            started_ms: Date.parse(session.startedAt),
          });
        }
        expect(rows.length, 'nothing in the ledger twice, nothing that was never sent').toBe(sessions.length);
        const repeated = sessions.filter(({ startSends, stopSends }) => startSends > 1 || stopSends > 1).length;
        expect(repeated, 'the kills really fell into starts and stops').toBeGreaterThan(0);
        expect(killedWhileBusy).toBeGreaterThan(KILLS / 2);
      } finally {
        database.close();
      }
    },
    60_000 + KILLS * 4_000,
  );
});

type Row = {
  id: number;
  cp: string;
  state: string;
  connector_id: number;
  meter_start_wh: number;
  meter_stop_wh: number;
  started_ms: number;
};
