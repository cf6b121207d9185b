/**
 * Meters that are asked over Modbus TCP: one request at a time, whole blocks, a pause between them. What fails is said
 * and tried again; it is never made up, so that a silent meter is seen to be silent.
 */
import modbus from 'modbus-serial';
import { createBackOff } from '../runtime/back-off.ts';
import { MAX_PAUSE_MS, type MeterPort, type RunningMeter, troubleTeller } from './adapter.ts';
import type { ModbusMeter, Register, RegisterMap } from './meter-config.ts';
import { presets } from './presets.ts';
import { emptyReading, type RawReading, sampleFrom } from './raw-reading.ts';
import { type Block, blocksOf, registerValue } from './registers.ts';
import { MAX_MODELS, readModel, SUNS, SUNSPEC_STARTS, type SunspecMeter } from './sunspec.ts';

/** Between two requests: meters behind a serial line need the silence, ms. */
const GAP_MS = 20;
/** Time-outs in a row after which the connection is taken for dead. */
const MAX_TIMEOUTS = 3;
/** To establish a connection, ms. */
const CONNECT_MS = 5_000;

/** Lets one after the other onto a line that several meters share. */
export type InTurn = <Result>(run: () => Promise<Result>) => Promise<Result>;

export function createInTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (run) => {
    const mine = last.then(run);
    last = mine.catch(() => undefined);
    return mine;
  };
}

// A CommonJS module that names itself as its default.
const ModbusRTU = modbus.default;
type Client = InstanceType<typeof ModbusRTU>;

type Plan = SunspecMeter;

/** Reads the meter every `intervalS` until it is stopped. `inTurn`: shared by the meters of one host and port. */
export function startModbusMeter(config: ModbusMeter, port: MeterPort, inTurn: InTurn = createInTurn()): RunningMeter {
  const { clock } = port;
  const tell = troubleTeller(port, config.id);
  const backOff = createBackOff(MAX_PAUSE_MS);
  let client: Client | null = null;
  let plan: Plan | null = planOf(config);
  let timeouts = 0;
  let stopped = false;
  let timer = clock.after(0, () => void look());

  const pause = (ms: number): Promise<void> => {
    return new Promise((done) => {
      clock.after(ms, done);
    });
  };

  async function look(): Promise<void> {
    const began = clock.monotonic();
    let wait = 0;
    try {
      await inTurn(async () => {
        if (stopped) return;
        client ??= await connect(config, port);
        plan ??= await findSunspec(client, () => pause(GAP_MS));
        const said = await readAll(client, plan, () => pause(GAP_MS));
        if (stopped) return;
        timeouts = 0;
        backOff.reset();
        const sample = sampleFrom(said, {
          meterId: config.id,
          now: clock.now(),
          receivedAt: clock.monotonic(),
          nominalVoltageV: port.nominalVoltageV,
          invert: config.invert === true,
        });
        if (typeof sample === 'string') {
          tell(`Meter ${config.id} at ${config.host}: ${sample}. Check its preset or its registers.`);
          return;
        }
        tell(null);
        port.sample(sample);
      });
    } catch (error) {
      wait = failed(error);
    }
    if (stopped) return;
    const next = Math.max(wait, config.intervalS * 1_000 - (clock.monotonic() - began), GAP_MS);
    timer = clock.after(next, () => void look());
  }

  /** Says what failed; how long to wait at least, ms. */
  function failed(error: unknown): number {
    if (stopped) return 0;
    tell(`Meter ${config.id} at ${config.host}:${config.port}, unit ${config.unit}: ${inWords(error)}`);
    const isTimeout = errorName(error) === 'TransactionTimedOutError';
    // An exception is an answer: the line is good.
    if (client?.isOpen === true && exceptionCode(error) !== null) return 0;
    timeouts += 1;
    if (client?.isOpen === true && isTimeout && timeouts < MAX_TIMEOUTS) return 0;
    disconnect();
    return backOff.next();
  }

  function disconnect(): void {
    timeouts = 0;
    client?.destroy(() => undefined);
    client = null;
  }

  return {
    stop(): void {
      stopped = true;
      timer.cancel();
      disconnect();
    },
  };
}

function planOf({ preset, registers }: ModbusMeter): Plan | null {
  if (registers !== undefined) return { registers, factors: {} };
  if (preset === undefined || preset === 'sunspec') return null;
  return { registers: presets[preset], factors: {} };
}

async function connect(config: ModbusMeter, { clock }: MeterPort): Promise<Client> {
  const client = new ModbusRTU();
  client.setID(config.unit);
  client.setTimeout(config.timeoutMs);
  // Without a listener a socket's error would end the process.
  client.on('error', () => undefined);
  let giveUp: (why: Error) => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  const timer = clock.after(CONNECT_MS, () => giveUp(new Error('no connection in time')));
  try {
    await Promise.race([client.connectTCP(config.host, { port: config.port }), late]);
  } catch (error) {
    client.destroy(() => undefined);
    throw error;
  } finally {
    timer.cancel();
  }
  return client;
}

