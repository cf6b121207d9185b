import { afterEach, describe, expect, it } from 'vitest';
import type { ModbusMeter, Register, RegisterType } from '../../src/meters/meter-config.ts';
import { startModbusMeter } from '../../src/meters/modbus-tcp.ts';
import { presets } from '../../src/meters/presets.ts';
import { blocksOf, registerValue } from '../../src/meters/registers.ts';
import { answered, exception, floats, modbusMeter, strangeMeter } from './modbus-meter.ts';
import { meterRig } from './rig.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const main = {
  id: 'main',
  circuit: 'grid',
  side: 'grid',
  intervalS: 1,
  lostAfterS: 60,
  type: 'modbus-tcp',
  host: '127.0.0.1',
  unit: 1,
  timeoutMs: 200,
} as const;

function watch(port: number, change: Partial<ModbusMeter> = {}) {
  const rig = meterRig();
  const meter = startModbusMeter({ ...main, port, ...change }, rig.port);
  endings.push(() => meter.stop());
  return { ...rig, stop: meter.stop };
}

async function serve(words: ReadonlyMap<number, number>, kind: 'input' | 'holding' = 'input') {
  const server = await modbusMeter(words, kind);
  endings.push(server.close);
  return server;
}

const filled = (words: Map<number, number>, from: number, to: number): Map<number, number> => {
  for (let address = from; address < to; address++) if (!words.has(address)) words.set(address, 0);
  return words;
};

const sdm630 = () =>
  filled(
    floats({
      0: 231.5,
      2: 229,
      4: 230,
      6: 12.5,
      8: 7.25,
      10: 3,
      12: 2_800,
      14: -1_650,
      16: 680,
      52: 1_830,
      70: 50.01,
      72: 1_234.5,
    }),
    0,
    100,
  );

describe('a meter over Modbus TCP', () => {
  it('is read by its preset, with direction from the power of the phase', async () => {
    const server = await serve(sdm630());
    const { next } = watch(server.port, { preset: 'sdm630' });
    const sample = await next();
    expect(sample).toMatchObject({
      meterId: 'main',
      currentMA: [12_500, -7_250, 3_000],
      powerW: 1_830,
      energyWh: 1_234_500,
      stamped: false,
    });
    expect(sample.liveness).toHaveLength(4);
    expect(server.reads.every(({ length }) => length <= 80)).toBe(true);
  });

  it('leaves no timer behind when it is stopped', async () => {
    const server = await serve(sdm630());
    const { port, samples, until } = meterRig();
    const waiting = new Set<object>();
    const after: typeof port.clock.after = (ms, run) => {
      const timer = port.clock.after(ms, () => {
        waiting.delete(timer);
        run();
      });
      waiting.add(timer);
      return {
        cancel: () => {
          waiting.delete(timer);
          timer.cancel();
        },
      };
    };
    const meter = startModbusMeter(
      { ...main, port: server.port, preset: 'sdm630' },
      { ...port, clock: { ...port.clock, after } },
    );
    await until(() => samples.length > 0);
    await new Promise((resolve) => setImmediate(resolve));
    meter.stop();
    expect(waiting.size).toBe(0);
  });

  it('is turned round where it was mounted the wrong way', async () => {
    const server = await serve(sdm630());
    expect((await watch(server.port, { preset: 'sdm72', invert: true }).next()).currentMA).toEqual([
      -12_500, 7_250, -3_000,
    ]);
  });

  it('is read with the low word first where its maker has it so', async () => {
    const words = floats({ 1020: 230, 1040: 231, 1060: 232, 1022: 1, 1042: 2, 1062: 3, 1024: 9 }, true);
    const server = await serve(filled(filled(words, 1_000, 1_080), 1_160, 1_170));
    expect((await watch(server.port, { preset: 'shelly-3em' }).next()).currentMA).toEqual([1_000, 2_000, 3_000]);
  });

  it('is read by registers of the configuration; watts become amps with the measured voltage', async () => {
    const server = await serve(
      new Map([
        [7, 2_530],
        [8, 0],
        [9, 0xfff6],
        [20, 2_530],
        [21, 2_300],
        [22, 0],
      ]),
      'holding',
    );
    const one = (address: number, type: RegisterType, scale: number): Register => ({ address, type, scale });
    const { next } = watch(server.port, {
      registers: {
        phasePowerW: [one(7, 'int16', 1), one(8, 'int16', 1), one(9, 'int16', 230)],
        voltageV: [one(20, 'uint16', 0.1), one(21, 'uint16', 0.1), one(22, 'uint16', 0.1)],
      },
    });
    expect(await next()).toMatchObject({ currentMA: [10_000, 0, -10_000], powerW: 230 });
  });

  it('describes itself where it speaks SunSpec, with scale factors', async () => {
    const words = new Map([
      [0, 0x5375],
      [1, 0x6e53],
      [2, 1],
      [3, 66],
      [70, 203],
      [71, 105],
    ]);
    const set = (offset: number, ...values: number[]) => {
      for (const [each, value] of values.entries()) words.set(72 + offset + each, value & 0xffff);
    };
    set(0, 225, 125, 100, 0x8000, -1, 2_300, 2_301, 2_302, 2_303, 0, 0, 0, 0, -1, 5_000, -2);
    set(16, 52, 29, 23, 0x8000, 2);
    set(36, ...Array(16).fill(0), 0);
    set(44, 0, 4_321);
    const server = await serve(filled(words, 0, 200), 'holding');
    const { next } = watch(server.port, { preset: 'sunspec' });
    expect(await next()).toMatchObject({ currentMA: [12_500, 10_000, 0], powerW: 5_200, energyWh: 4_321 });
  });

  it('says so in words where it speaks no SunSpec', async () => {
    const server = await serve(
      new Map([
        [0, 1],
        [1, 2],
      ]),
      'holding',
    );
    const { trouble, samples } = watch(server.port, { preset: 'sunspec' });
    await trouble('does not speak SunSpec');
    expect(samples).toEqual([]);
  });

  it('says so in words where the preset is wrong, and goes on asking on the same connection', async () => {
    let asked = 0;
    const server = await strangeMeter((request) => {
      asked += 1;
      return asked < 4 ? exception(request, 2) : answered(request, Buffer.alloc(request.readUInt16BE(10) * 2));
    });
    endings.push(server.close);
    const { trouble, next, troubles } = watch(server.port, { preset: 'iem3000' });
    await trouble('does not have these registers');
    await next();
    expect(server.connections()).toBe(1);
    expect(troubles.at(-1)).toBeNull();
  });

  it('gives nothing while it is silent, and is connected anew', async () => {
    let silent = true;
    const server = await strangeMeter((request) =>
      silent ? null : answered(request, Buffer.alloc(request.readUInt16BE(10) * 2)),
    );
    endings.push(server.close);
    const { trouble, next, samples } = watch(server.port, { preset: 'sdm630' });
    await trouble('no answer in time');
    expect(samples).toEqual([]);
    silent = false;
    expect((await next()).currentMA).toEqual([0, 0, 0]);
  });

  it('comes back after it has dropped the connection', async () => {
    let drops = 2;
    const server = await strangeMeter((request, socket) => {
      if (drops > 0) {
        drops -= 1;
        socket.destroy();
        return null;
      }
      return answered(request, Buffer.alloc(request.readUInt16BE(10) * 2));
    });
    endings.push(server.close);
    await watch(server.port, { preset: 'sdm630' }).next();
    expect(server.connections()).toBe(3);
  });

  it('gives nothing where what comes is no current', async () => {
    const server = await strangeMeter((request) => {
      return answered(request, Buffer.alloc(request.readUInt16BE(10) * 2, Buffer.from([0x7f, 0xc0, 0, 0])));
    });
    endings.push(server.close);
    const { trouble, samples } = watch(server.port, { preset: 'sdm630' });
    await trouble('neither currents nor power');
    expect(samples).toEqual([]);
  });

  it('is tried again, in words, where nobody listens', async () => {
    const server = await strangeMeter(() => null);
    await server.close();
    await watch(server.port, { preset: 'sdm630' }).trouble('refused');
  });

  it('is asked nothing more once stopped', async () => {
    const server = await serve(sdm630());
    const { next, stop, samples } = watch(server.port, { preset: 'sdm630' });
    await next();
    stop();
    const had = samples.length;
    await watch(server.port, { preset: 'sdm630' }).next();
    expect(samples).toHaveLength(had);
  });
});

