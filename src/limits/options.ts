import type { WrittenLimit } from '../domain/site-limits.ts';

/** What the configuration says of limits from outside; its section `limits` fits as it is. */

export type WrittenThen = 'configured' | WrittenLimit;

export type ScheduleOptions = WrittenLimit & {
  readonly id: string;
  readonly circuit: string;
  /** Five fields of cron, in the time zone of the site. */
  readonly start: string;
  readonly durationMin: number;
};

type Lasting = { readonly id: string; readonly circuit: string; readonly ttlS: number; readonly then: WrittenThen };

export type ModbusOptions = Lasting & {
  readonly host: string;
  readonly port: number;
  readonly unit: number;
  readonly kind: 'coil' | 'discrete-input' | 'holding' | 'input';
  readonly address: number;
  readonly intervalS: number;
  readonly timeoutMs: number;
  /** What is read, and what it means: no limit where neither amps nor watts stand there, or the value is not listed. */
  readonly values: readonly (WrittenLimit & { readonly value: number })[];
  /** The register holds the limit itself, times `scale`. */
  readonly measures?: 'A' | 'W' | undefined;
  readonly scale: number;
  readonly standard?: 'section-14a' | undefined;
};

export type MqttOptions = Lasting & {
  readonly url: string;
  readonly topic: string;
  readonly username?: string | undefined;
  readonly password?: { reveal(): Buffer } | null | undefined;
  /** RFC 6901; without it the message is the limit. */
  readonly pointer?: string | undefined;
  readonly measures: 'A' | 'W';
  readonly standard?: 'section-14a' | undefined;
};

export type LimitOptions = {
  readonly schedules: readonly ScheduleOptions[];
  readonly modbus: readonly ModbusOptions[];
  readonly mqtt: readonly MqttOptions[];
};
