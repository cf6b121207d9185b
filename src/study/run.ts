import type { Config } from '../config/load.ts';
import { type BuildingLoad, foreignLoads } from './building-load.ts';
import { createObserver } from './observe.ts';
import { energyOf, metPercentOf, qualityOf } from './quality.ts';
import type { SessionResult, StudyRun } from './report.ts';
import type { Session, UsualCar } from './sessions.ts';
import { simulateSite } from './simulated-site.ts';
import { createVisits, type Visit } from './visits.ts';

/**
 * A study of a site: its file and a list of sessions in, what every car would have got out. The whole controller runs in
 * virtual time with a simulated charge point for each one of the file; nothing of it is a model of the controller.
 */

export type RunOptions = {
  readonly config: Config;
  readonly sessions: readonly Session[];
  readonly seed: number;
  /** What a session drives that does not say. */
  readonly usualCar: UsualCar;
  readonly building?: readonly BuildingLoad[];
  /** Every driver says when they leave and how much they want, as by the API or a card's plan; else nobody says anything. */
  readonly driversSay?: boolean;
  /** Called with each step of the series: how much is done, 0 to 1, and the virtual time, ms since 1970. */
  readonly progress?: (done: number, at: number) => void;
  /** How often simulated charge points look at themselves, s; the currents are judged as often. */
  readonly tickSeconds?: number;
  /** The control loop rests for so long after each look, s: in life it is woken by each message of a car. */
  readonly restSeconds?: number;
  /** How often cars are measured, s; as often as commissioning asks for if absent. */
  readonly sampleSeconds?: number;
  /** Of the series in the report, s. */
  readonly stepS?: number;
};

/** Before the first car comes all charge points have long been connected, and hold their floors, ms. */
const SETTLE_MS = 10 * 60_000;
/** After the last one has left, ms. */
const AFTER_MS = 60_000;
const MINUTE_MS = 60_000;
/**
 * Once nobody has wanted anything for so long, time is skipped up to so long before somebody comes or goes: nothing would
 * happen in it but that idle charge points say that they are there.
 */
const QUIET_S = 900;
const BEFORE_MS = 180_000;

/** Throws with words for a person where the file has no circuits or there are no sessions. */
export function runStudy(options: RunOptions): StudyRun {
  const { config, sessions, seed, tickSeconds = 5, restSeconds = 2, stepS = 300, progress = () => {} } = options;
  const model = config.siteModel;
  if (model === null)
    throw new Error('the site file has no circuits, so nothing is limited and there is nothing to study');
  if (model.connectors.length === 0) throw new Error('no charge point of the site file has connectors on a circuit');
  const begun = performance.now();
  const [from, to] = spanOf(sessions);
  const start = from - SETTLE_MS;
  const site = simulateSite({
    ...{ config, model, seed, start, tickSeconds, restSeconds, judgeSeconds: tickSeconds },
    ...(options.sampleSeconds === undefined ? {} : { sampleSeconds: options.sampleSeconds }),
    foreign: foreignLoads(model, options.building ?? []),
  });
  const { clock } = site.world;
  site.powerOn();
  clock.advance((from - start) / 1_000);
  const visits = createVisits({
    ...{ clock: clock.sim, connectors: site.connectors, sessions, usualCar: options.usualCar },
    ...(options.driversSay === true ? { began: site.says } : {}),
  });
  const observer = createObserver(site, visits, { from, everyS: tickSeconds, stepS });
  site.electricity.start();
  const look = (): void => {
    clock.sim.setTimeout(look, tickSeconds * 1_000);
    visits.look();
    observer.look();
  };
  look();
  let quietS = 0;
  for (let at = from; at < to; at = clock.sim.now()) {
    const until = visits.quietUntil();
    quietS = until === null ? 0 : quietS + stepS;
    const skips = until === null || quietS < QUIET_S ? 0 : (Math.min(until, to) - BEFORE_MS - at) / (stepS * 1_000);
    for (let step = 1; step <= skips; step += 1) {
      observer.look();
      clock.leap(stepS);
      quietS = 0;
    }
    if (quietS > 0 || until === null) clock.advance(Math.min(stepS, (to - at) / 1_000));
    progress(Math.min(1, (clock.sim.now() - from) / (to - from)), clock.sim.now());
  }
  visits.end();
  const found = observer.found();
  site.stop();
  return {
    format: 'busbar-study/1',
    site: {
      name: config.site.name,
      timeZone: config.site.timeZone,
      connectors: model.connectors.length,
      circuits: model.circuits.map(({ id, parent, limitMA }) => ({
        ...{ id, parent },
        limitA: [limitMA[0] / 1_000, limitMA[1] / 1_000, limitMA[2] / 1_000],
      })),
    },
    run: {
      seed,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      sessions: sessions.length,
      tookS: Math.round(performance.now() - begun) / 1_000,
      virtualHours: Math.round((to - start) / 36_000) / 100,
    },
    energy: { ...energyFigures(visits.visits), optimumKWh: null, ofOptimumPercent: null },
    quality: qualityOf(visits.visits),
    violations: found.violations,
    sessions: resultsOf(visits.visits),
    circuits: found.circuits,
    series: found.series,
  };
}

/** Whole minutes around all sessions, ms since 1970. */
function spanOf(sessions: readonly Session[]): readonly [number, number] {
  if (sessions.length === 0) throw new Error('there are no sessions to study');
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { arrival, departure } of sessions) {
    first = Math.min(first, arrival);
    last = Math.max(last, departure);
  }
  return [Math.floor(first / MINUTE_MS) * MINUTE_MS, Math.ceil(last / MINUTE_MS) * MINUTE_MS + AFTER_MS];
}

function energyFigures(visits: readonly Visit[]) {
  const { demandWh, deliveredWh } = energyOf(visits);
  return {
    demandKWh: kiloWattHours(demandWh),
    deliveredKWh: kiloWattHours(deliveredWh),
    metPercent: metPercentOf(deliveredWh, demandWh),
  };
}

/** In the order of arrival. */
function resultsOf(visits: readonly Visit[]): SessionResult[] {
  return [...visits]
    .sort((a, b) => a.session.arrival - b.session.arrival || (a.session.id < b.session.id ? -1 : 1))
    .map(({ session, connector, deliveredWh, waitingMinutes, pauses }) => ({
      id: session.id,
      connector: connector?.key ?? null,
      arrival: new Date(session.arrival).toISOString(),
      departure: new Date(session.departure).toISOString(),
      demandKWh: kiloWattHours(session.energyWh),
      deliveredKWh: kiloWattHours(deliveredWh),
      waitingMinutes: waitingMinutes === null ? null : Math.round(waitingMinutes * 100) / 100,
      pauses,
    }));
}

const kiloWattHours = (wh: number): number => Math.round(wh) / 1_000;
