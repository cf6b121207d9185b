/** Starts whatever is asked or listened to by itself, and takes in what is brought. */
import type { MeterSample } from '../domain/meter.ts';
import type { Clock, Log } from '../runtime/ports.ts';
import type { MeterPort } from './adapter.ts';
import { type ReadingsTaken, sampleOfReadings } from './charge-point.ts';
import { type PushedSample, pushedSample } from './http-push.ts';
import type { MeterConfig } from './meter-config.ts';
import { createInTurn, type InTurn, startModbusMeter } from './modbus-tcp.ts';
import { startMqttMeter } from './mqtt.ts';

export type MetersOptions = {
  readonly meters: readonly MeterConfig[];
  readonly clock: Clock;
  readonly log: Log;
  readonly nominalVoltageV: number;
  readonly sample: (sample: MeterSample) => void;
  /** Of one meter, in words; null when it works again. */
  readonly trouble: (meterId: string, words: string | null) => void;
};

export type Meters = {
  /** Takes a sample that was brought. Null when it was taken; else in words what is wrong. */
  push(meterId: string, body: PushedSample): string | null;
  /** Looks for meters among a charge point's readings. */
  readingsTaken(event: ReadingsTaken): void;
  stop(): void;
};

export function startMeters(options: MetersOptions): Meters {
  const { meters, clock, log, nominalVoltageV, sample } = options;
  const lines = new Map<string, InTurn>();
  const running = meters.flatMap((meter) => {
    const port: MeterPort = {
      clock,
      log,
      nominalVoltageV,
      sample,
      trouble: (words) => options.trouble(meter.id, words),
    };
    if (meter.type === 'mqtt') return [startMqttMeter(meter, port)];
    if (meter.type !== 'modbus-tcp') return [];
    const line = `${meter.host}:${meter.port}`;
    const inTurn = lines.get(line) ?? createInTurn();
    lines.set(line, inTurn);
    return [startModbusMeter(meter, port, inTurn)];
  });
  return {
    push(meterId, body): string | null {
      const meter = meters.find(({ id }) => id === meterId);
      if (meter?.type !== 'http') return `meter ${meterId} is not of type http`;
      const taken = pushedSample(body, meter, { now: clock.now(), monotonic: clock.monotonic(), nominalVoltageV });
      if (typeof taken === 'string') return taken;
      sample(taken);
      return null;
    },
    readingsTaken(event): void {
      for (const meter of meters) {
        const taken = meter.type === 'charge-point' ? sampleOfReadings(event, meter, clock.monotonic()) : null;
        if (taken !== null) sample(taken);
      }
    },
    stop(): void {
      for (const meter of running) meter.stop();
    },
  };
}
