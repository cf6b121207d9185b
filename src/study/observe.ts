import { isFull } from '../sim/car.ts';
import { overloadSeconds } from '../sim/overloads.ts';
import { heldByCars } from './held-by-cars.ts';
import type { CircuitResult, PhaseValues, Series, StudyReport } from './report.ts';
import type { SimulatedSite } from './simulated-site.ts';
import { createTimeSeries } from './time-series.ts';
import { type createVisits, drawsNow } from './visits.ts';

/**
 * Looks at a running study every few seconds: currents by the simulated electricity, what is committed by what the
 * charge points hold and by the controller's own book, and who waits for what by the controller's plan.
 */

type Visits = ReturnType<typeof createVisits>;

/** Sums of fractions may be a little off, A. */
const TOLERANCE_A = 1e-6;

export type Observer = {
  look(): void;
  /** What was seen since `from` until now. */
  found(): {
    readonly circuits: CircuitResult[];
    readonly series: Series;
    readonly violations: StudyReport['violations'];
  };
};

/** `everyS`: how often `look` is called. */
export function createObserver(
  site: SimulatedSite,
  visits: Visits,
  options: { readonly from: number; readonly everyS: number; readonly stepS: number },
): Observer {
  const { circuits } = site.model;
  const { everyS } = options;
  const series = createTimeSeries(
    circuits.map(({ id }) => id),
    options,
  );
  const limitA = circuits.flatMap(({ limitMA }) => limitMA.map((mA) => mA / 1_000));
  const peakA = new Float64Array(circuits.length * 3);
  const committedA = new Float64Array(circuits.length * 3);
  /** Seconds in which the phase kept some car from having more; then in which any phase of the circuit did. */
  const bottleneckS = new Float64Array(circuits.length * 3);
  const boundS = new Float64Array(circuits.length);
  const nodeOf = new Map(circuits.map(({ id }, node) => [id, node]));
  let wantingS = 0;
  /** The highest excess, A, and for how long: by the controller's own book, and by what cars are allowed on their phases. */
  const book = { mostA: 0, seconds: 0 };
  const held = { mostA: 0, seconds: 0 };
  const note = (log: typeof book, excessA: number): void => {
    if (excessA <= TOLERANCE_A) return;
    log.mostA = Math.max(log.mostA, excessA);
    log.seconds += everyS;
  };

  return {
    look(): void {
      const currents = site.electricity.currents();
      let powerW = 0;
      let charging = 0;
      let waiting = 0;
      for (const guest of visits.guests) {
        const isDrawing = drawsNow(guest);
        if (isDrawing) charging += 1;
        else if (!isFull(guest.car)) waiting += 1;
        if (isDrawing) powerW += powerOf(guest.connector.socket.measurement());
      }
      series.add(site.world.clock.sim.now(), currents, {
        ...{ present: visits.guests.size, charging, waiting },
        powerKW: powerW / 1_000,
      });
      lookAtPlan();
      if (site.model.trustLearnedPhases) lookAtAllowances();
      for (const [node, { id }] of circuits.entries()) {
        const amps = currents.get(id) ?? [];
        for (let phase = 0; phase < 3; phase += 1) {
          const at = node * 3 + phase;
          peakA[at] = Math.max(peakA[at] ?? 0, amps[phase] ?? 0);
        }
      }
    },
    found: () => ({
      circuits: circuits.map(({ id }, node) => ({
        id,
        peakA: tenths(three((phase) => peakA[node * 3 + phase] ?? 0)),
        peakCommittedA: tenths(three((phase) => committedA[node * 3 + phase] ?? 0)),
        bottleneckHours: three((phase) => hours(bottleneckS[node * 3 + phase] ?? 0)),
        bottleneckPercent: wantingS === 0 ? 0 : Math.round((1_000 * (boundS[node] ?? 0)) / wantingS) / 10,
      })),
      series: series.series(),
      violations: violations(),
    }),
  };

  function lookAtPlan(): void {
    const { balancing } = site.world.controller();
    const planned = balancing?.world.planned ?? null;
    if (planned === null) return;
    const others = site.electricity.foreignNow();
    let excessA = 0;
    for (let at = 0; at < committedA.length; at += 1) {
      // What flows, and not what the controller takes it for: that is on the high side for seconds whenever a car stops.
      const foreignA = others.get(circuits[Math.floor(at / 3)]?.id ?? '')?.[at % 3] ?? 0;
      const amps = (planned.sums[at] ?? 0) / 1_000 + foreignA;
      committedA[at] = Math.max(committedA[at] ?? 0, amps);
      excessA = Math.max(excessA, amps - (limitA[at] ?? 0));
    }
    note(book, excessA);
    const bound = new Set<number>();
    let areWanting = false;
    for (const { car, connector } of visits.guests) {
      if (isFull(car)) continue;
      const because = planned.shares.get(connector.key)?.because;
      if (because === undefined || because.kind === 'demand-met') continue;
      areWanting = true;
      if (!('circuit' in because)) continue;
      const node = nodeOf.get(because.circuit) ?? -1;
      if (node < 0) continue;
      const phase = 'phase' in because ? because.phase : null;
      for (let each = 0; each < 3; each += 1) if (phase === null || phase === each) bound.add(node * 3 + each);
    }
    if (areWanting) wantingS += everyS;
    for (const at of bound) bottleneckS[at] = (bottleneckS[at] ?? 0) + everyS;
    for (const node of new Set([...bound].map((at) => Math.floor(at / 3)))) boundS[node] = (boundS[node] ?? 0) + everyS;
  }

  function lookAtAllowances(): void {
    const allowed = heldByCars(site, visits.guests);
    const others = site.electricity.foreignNow();
    let excessA = 0;
    for (let at = 0; at < allowed.length; at += 1) {
      const foreignA = others.get(circuits[Math.floor(at / 3)]?.id ?? '')?.[at % 3] ?? 0;
      excessA = Math.max(excessA, (allowed[at] ?? 0) + foreignA - (limitA[at] ?? 0));
    }
    note(held, excessA);
  }

  function violations(): StudyReport['violations'] {
    const { overloads, overcommitments } = site.electricity;
    const since = (log: typeof overloads) => log.kept().filter(({ to }) => to >= options.from);
    const drawn = since(overloads);
    // The electricity knows of no cars, and takes every allowance to count on all phases.
    const allowed = site.model.trustLearnedPhases ? [] : since(overcommitments);
    const most = (of: typeof drawn): number => Math.max(0, ...of.map(({ maxA, limitA: most }) => maxA - most));
    const seconds = (of: typeof drawn): number => of.reduce((sum, one) => sum + overloadSeconds(one), 0);
    return {
      drawnA: hundredths(most(drawn)),
      drawnS: seconds(drawn),
      committedA: hundredths(Math.max(most(allowed), held.mostA, book.mostA)),
      committedS: Math.max(seconds(allowed), held.seconds, book.seconds),
    };
  }
}

const powerOf = ({ amps, volts }: { readonly amps: readonly number[]; readonly volts: readonly number[] }): number =>
  volts.reduce((sum, each, phase) => sum + each * (amps[phase] ?? 0), 0);

const three = (of: (phase: number) => number): PhaseValues => [of(0), of(1), of(2)];
const hours = (seconds: number): number => Math.round(seconds / 36) / 100;
const hundredths = (amps: number): number => Math.round(amps * 100) / 100;
const tenths = (amps: PhaseValues): PhaseValues => three((phase) => Math.round((amps[phase] ?? 0) * 10) / 10);
