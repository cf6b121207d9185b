import { createHash } from 'node:crypto';
import { balancingFor } from '../src/controller/balancing/for-site.ts';
import type { WantedCall } from '../src/controller/calls.ts';
import { createLines, type Line } from '../src/controller/lines.ts';
import { createSession } from '../src/controller/session.ts';
import { createTurn } from '../src/controller/turn.ts';
import type { Event } from '../src/domain/events.ts';
import type { MeterSample } from '../src/domain/meter.ts';
import type { Reading } from '../src/domain/metering.ts';
import { defaultPolicy } from '../src/domain/sharing-policy.ts';
import { type CircuitModel, rotations, type SiteModel } from '../src/domain/site-model.ts';
import { milliAmps, type PerPhase, wattHours } from '../src/domain/units.ts';
import { stopwatchBy } from '../src/runtime/clock.ts';
import type { Connection, Log } from '../src/runtime/ports.ts';
import { createBalanceHistory } from '../src/store/balance-history.ts';
import { openStore } from '../src/store/database.ts';
import { createReader } from '../src/store/reader.ts';
import { createRecorder } from '../src/store/record.ts';
import { createManualClock } from '../test/support/manual-clock.ts';
import { openPolicy } from '../test/support/site.ts';

/**
 * A car park under the control loop, without sockets: the loop's own turn over a store in memory, and charge points that
 * answer between two turns. Time passes only when it is told to, so that what is measured is work.
 */

type Car = { id: string; grantA: number; appetiteA: number; phases: number };

const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const silent: Connection = {
  remoteAddress: '127.0.0.1',
  reachedAt: 'http://127.0.0.1',
  send: () => {},
  ping: () => {},
  close: () => {},
  terminate: () => {},
  pause: () => {},
  resume: () => {},
};

