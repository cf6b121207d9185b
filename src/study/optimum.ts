import { createRequire } from 'node:module';
import type { Highs } from 'highs';
import { type Piece, piecesOf, type Stretch } from './optimum-pieces.ts';
import type { SlotCar, SlotSite } from './references/slot-site.ts';

/**
 * Perfect foresight: the most energy that anybody could deliver who knew all arrivals, departures and wishes beforehand, and
 * whose cars took any current from 0 A on. A linear program; what cars of different pieces draw never meets on a full circuit,
 * so each piece is solved by itself. An upper bound for every rule: within a stretch of time capacities are means.
 */

export type Optimum = {
  readonly deliveredWh: number;
  /** By session, Wh. */
  readonly ofCar: ReadonlyMap<SlotCar, number>;
  readonly programs: number;
};

/** Capacities are looked at no finer than this, ms; who comes and goes is exact. */
const FINEST_MS = 15 * 60_000;

/** Loads the solver, some ten megabytes; for use in a loop. */
export async function loadSolver(): Promise<Pick<Highs, 'solve'>> {
  // Its types describe the form that is required, not the one that is imported.
  const load: () => Promise<Highs> = createRequire(import.meta.url)('highs');
  return load();
}

export function optimumOf(site: SlotSite, solver: Pick<Highs, 'solve'>): Optimum {
  const { pieces, free } = piecesOf(site, FINEST_MS);
  const ofCar = new Map<SlotCar, number>(free);
  for (const piece of pieces) for (const [car, wh] of solved(piece, solver)) ofCar.set(car, wh);
  let deliveredWh = 0;
  for (const wh of ofCar.values()) deliveredWh += wh;
  return { deliveredWh, ofCar, programs: pieces.length };
}

/** Variables are kWh of a car in a stretch: their sum is maximised. */
function solved({ cars, stretches }: Piece, solver: Pick<Highs, 'solve'>): ReadonlyMap<SlotCar, number> {
  const nameOf = (car: number, stretch: number): string => `x${car}_${stretch}`;
  const places = new Map(cars.map((car, at) => [car, at]));
  const bounds: string[] = [];
  const rows: string[] = [];
  const wanted = new Map<number, string[]>();
  for (const [at, stretch] of stretches.entries()) {
    for (const car of stretch.cars) {
      const place = places.get(car) ?? 0;
      bounds.push(` 0 <= ${nameOf(place, at)} <= ${mostKWh(car, stretch)}`);
      const terms = wanted.get(place) ?? [];
      terms.push(nameOf(place, at));
      wanted.set(place, terms);
    }
    for (const { capacityA, share } of stretch.rows) {
      // From kWh to amps on this row.
      const terms = stretch.cars.flatMap((car) => {
        const each = share(car);
        if (each === 0) return [];
        return [`${(each * 1_000) / (car.wattsPerAmp * stretch.hours)} ${nameOf(places.get(car) ?? 0, at)}`];
      });
      rows.push(` c${rows.length}: ${terms.join(' + ')} <= ${Math.max(0, capacityA)}`);
    }
  }
  for (const [place, terms] of wanted) {
    rows.push(` w${place}: ${terms.join(' + ')} <= ${(cars[place]?.wantedWh ?? 0) / 1_000}`);
  }
  const objective = [...wanted.values()].flat().join(' + ');
  const text = ['Maximize', ` obj: ${objective}`, 'Subject To', ...rows, 'Bounds', ...bounds, 'End'].join('\n');
  const result = solver.solve(text, { output_flag: false });
  if (result.Status !== 'Optimal') throw new Error(`the program of perfect foresight ended as ${result.Status}`);
  return new Map(
    [...wanted].flatMap(([place, terms]) => {
      const car = cars[place];
      if (car === undefined) return [];
      const kWh = terms.reduce((sum, name) => sum + (result.Columns[name]?.Primal ?? 0), 0);
      return [[car, kWh * 1_000] as const];
    }),
  );
}

const mostKWh = (car: SlotCar, { hours }: Stretch): number => (car.maxA * car.wattsPerAmp * hours) / 1_000;
