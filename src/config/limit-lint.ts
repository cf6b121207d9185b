import { deadBox } from '../balancer/dead-box.ts';
import { HIGH_VOLTAGE_V } from '../balancer/exposure.ts';
import { controllableBelow, guaranteedMinimum14a } from '../domain/site-limits.ts';
import type { SiteModel } from '../domain/site-model.ts';
import { amps } from './dead-box-lint.ts';
import type { KeyPath } from './problem.ts';
import type { Say } from './say.ts';
import type { ConfigFile } from './schema.ts';

/** What somebody asks for: amps per phase, or of each phase, or watts in total. */
type Wanted = { readonly limitA?: number | readonly number[]; readonly limitW?: number };

/** A limit from outside lowers what is granted, and no floor: below those and what else draws it is not reached. */
export function checkLimits(config: ConfigFile, model: SiteModel, say: Say): void {
  const sums = new Map(deadBox(model).map(({ circuit, sumMA }) => [circuit, sumMA]));
  for (const { path, circuit, is14a, wanted } of wantedBy(config)) {
    const sumMA = sums.get(circuit);
    if (sumMA === undefined) continue;
    const least = is14a ? guaranteedMinimum14a(controllableBelow(model, circuit)) : 0;
    const why = shortfall(wanted, sumMA, least);
    if (why !== null)
      say.warn(
        path,
        `will not be kept: ${why} on ${circuit}, which stay; lower floorA there, or reserveA where less is drawn`,
      );
  }
}

function wantedBy({ limits }: ConfigFile): { path: KeyPath; circuit: string; is14a: boolean; wanted: Wanted }[] {
  const after = (then: 'configured' | Wanted): Wanted[] => (then === 'configured' ? [] : [then]);
  return [
    ...limits.schedules.map((one, at) => ({
      path: ['limits', 'schedules', at],
      circuit: one.circuit,
      is14a: false,
      wanted: one as Wanted,
    })),
    ...limits.modbus.flatMap(({ circuit, values, then, standard }, at) => [
      ...values.map((value, place) => ({
        path: ['limits', 'modbus', at, 'values', place],
        circuit,
        is14a: standard !== undefined,
        wanted: value as Wanted,
      })),
      ...after(then as 'configured' | Wanted).map((wanted) => ({
        path: ['limits', 'modbus', at, 'then'],
        circuit,
        is14a: standard !== undefined,
        wanted,
      })),
    ]),
    ...limits.mqtt.flatMap(({ circuit, then, standard }, at) =>
      after(then as 'configured' | Wanted).map((wanted) => ({
        path: ['limits', 'mqtt', at, 'then'],
        circuit,
        is14a: standard !== undefined,
        wanted,
      })),
    ),
  ];
}

/** In words; null where the floors and the reserves leave room. `leastW`: no limit is ever below. */
function shortfall({ limitA, limitW }: Wanted, sumMA: readonly number[], leastW: number): string | null {
  const phase = sumMA.findIndex((sum, at) => sum > 1_000 * ([limitA].flat()[at] ?? [limitA].flat()[0] ?? Infinity));
  if (phase >= 0) return `floors and reserves make ${amps(sumMA[phase] ?? 0)} A on L${phase + 1}`;
  const drawnW = Math.round((sumMA.reduce((a, b) => a + b, 0) / 1_000) * HIGH_VOLTAGE_V);
  return limitW !== undefined && drawnW > Math.max(limitW, leastW)
    ? `floors and reserves make ${drawnW} W at ${HIGH_VOLTAGE_V} V`
    : null;
}
