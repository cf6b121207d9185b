import modbus from 'modbus-serial';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { realClock } from '../../src/sim/clock.ts';
import { type ModbusMeter, startModbusMeter } from '../../src/sim/modbus-meter.ts';

let amps: readonly number[];
let meter: ModbusMeter;
let client: InstanceType<typeof modbus.default>;

beforeEach(async () => {
  amps = [10.5, 0, 32];
  meter = await startModbusMeter({ amps: () => amps, clock: realClock(100), unit: 1 });
  client = new modbus.default();
  client.setID(1);
  client.setTimeout(300);
  await client.connectTCP('127.0.0.1', { port: meter.port });
});

afterEach(async () => {
  client.close(() => {});
  await meter.close();
});

async function floats(register: number, count: number): Promise<number[]> {
  const { buffer } = await client.readInputRegisters(register, count * 2);
  return Array.from({ length: count }, (_, index) => buffer.readFloatBE(index * 4));
}

it('shows volts, amps, watts, frequency and energy where an SDM630 has them', async () => {
  expect(await floats(0, 9)).toEqual([230, 230, 230, 10.5, 0, 32, 2_415, 0, 7_360]);
  expect(await floats(52, 1)).toEqual([9_775]);
  expect(await floats(70, 1)).toEqual([50]);
  expect((await floats(72, 1))[0]).toBeGreaterThan(0);
  await expect(client.readInputRegisters(78, 4)).rejects.toThrow('exception 2');
});

it('frozen, it shows what it showed last', async () => {
  await floats(6, 3);
  meter.faults.frozen = true;
  amps = [1, 1, 1];
  expect(await floats(6, 3)).toEqual([10.5, 0, 32]);
  meter.faults.frozen = false;
  expect(await floats(6, 3)).toEqual([1, 1, 1]);
});

it('silent, it takes requests and answers none', async () => {
  meter.faults.silent = true;
  await expect(floats(6, 3)).rejects.toThrow('Timed out');
});

it('a thousandfold, and with phases in another order', async () => {
  meter.faults.thousandfold = true;
  expect(await floats(6, 3)).toEqual([10_500, 0, 32_000]);
  meter.faults.thousandfold = false;
  meter.faults.order = [2, 0, 1];
  expect(await floats(6, 3)).toEqual([32, 10.5, 0]);
});

it('delayed, it answers later, with what flows then', async () => {
  meter.faults.delaySeconds = 10;
  const answer = floats(6, 3);
  amps = [7, 7, 7];
  expect(await answer).toEqual([7, 7, 7]);
  meter.faults.delaySeconds = 100;
  await expect(floats(6, 3)).rejects.toThrow('Timed out');
});
