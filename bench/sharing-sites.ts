import { readFileSync } from 'node:fs';
import type { Config } from '../src/config/load.ts';
import type { SharingKind } from '../src/domain/sharing-policy.ts';
import { createRandom } from '../src/sim/random.ts';
import type { BuildingLoad } from '../src/study/building-load.ts';
import type { PhaseValues } from '../src/study/report.ts';
import type { Session, UsualCar } from '../src/study/sessions.ts';
import { configOf } from '../test/support/site-file.ts';

/** Sites and sessions on which sharing is measured: one flat limit, and a tree as an electrician wires it in Europe. */

export type SharingCase = {
  readonly name: string;
  readonly config: Config;
  readonly sessions: readonly Session[];
  readonly usualCar: UsualCar;
  readonly building: readonly BuildingLoad[];
};

type Row = readonly [station: string, arrivalEpochS: number, departureEpochS: number, kWh: number];

/** A file with the columns station, arrival and departure in seconds since 1970, and kWh. */
export function readRows(file: string): readonly Row[] {
  const { sessions } = JSON.parse(readFileSync(file, 'utf8')) as { sessions: readonly Row[] };
  return sessions;
}

/** Those that arrive on one of these days, by the clock on the wall eight hours behind UTC (Pacific time in winter). */
export function within(rows: readonly Row[], first: string, last: string): readonly Row[] {
  const from = Date.parse(`${first}T08:00:00Z`) / 1_000;
  const to = Date.parse(`${last}T08:00:00Z`) / 1_000 + 86_400;
  return rows.filter(([, arrival]) => arrival >= from && arrival < to);
}

const CONNECTORS_FLAT = 54;
/** Between two phases of an American supply: what a single-phase car charges with there. */
const CALTECH_V = 208;

/** 54 sockets of 32 A on one phase under one limit, as many as the site of ACN-Sim's examples has; without a margin. */
export function flatSite(rows: readonly Row[], limitA: number, kind: SharingKind): SharingCase {
  const keyOf = connectorsOf(rows, CONNECTORS_FLAT);
  const points = Array.from(
    { length: CONNECTORS_FLAT },
    (_, at) => `  - {id: ${pointId(at)}, circuit: grid, connectors: [{id: 1, ratedA: 32, phases: 1}]}`,
  );
  return {
    name: `flat, ${limitA} A`,
    config: configOf([
      `site: {id: flat, name: Flat, timeZone: America/Los_Angeles, nominalVoltageV: ${CALTECH_V}, trustLearnedPhases: true}`,
      `circuits: [{id: grid, limitA: [${limitA}, 16, 16], marginPercent: 0}]`,
      `policy: {default: ${kind}}`,
      'chargePoints:',
      ...points,
    ]),
    sessions: rows.map((row, at) => sessionOf(row, at, keyOf, { phases: 1, maxA: 32 })),
    usualCar: { phases: 1, maxA: 32 },
    building: [],
  };
}

const CONNECTORS_TREE = 47;
const PANELS = 4;

/**
 * Four boards under one connection that a building shares, sockets turned one after the other, and cars of one, two and three
 * phases. `trust`: phases that a car was seen to use are counted on.
 */
export function treeSite(rows: readonly Row[], limitA: number, kind: SharingKind, trust = true): SharingCase {
  const keyOf = connectorsOf(rows, CONNECTORS_TREE);
  const random = createRandom(47);
  const cars: readonly UsualCar[] = [
    { phases: 1, maxA: 32 },
    { phases: 1, maxA: 16 },
    { phases: 2, maxA: 16 },
    { phases: 3, maxA: 16 },
    { phases: 3, maxA: 32 },
  ];
  const rotations = ['RST', 'STR', 'TRS'];
  const points = Array.from({ length: CONNECTORS_TREE }, (_, at) => {
    const rotation = rotations[Math.floor(at / PANELS) % 3];
    return `  - {id: ${pointId(at)}, circuit: panel-${(at % PANELS) + 1}, connectors: [{id: 1, ratedA: 32, rotation: ${rotation}}]}`;
  });
  return {
    name: `tree, 3 x ${limitA} A${trust ? '' : ', phases not trusted'}`,
    config: configOf([
      `site: {id: tree, name: Tree, timeZone: Europe/Berlin, trustLearnedPhases: ${trust}}`,
      'circuits:',
      `  - {id: grid, limitA: ${limitA}, reserveA: 20, meter: main}`,
      ...Array.from({ length: PANELS }, (_, at) => `  - {id: panel-${at + 1}, parent: grid, limitA: 80}`),
      'meters: [{id: main, type: http, intervalS: 5}]',
      `policy: {default: ${kind}}`,
      'chargePoints:',
      ...points,
    ]),
    sessions: rows.map((row, at) => sessionOf(row, at, keyOf, random.pick(cars))),
    usualCar: { phases: 3, maxA: 16 },
    building: [{ circuit: 'grid', from: Date.UTC(2019, 2, 1), stepS: 300, amps: buildingDay() }],
  };
}

/** A day of an office in steps of five minutes: 4 A at night, up to 18 A by day, each phase a little different. */
function buildingDay(): readonly PhaseValues[] {
  const random = createRandom(5);
  return Array.from({ length: 288 }, (_, step): PhaseValues => {
    const day = Math.max(0, Math.sin(((step - 168) / 144) * Math.PI));
    const of = (): number => 4 + 11 * day + random.between(0, 3);
    return [of(), of(), of()];
  });
}

const pointId = (at: number): string => `CP${String(at + 1).padStart(2, '0')}`;

/** Each station of the file has a connector of its own, in the order in which they appear. */
function connectorsOf(rows: readonly Row[], count: number): (station: string) => string | null {
  const stations = [...new Set(rows.map(([station]) => station))];
  return (station) => {
    const at = stations.indexOf(station);
    return at < count ? `${pointId(at)}/1` : null;
  };
}

function sessionOf(
  [station, arrivalS, departureS, kWh]: Row,
  at: number,
  keyOf: (station: string) => string | null,
  car: UsualCar,
): Session {
  return {
    id: String(at + 1),
    arrival: arrivalS * 1_000,
    departure: departureS * 1_000,
    energyWh: Math.round(kWh * 1_000),
    connector: keyOf(station),
    ...car,
  };
}