export function createPark(size: { feeders: number; boards: number; sockets: number }, random: () => number) {
  const model = modelOf(size);
  const clock = createManualClock();
  const { database } = openStore(':memory:', { now: clock.now(), newId: () => 'epoch' });
  const lines = createLines();
  const cars = model.connectors.map(
    ({ chargePointId: id }): Car => ({
      id,
      grantA: 0,
      appetiteA: 8 + 24 * random(),
      phases: 1 + Math.floor(random() * 3),
    }),
  );
  const carAt = new Map(cars.map((car) => [car.id, car]));
  for (const { id } of cars) {
    const line = lines.of(id);
    line.registration = 'accepted';
    line.session = createSession(silent, 1, clock.now(), clock.monotonic());
  }
  const reader = createReader(database);
  const turn = createTurn({
    database,
    record: createRecorder(database),
    passenger: { waiting: () => false, board: () => {}, arrived: () => {} },
    clock,
    log: quiet,
  });
  /** Answers that have yet to arrive. */
  let answers: (() => void)[] = [];
  const counts = { sent: 0, decreases: 0 };
  const sent = createHash('sha256');
  const faults: string[] = [];
  let ids = 0;
  const balancing = balancingFor(
    { leaseS: 'auto', rules: { policy: defaultPolicy, tierOf: [] } },
    {
      reader,
      history: createBalanceHistory(database),
      policy: { ...openPolicy, siteModel: model },
      timeZone: 'Europe/Berlin',
      callTimeoutMs: 30_000,
      lines,
      clock,
      stopwatch: stopwatchBy(clock),
      ids: { uuid: () => `call-${++ids}` },
      log: { ...quiet, error: (_, text) => faults.push(text) },
      enqueue: ({ key, decide }) => turn.enqueue({ key, decide }),
      follow: (events) => {
        for (const event of events) balancing?.noticed(event);
      },
      call: (line, wanted) => {
        counts.sent += 1;
        if (wanted.class === 'decrease') counts.decreases += 1;
        answers.push(() => {
          sent.update(`${line.chargePointId} ${wanted.action} ${JSON.stringify(wanted.payload)}\n`);
          answer(line, wanted);
        });
        return true;
      },
    },
  );
  if (balancing === null) throw new Error('a site without circuits has nothing to measure');

  for (const [at, { id }] of cars.entries()) {
    balancing.noticed({
      type: 'transaction-started',
      chargePointId: id,
      transactionId: at + 1,
      start: {
        connectorId: 1,
        idTag: `CARD-${at}`,
        at: clock.now(),
        receivedAt: clock.now(),
        meterWh: wattHours(0),
        reservationId: null,
      },
      verdict: { status: 'Accepted', expiresAt: null, parentIdTag: null },
      evidence: { kind: 'start', message: '[]', receivedAt: clock.now() },
      findings: [],
    });
  }

  return {
    model,
    balancing,
    counts,
    faults,
    clock,
    cars,
    /** Of all that was sent: a loop that decides the same has the same. To be asked for once. */
    fingerprint: (): string => sent.digest('hex').slice(0, 12),
    /** Takes in every answer that is under way. */
    deliver(): number {
      const arrived = answers;
      answers = [];
      for (const one of arrived) one();
      return arrived.length;
    },
    /** The sample of one car. */
    readingOf(at: number): Event {
      const car = cars[at];
      if (car === undefined) throw new RangeError(`there is no car ${at}`);
      const mA = milliAmps(Math.round(Math.min(car.grantA, car.appetiteA) * 1_000));
      const of = (phase: number) => (phase < car.phases ? mA : milliAmps(0));
      const reading: Reading = {
        at: clock.now(),
        context: 'Sample.Periodic',
        energyWh: null,
        powerW: null,
        currentMA: [of(0), of(1), of(2)],
        voltageMV: [null, null, null],
        offeredMA: null,
        socPercent: null,
        quality: 'measured',
        derived: [],
      };
      return {
        type: 'readings-taken',
        chargePointId: car.id,
        connectorId: 1,
        transactionId: at + 1,
        readings: [reading],
        dropped: 0,
        receivedAt: clock.now(),
      };
    },
    /** A meter that shows these amps besides all cars below it. */
    sampleOf(meterId: string, foreignA: number, isBelow: (at: number) => boolean): MeterSample {
      const flow = [foreignA, foreignA, foreignA];
      for (const [at, car] of cars.entries()) {
        if (!isBelow(at)) continue;
        const shift = at % 3;
        for (let phase = 0; phase < car.phases; phase += 1) {
          const grid = (phase + shift) % 3;
          flow[grid] = (flow[grid] ?? 0) + Math.min(car.grantA, car.appetiteA);
        }
      }
      const currentMA = flow.map((amps) => milliAmps(Math.round(amps * 1_000))) as unknown as PerPhase<never>;
      return {
        meterId,
        at: clock.now(),
        stamped: true,
        receivedAt: clock.monotonic(),
        currentMA,
        powerW: null,
        energyWh: null,
        liveness: [],
      };
    },
    stop(): void {
      balancing.stop();
      database.close();
    },
  };

  function answer(line: Line, { action, payload, ended }: WantedCall): void {
    const car = carAt.get(line.chargePointId);
    if (car !== undefined && action === 'SetChargingProfile') {
      const limit = /"limit":([\d.]+)/.exec(JSON.stringify(payload))?.[1];
      // A floor comes first, and is what holds until there is a grant.
      car.grantA = Number(limit);
    }
    const result = action === 'GetCompositeSchedule' ? compositeOf(payload, car?.grantA ?? 0) : { status: 'Accepted' };
    ended?.({ kind: 'result', payload: result, keepsSchema: true }, true, false);
  }

  function compositeOf(payload: object, limit: number): object {
    const { duration } = payload as { duration: number };
    return {
      status: 'Accepted',
      connectorId: 1,
      scheduleStart: new Date(clock.now()).toISOString(),
      chargingSchedule: { duration, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
    };
  }
}

function modelOf({ feeders, boards, sockets }: { feeders: number; boards: number; sockets: number }): SiteModel {
  const circuits = [circuit('site', null, sockets * 12)];
  for (let at = 0; at < feeders; at += 1) circuits.push(circuit(`feeder${at}`, 'site', (sockets / feeders) * 14));
  for (let at = 0; at < boards; at += 1) {
    circuits.push(circuit(`board${at}`, `feeder${at % feeders}`, (sockets / boards) * 16));
  }
  for (let at = 0; at < sockets; at += 1) circuits.push(circuit(`socket${at}`, `board${at % boards}`, 40));
  const turning = [rotations[0], rotations[3], rotations[4]] as const;
  return {
    circuits,
    connectors: Array.from({ length: sockets }, (_, at) => ({
      chargePointId: `CP${at}`,
      connectorId: 1,
      circuit: `socket${at}`,
      wiredPhases: 3,
      rotation: turning[at % 3] ?? 'RST',
      ratedMA: milliAmps(32_000),
      maxMA: milliAmps(32_000),
      minMA: milliAmps(6_000),
      floorMA: milliAmps(0),
      dc: null,
      smartCharging: true,
    })),
    meters: ['site', ...Array.from({ length: feeders }, (_, at) => `feeder${at}`)].map((id) => ({
      id,
      circuit: id,
      side: 'grid',
      intervalMs: 1_000,
      lostAfterMs: 60_000,
    })),
    unknownReserveMA: milliAmps(0),
    trustLearnedPhases: false,
  };
}

function circuit(id: string, parent: string | null, amps: number): CircuitModel {
  const limit = milliAmps(amps * 1_000);
  const none = milliAmps(0);
  return {
    id,
    parent,
    limitMA: [limit, limit, limit],
    limitW: null,
    unbalanceMA: null,
    marginPercent: 5,
    reserveMA: [none, none, none],
    creditGeneration: false,
    chargePointId: null,
  };
}
