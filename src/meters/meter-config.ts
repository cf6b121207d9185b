/** How each kind of meter is reached: what the configuration says of it, resolved. */
import type { MeterSide } from '../domain/site-model.ts';

type Common = {
  readonly id: string;
  readonly circuit: string;
  readonly side: MeterSide;
  /** How often it is read, or says something, s. */
  readonly intervalS: number;
  readonly lostAfterS: number;
  /** Everything it says is to be turned round: it was mounted the wrong way. */
  readonly invert?: boolean;
};

export const presetNames = [
  'sdm630',
  'sdm72',
  'em24',
  'em340',
  'janitza-umg',
  'iem3000',
  'abb-b23',
  'pac2200',
  'shelly-3em',
  'sunspec',
] as const;
export type PresetName = (typeof presetNames)[number];

/** `le`: the low word comes first. Bytes within a word are always big-endian, as Modbus has them. */
export type RegisterType =
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'float32'
  | 'int64'
  | 'uint64'
  | 'float64'
  | 'int32le'
  | 'uint32le'
  | 'float32le';

export type Register = {
  /** As it goes on the wire, counted from 0. */
  readonly address: number;
  readonly type: RegisterType;
  /** The value is what is read times this; 1 unless given. */
  readonly scale?: number;
  readonly function?: 'holding' | 'input';
};
type Three = readonly [Register, Register, Register];

/** Registers in amps, watts, volts, hertz and watt-hours. Currents, or watts of each phase, or watts in total. */
export type RegisterMap = {
  readonly currentA?: Three | undefined;
  /** Signed: gives currents their direction, where a meter has no sign of its own for them. */
  readonly phasePowerW?: Three | undefined;
  readonly powerW?: Register | undefined;
  readonly energyWh?: Register | undefined;
  readonly voltageV?: Three | undefined;
  readonly frequencyHz?: Register | undefined;
};

export type ModbusMeter = Common & {
  readonly type: 'modbus-tcp';
  readonly host: string;
  readonly port: number;
  readonly unit: number;
  readonly preset?: PresetName | undefined;
  readonly registers?: RegisterMap | undefined;
  /** For each answer, ms. */
  readonly timeoutMs: number;
};

/** JSON pointers (RFC 6901) into what is published; an empty one is the message itself. */
export type MqttMeter = Common & {
  readonly type: 'mqtt';
  readonly url: string;
  readonly topic: string;
  readonly currentA?: readonly [string, string, string] | undefined;
  /** Of each phase, or one for all three. */
  readonly powerW?: readonly [string, string, string] | string | undefined;
  readonly energyWh?: string | undefined;
  readonly at?: string | undefined;
  readonly scale?: number | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
};

export type HttpMeter = Common & { readonly type: 'http' };

export type ChargePointMeter = Common & {
  readonly type: 'charge-point';
  readonly chargePoint: string;
  /** 0: the charge point's main meter. */
  readonly connector: number;
};

export type MeterConfig = ModbusMeter | MqttMeter | HttpMeter | ChargePointMeter;
