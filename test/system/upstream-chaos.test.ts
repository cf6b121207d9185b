import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { Sqlite } from '../../src/store/sqlite.ts';
import { startConsumer } from '../../src/upstream-consumer/consumer.ts';
import { openKeep } from '../../src/upstream-consumer/keep.ts';
import { freePort, startProcess } from '../support/busbar-process.ts';
import { startContractWitness } from '../support/contract-witness.ts';
import { hasBroker, startMosquitto } from '../support/mosquitto.ts';
import { seeded } from '../support/seeded.ts';
import { startStubbornChargePoint } from '../support/stubborn-charge-point.ts';
import { startTcpLine } from '../support/tcp-line.ts';

/** More by BUSBAR_CHAOS=1000, for a night. */
const BLOWS = Number(process.env.BUSBAR_CHAOS ?? 52);
const CHARGE_POINTS = 8;
const SITE = 'busbar/v1/acme/chaos';

describe.skipIf(!hasBroker())(
  'the backend of a site whose broker, line, controller and consumer fall at random',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'busbar-chaos-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it(
      `has exactly the events of the outbox after ${BLOWS} blows, in order, each once`,
      async () => {
        const random = seeded(20_261_127);
        const mosquitto = await startMosquitto();
        const line = await startTcpLine(mosquitto.port);
        const port = await freePort();
        const path = join(folder, 'busbar.db');
        const file = join(folder, 'site.yaml');
        writeFileSync(
          file,
          `site: {id: chaos}
ocpp: {host: 127.0.0.1, port: ${port}, unknownChargePoints: accept}
http: {port: 0}
authorization: {unknownCards: accept, concurrentTransactions: allow}
store: {path: ${path}}
upstream: {url: 'mqtt://127.0.0.1:${line.port}', tenant: acme}
`,
        );
        const start = () => startProcess({}, folder, file);
        const keep = openKeep(join(folder, 'upstream.db'));
        const consume = () =>
          startConsumer(keep, {
            url: `mqtt://127.0.0.1:${mosquitto.port}`,
            root: 'busbar/v1/+/+',
            clientId: 'consumer',
            silent: false,
            login: {},
          });
        const witness = await startContractWitness(`mqtt://127.0.0.1:${mosquitto.port}`);
        let busbar = await start();
        let consumer = consume();
        const chargePoints = Array.from({ length: CHARGE_POINTS }, (_, index) =>
          startStubbornChargePoint(`ws://127.0.0.1:${port}/ocpp`, `CP-${index}`, seeded(index + 1)),
        );
        const blows: Record<string, () => Promise<void>> = {
          'the controller is killed': async () => {
            await busbar.kill();
            busbar = await start();
          },
          'the broker is killed': async () => {
            await mosquitto.kill();
            await mosquitto.start();
          },
          'the broker forgets everything': async () => {
            await mosquitto.kill();
            await mosquitto.start(true);
          },
          'the line is cut': async () => {
            line.cut();
            await pause(random() * 500);
            line.mend();
          },
          'the line swallows': async () => {
            line.stall();
            await pause(random() * 500);
            line.mend();
          },
          'the consumer is away': async () => {
            await consumer.stop();
            await pause(random() * 500);
            consumer = consume();
          },
        };
        const names = Object.keys(blows);
        const dealt = new Map<string, number>();
        for (let blow = 0; blow < BLOWS; blow++) {
          // The moment of the blow is what is being varied: this wait is the experiment, not a way to wait for something.
          await pause(5 + random() * 700);
          const name = names[Math.floor(random() * names.length)] ?? '';
          dealt.set(name, (dealt.get(name) ?? 0) + 1);
          await blows[name]?.();
        }
        await Promise.all(chargePoints.map((one) => one.finish()));

        const database = new Sqlite(path, { readonly: true });
        const head = database.prepare('SELECT max(seq) FROM outbox').pluck();
        const epoch = database.prepare('SELECT epoch FROM outbox_epochs').pluck().get() as string;
        const calmAt = Date.now();
        while ((keep.upTo(SITE, epoch, 't0') ?? 0) < (head.get() as number)) await pause(50);
        const drainedMs = Date.now() - calmAt;
        expect(await busbar.stop()).toBe(0);
        await consumer.stop();
        const { seen, problems } = await witness.stop();
        expect(problems).toEqual([]);
        const kinds = ['ack', 'events', 'info', 'readings', 'site', 'state', 'status'];
        expect([...seen].sort()).toEqual(expect.arrayContaining(kinds));

        const sent = database
          .prepare("SELECT seq, 'busbar.' || type AS type, subject, json(body) AS data FROM outbox ORDER BY seq")
          .all();
        const had = keep.database
          .prepare(
            'SELECT seq, type, subject, json(data) AS data FROM events WHERE site = ? AND epoch = ? ORDER BY rowid',
          )
          .all(SITE, epoch);
        expect(had.slice(0, sent.length)).toEqual(sent);
        const ledger = database
          .prepare('SELECT id, state, meter_start_wh AS startWh, meter_stop_wh AS stopWh FROM transactions ORDER BY id')
          .all();
        const sessions = keep.database
          .prepare(
            'SELECT transaction_id AS id, state, meter_start_wh AS startWh, meter_stop_wh AS stopWh FROM sessions ORDER BY transaction_id',
          )
          .all();
        expect(sessions).toEqual(ledger);
        expect(ledger.length, 'there was a load').toBeGreaterThan(BLOWS);
        expect(keep.sites()[0]).toMatchObject({ site: SITE, lost: 0, explained: 0 });
        expect(keep.statusOf(SITE)).toMatchObject({ state: 'offline' });
        const twice = keep.sites()[0]?.duplicates ?? 0;
        expect(twice, 'the blows really fell into what was on its way').toBeGreaterThan(0);
        if (process.env.BUSBAR_CHAOS_FIGURES !== undefined) {
          const figures = {
            events: sent.length,
            sessions: sessions.length,
            twice,
            drainedMs,
            dealt: Object.fromEntries(dealt),
          };
          process.stderr.write(`${JSON.stringify(figures)}\n`);
        }
        database.close();
        keep.close();
        await line.close();
        await mosquitto.stop();
      },
      120_000 + BLOWS * 4_000,
    );
  },
);
