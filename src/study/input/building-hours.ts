import type { BuildingLoad } from '../building-load.ts';
import type { PhaseValues } from '../report.ts';
import { parseTariff, priceAt, type Tariff } from '../tariff.ts';
import { offsetsOf } from './local-time.ts';

/** What a building draws by the hour, as it is written on the command line: `grid=0-6=10,6-22=40,22-24=15`. */

/** A per phase of one circuit, in the rules of a tariff. */
export type BuildingHours = { readonly circuit: string; readonly hours: Tariff };

const HOW = 'CIRCUIT=HOURS=A, such as grid=0-6=10,6-22=40,22-24=15 (A per phase, all of the day)';
const DAY_MS = 86_400_000;
const STEP_S = 300;
const STEPS_OF_A_WEEK = (7 * 86_400) / STEP_S;

/** What is wrong comes back in words. */
export function parseBuildingHours(text: string): BuildingHours | { readonly fault: string } {
  const [, circuit = '', rules = ''] = /^\s*([^=\s]+)\s*=\s*(.+)$/.exec(text) ?? [];
  const hours = parseTariff(rules);
  const isWrong = circuit === '' || 'fault' in hours || amountsOf(hours).some((amps) => amps < 0);
  return isWrong ? { fault: `must be ${HOW}, not ${JSON.stringify(text.slice(0, 80))}` } : { circuit, hours };
}

const amountsOf = ({ rules, otherwise }: Tariff): number[] => [...rules.map(({ perKWh }) => perKWh), otherwise ?? 0];

/** The same in steps of five minutes, a week that is repeated. `firstMs`: of the study, ms since 1970; its offset from UTC holds throughout. */
export function buildingLoadOf({ circuit, hours }: BuildingHours, timeZone: string, firstMs: number): BuildingLoad {
  const offsetMs = offsetsOf(timeZone)(firstMs);
  const day = Math.floor((firstMs + offsetMs) / DAY_MS);
  // 1 January 1970 was a Thursday.
  const monday = (day - ((day + 3) % 7)) * DAY_MS;
  const amps = Array.from({ length: STEPS_OF_A_WEEK }, (_, step): PhaseValues => {
    const each = priceAt(hours, monday + (step + 0.5) * STEP_S * 1_000);
    return [each, each, each];
  });
  return { circuit, from: monday - offsetMs, stepS: STEP_S, amps };
}