async function readBlock(client: Client, block: Block): Promise<Block & { readonly bytes: Buffer }> {
  const read = block.function === 'input' ? client.readInputRegisters : client.readHoldingRegisters;
  const { buffer } = await read.call(client, block.address, block.words);
  return { ...block, bytes: buffer };
}

async function readAll(client: Client, plan: Plan, gap: () => Promise<void>): Promise<RawReading> {
  const { registers: map, factors } = plan;
  const all = [...Object.values(map), ...Object.values(factors)].flat().filter((each) => each !== undefined);
  const blocks: (Block & { readonly bytes: Buffer })[] = [];
  for (const [each, block] of blocksOf(all).entries()) {
    if (each > 0) await gap();
    blocks.push(await readBlock(client, block));
  }
  const value = (name: keyof RegisterMap, register: Register): number => {
    const factor = factors[name];
    const power = factor === undefined ? 0 : registerValue(factor, blocks);
    return registerValue(register, blocks) * 10 ** (Number.isNaN(power) ? 0 : power);
  };
  const one = (name: 'powerW' | 'energyWh' | 'frequencyHz'): number | null => {
    const register = map[name];
    const read = register === undefined ? Number.NaN : value(name, register);
    return Number.isFinite(read) ? read : null;
  };
  /** A meter of one phase has none of the others; one without the first has none at all. */
  const three = (name: 'currentA' | 'phasePowerW' | 'voltageV'): RawReading['currentA'] => {
    const registers = map[name];
    if (registers === undefined) return null;
    const [a, b, c] = registers;
    const [l1, l2, l3] = [value(name, a), value(name, b), value(name, c)];
    if (!Number.isFinite(l1)) return null;
    return [l1, Number.isFinite(l2) ? l2 : 0, Number.isFinite(l3) ? l3 : 0];
  };
  return {
    ...emptyReading,
    currentA: three('currentA'),
    phasePowerW: three('phasePowerW'),
    powerW: one('powerW'),
    energyWh: one('energyWh'),
    voltageV: three('voltageV'),
    frequencyHz: one('frequencyHz'),
  };
}

async function findSunspec(client: Client, gap: () => Promise<void>): Promise<Plan> {
  const words = async (address: number): Promise<readonly number[] | null> => {
    await gap();
    try {
      return (await client.readHoldingRegisters(address, 2)).data;
    } catch (error) {
      if (exceptionCode(error) === null) throw error;
      return null;
    }
  };
  for (const start of SUNSPEC_STARTS) {
    const mark = await words(start);
    if (mark?.[0] !== SUNS[0] || mark[1] !== SUNS[1]) continue;
    let address = start + 2;
    for (let models = 0; models < MAX_MODELS; models++) {
      const header = await words(address);
      const model = readModel(address, header?.[0] ?? 0xffff, header?.[1] ?? 0);
      if (model === null) break;
      if ('registers' in model) return model;
      address = model.next;
    }
    throw new Error('it speaks SunSpec but describes no meter (models 201 to 204, 211 to 214)');
  }
  throw new Error('it does not speak SunSpec: no "SunS" at 40000, 0 or 50000');
}

/** Modbus Application Protocol 1.1b3 §7. */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: 'it refuses the function (01): the wrong preset, or holding and input registers mixed up.',
  2: 'it does not have these registers (02): the wrong preset or address.',
  3: 'it refuses how much is asked for (03): the wrong preset.',
  4: 'it has failed in itself (04).',
  6: 'it is busy (06).',
  10: 'the gateway has no way to it (10): check the gateway.',
  11: 'the gateway gets no answer from it (11): check the unit number and the wiring behind the gateway.',
};

function inWords(error: unknown): string {
  const code = exceptionCode(error);
  if (code !== null) return EXCEPTIONS[code] ?? `it answers with exception ${code}.`;
  if (errorName(error) === 'TransactionTimedOutError') return 'no answer in time: check the unit number and the cable.';
  const text = error instanceof Error ? error.message : String(error);
  if (/ECONNREFUSED/.test(text)) return 'the connection is refused: check port, and that Modbus TCP is switched on.';
  if (/EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN/.test(text)) return `it can't be reached: check host and network.`;
  return `${text.slice(0, 200)}.`;
}

function exceptionCode(error: unknown): number | null {
  const code = typeof error === 'object' && error !== null && 'modbusCode' in error ? error.modbusCode : null;
  return typeof code === 'number' ? code : null;
}

function errorName(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : '';
}
