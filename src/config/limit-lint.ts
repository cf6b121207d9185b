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

type Asked = { readonly path: KeyPath; readonly circuit: string; readonly is14a: boolean; readonly wanted: Wanted };

function wantedBy({ limits: { schedules, modbus, mqtt } }: ConfigFile): Asked[] {
  type Source = { readonly circuit: string; readonly standard?: string | undefined };
  const asked = (path: KeyPath, { circuit, standard }: Source, wanted: unknown): Asked[] =>
    // What is configured holds in any case.
    wanted === 'configured' ? [] : [{ path, circuit, is14a: standard !== undefined, wanted: wanted as Wanted }];
  return [
    ...schedules.flatMap((one, at) => asked(['limits', 'schedules', at], one, one)),
    ...modbus.flatMap((one, at) => [
      ...one.values.flatMap((value, place) => asked(['limits', 'modbus', at, 'values', place], one, value)),
      ...asked(['limits', 'modbus', at, 'then'], one, one.then),
    ]),
    ...mqtt.flatMap((one, at) => asked(['limits', 'mqtt', at, 'then'], one, one.then)),
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
