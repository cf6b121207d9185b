import type { LimitValue } from '../domain/site-limit.ts';
import { atLeast, limitFault, limitValue } from '../domain/site-limits.ts';
import type { Watts } from '../domain/units.ts';
import type { Clock, Log } from '../runtime/ports.ts';
import { ModbusTCP } from './modbus-client.ts';
import type { ModbusOptions } from './options.ts';
import type { LimitSource } from './source.ts';

/** What a value of the relay means; null: no limit. `least`: what section 14a guarantees, null where it does not count. */
export function meaningOf(read: number, options: ModbusOptions, least: Watts | null): LimitValue | null {
  const { values, measures, scale } = options;
  // A contact of section 14a needs no words: closed, it dims to what is guaranteed.
  if (values.length === 0 && measures === undefined && least !== null) {
    return read === 0 ? null : { limitMA: null, limitW: least };
  }
  const written =
    measures === undefined
      ? values.find(({ value }) => value === read)
      : { [measures === 'A' ? 'limitA' : 'limitW']: read * scale };
  if (written === undefined) return null;
  const value = limitValue(written);
  if (value.limitMA === null && value.limitW === null) return null;
  return limitFault(value) !== null ? null : least === null ? value : atLeast(value, least);
}

/**
 * Reads one coil or register again and again. While it can't be read nothing is said: the limit that holds goes on until
 * its time is over, and then what was configured to hold afterwards does.
 */
export function startModbusLimit(site: {
  options: ModbusOptions;
  source: LimitSource;
  least: Watts | null;
  clock: Clock;
  log: Log;
}) {
  const { options, source, least, clock, log } = site;
  const { id, host, port } = options;
  const relay = new ModbusTCP(options);
  let lost = false;
  let stopped = false;
  let polling: Promise<void> = Promise.resolve();
  let timer = clock.after(0, poll);

  function poll(): void {
    polling = look().finally(() => {
      if (!stopped) timer = clock.after(options.intervalS * 1_000, poll);
    });
  }

  async function look(): Promise<void> {
    try {
      const read = await relay.read();
      if (stopped) return;
      if (lost) log.info({ id }, 'the relay can be read again');
      lost = false;
      await source.say(meaningOf(read, options, least), `${options.kind} ${options.address} = ${read}`);
    } catch (error) {
      if (!lost && !stopped) log.warn({ id, host, port, err: error }, 'the relay can not be read; its limit runs out');
      lost = true;
    }
  }

  return {
    async stop(): Promise<void> {
      stopped = true;
      timer.cancel();
      relay.close();
      await polling;
    },
  };
}
