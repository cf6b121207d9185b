import { once } from 'node:events';
import { createServer } from 'node:net';
import { type FCallbackVal, ServerTCP } from 'modbus-serial';
import type { SimClock } from './clock.ts';

/** A meter in a circuit that is read over Modbus TCP, with the input registers of an Eastron SDM630 (big-endian float32). */

/** What can be wrong with it; any of them may be set and cleared while it runs. */
export type MeterFaults = {
  /** Shows for ever what it showed last. */
  frozen: boolean;
  /** Takes connections and answers nothing. */
  silent: boolean;
  /** Shows milliamps where amps are expected. */
  thousandfold: boolean;
  /** Which phase stands at each place of its terminals, as wired by a tired electrician; [0, 1, 2] is right. */
  order: readonly number[];
  /** Each answer takes so many seconds. */
  delaySeconds: number;
};

type ModbusMeterOptions = {
  /** What flows at this moment, in amps on L1, L2, L3. */
  readonly amps: () => readonly number[];
  readonly clock: SimClock;
  /** One that is free if absent. */
  readonly port?: number;
  /** Answers to this unit only; to all if absent. */
  readonly unit?: number;
};

export type ModbusMeter = {
  readonly port: number;
  readonly faults: MeterFaults;
  close(): Promise<void>;
};

const volts = 230;
const hertz = 50;
/** First register of each value; each takes two. Phases follow one another. */
const registers = { volts: 0, amps: 6, watts: 12, sumAmps: 48, totalWatts: 52, hertz: 70, importKwh: 72 };
/** Registers that it has; reading beyond them is an illegal address, exception 2. */
const registerCount = 80;
/** Unit that answers to every address. */
const anyUnit = 255;

export async function startModbusMeter({ amps, clock, port, unit }: ModbusMeterOptions): Promise<ModbusMeter> {
  const faults: MeterFaults = { frozen: false, silent: false, thousandfold: false, order: [0, 1, 2], delaySeconds: 0 };
  const energy = { wattHours: 0, at: clock.now(), watts: 0 };
  let shown = Buffer.alloc(registerCount * 2);

  const refresh = (): Buffer => {
    if (faults.frozen) return shown;
    const now = clock.now();
    energy.wattHours += (energy.watts * (now - energy.at)) / 3_600_000;
    const flowing = amps();
    const places = faults.order.map((phase) => flowing[phase] ?? 0);
    const factor = faults.thousandfold ? 1000 : 1;
    const total = places.reduce((sum, each) => sum + each, 0);
    energy.at = now;
    energy.watts = total * volts;
    const image = Buffer.alloc(registerCount * 2);
    const put = (register: number, value: number) => image.writeFloatBE(value, register * 2);
    places.forEach((each, place) => {
      put(registers.volts + 2 * place, volts);
      put(registers.amps + 2 * place, each * factor);
      put(registers.watts + 2 * place, each * volts);
    });
    put(registers.sumAmps, total * factor);
    put(registers.totalWatts, energy.watts);
    put(registers.hertz, hertz);
    put(registers.importKwh, energy.wattHours / 1000);
    shown = image;
    return shown;
  };

  const read = (address: number, length: number, done: FCallbackVal<number[]>): void => {
    if (faults.silent) return;
    const answer = (): void => {
      if (address + length > registerCount) {
        done(Object.assign(new Error('no such register'), { modbusErrorCode: 2 }), []);
        return;
      }
      const image = refresh();
      done(
        null,
        Array.from({ length }, (_, index) => image.readUInt16BE((address + index) * 2)),
      );
    };
    if (faults.delaySeconds === 0) answer();
    else clock.setTimeout(answer, faults.delaySeconds * 1000);
  };

  const listening = port ?? (await freePort());
  const server = new ServerTCP(
    {
      // By the number of parameters the library tells a function that calls back from one that returns.
      getMultipleInputRegisters: (address, length, _unit, done) => read(address, length, done),
      getInputRegister: (address, _unit, done) => read(address, 1, (error, values) => done(error, values[0] ?? 0)),
    },
    { host: '127.0.0.1', port: listening, unitID: unit ?? anyUnit },
  );
  // A reader that breaks off is its own affair.
  server.on('socketError', () => {});
  await Promise.race([
    once(server, 'initialized'),
    once(server, 'serverError').then(([error]) => Promise.reject(error)),
  ]);
  return {
    port: listening,
    faults,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The library can't be asked for a port of the system's choice, so one is borrowed and given back just before. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port was found; name one');
  return address.port;
}