describe('registers', () => {
  it('are read in few blocks, none of them large, holding apart from input', () => {
    for (const map of Object.values(presets)) {
      const all = Object.values(map).flatMap((each) => each ?? []);
      const blocks = blocksOf(all);
      expect(blocks.length).toBeLessThanOrEqual(6);
      expect(blocks.every(({ words }) => words <= 80)).toBe(true);
      const read = blocks.map((block) => ({ ...block, bytes: Buffer.alloc(block.words * 2) }));
      for (const register of all) expect(registerValue(register, read)).toBe(0);
    }
  });

  it.each<[RegisterType, number[], number]>([
    ['int16', [0xff, 0xfe], -2],
    ['uint16', [0xff, 0xfe], 65_534],
    ['int32', [0xff, 0xff, 0xff, 0xfe], -2],
    ['int32le', [0xff, 0xfe, 0xff, 0xff], -2],
    ['uint32le', [0x00, 0x02, 0x00, 0x01], 65_538],
    ['float32le', [0x00, 0x00, 0x41, 0x20], 10],
    ['uint64', [0, 0, 0, 0, 0, 1, 0, 0], 65_536],
    ['float64', [0x40, 0x24, 0, 0, 0, 0, 0, 0], 10],
    ['int16', [0x80, 0x00], Number.NaN],
    ['uint16', [0xff, 0xff], Number.NaN],
    ['int32', [0x80, 0, 0, 0], Number.NaN],
    ['uint32', [0xff, 0xff, 0xff, 0xff], Number.NaN],
    ['int64', [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], Number.NaN],
  ])('of type %s: %j is %d', (type, bytes, value) => {
    const block = { function: 'holding' as const, address: 5, words: bytes.length / 2, bytes: Buffer.from(bytes) };
    expect(registerValue({ address: 5, type }, [block])).toEqual(value);
  });
});
