import type { Controller } from '../controller/controller.ts';
import { controllableBelow, guaranteedMinimum14a, limitValue, siteLimitId } from '../domain/site-limits.ts';
import type { SiteModel } from '../domain/site-model.ts';
import type { Watts } from '../domain/units.ts';
import type { Clock, Log, Timer } from '../runtime/ports.ts';
import { type Measure, watchEffects } from './effects.ts';
import { startModbusLimit } from './modbus.ts';
import { startMqttLimit } from './mqtt.ts';
import type { LimitOptions, ModbusOptions, MqttOptions } from './options.ts';
import { type Cron, checkSchedules, startSchedules } from './schedule.ts';
import { createLimitSource, type LimitDesk } from './source.ts';

/** How late a limit may be found to have run out, ms: what holds was right all the time, only the record follows. */
const LAPSE_MS = 1_000;

export type Limits = { stop(): Promise<void> };

/** Starts everything that limits the site from outside, apart from HTTP. Call it also without any: old ones end here. */
export async function startLimits(site: {
  options: LimitOptions;
  siteModel: SiteModel | null;
  timeZone: string;
  controller: LimitDesk & Pick<Controller, 'feed'>;
  clock: Clock;
  log: Log;
  measure: Measure;
  cron?: Cron;
}): Promise<Limits> {
  const { options, siteModel, timeZone, controller, clock, log } = site;
  checkSchedules(options.schedules);
  await endForgotten(options, controller);
  await controller.execute({ type: 'lapse-site-limits' });
  const effects = watchEffects(site);
  let timer: Timer = clock.after(LAPSE_MS, lapse);
  const stops: (() => Promise<void> | void)[] = [effects.stop, () => timer.cancel()];

  for (const one of options.modbus) {
    stops.push(
      startModbusLimit({ options: one, source: sourceOf('relay', one), least: leastOf(one), clock, log }).stop,
    );
  }
  for (const one of options.mqtt) {
    stops.push(startMqttLimit({ options: one, source: sourceOf('mqtt', one), least: leastOf(one), log }).stop);
  }
  const { cron } = site;
  const schedules = { schedules: options.schedules, timeZone, desk: controller, clock, log };
  stops.push(startSchedules(cron === undefined ? schedules : { ...schedules, cron }).stop);

  return {
    async stop(): Promise<void> {
      for (const stop of stops.reverse()) await stop();
    },
  };

  function lapse(): void {
    timer = clock.after(LAPSE_MS, lapse);
    const now = clock.now();
    const over = controller.reader.siteLimits().some(({ until }) => until !== null && until <= now);
    if (over) void controller.execute({ type: 'lapse-site-limits' });
  }

  function sourceOf(kind: 'relay' | 'mqtt', { id, circuit, ttlS, then }: ModbusOptions | MqttOptions) {
    return createLimitSource({
      circuit,
      source: `${kind} ${id}`,
      ttlMs: ttlS * 1_000,
      // biome-ignore lint/suspicious/noThenProperty: the name of the contract; nobody awaits a source
      then: then === 'configured' ? then : limitValue(then),
      desk: controller,
      clock,
      log,
    });
  }

  /** What the grid operator must leave to the circuit; null where the source is not theirs. */
  function leastOf({ standard, circuit }: ModbusOptions | MqttOptions): Watts | null {
    if (standard === undefined || siteModel === null) return null;
    return guaranteedMinimum14a(controllableBelow(siteModel, circuit));
  }
}

/** Limits of sources that the configuration no longer names would hold until somebody wonders. */
async function endForgotten(options: LimitOptions, desk: LimitDesk): Promise<void> {
  const named = new Set([
    ...options.modbus.map(({ id, circuit }) => siteLimitId(`relay ${id}`, circuit)),
    ...options.mqtt.map(({ id, circuit }) => siteLimitId(`mqtt ${id}`, circuit)),
    ...options.schedules.map(({ id, circuit }) => siteLimitId(`schedule ${id}`, circuit)),
  ]);
  for (const { id, source } of desk.reader.siteLimits()) {
    if (!/^(?:relay|mqtt|schedule) /.test(source) || named.has(id)) continue;
    await desk.execute({ type: 'end-site-limit', id, signal: 'no longer configured' });
  }
}
