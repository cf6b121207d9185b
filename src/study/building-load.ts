import type { SiteModel } from '../domain/site-model.ts';
import type { ForeignLoad } from '../sim/foreign-load.ts';
import type { PhaseValues } from './report.ts';

/** What a building draws beside its charge points, step by step: the profile of one circuit, without those below it. */
export type BuildingLoad = {
  readonly circuit: string;
  /** Of the first step, milliseconds since 1970. Before it the first value holds. */
  readonly from: number;
  readonly stepS: number;
  /** A per phase, one for each step. When they are over they begin anew: a day or a week is enough for a year. */
  readonly amps: readonly PhaseValues[];
};

const NOTHING: PhaseValues = [0, 0, 0];

/**
 * The load of each circuit of the site. Where no profile is given, a circuit without a meter of its own draws what the file
 * reserves for it (the controller counts with it in any case), and one with a meter draws nothing.
 */
export function foreignLoads(model: SiteModel, profiles: readonly BuildingLoad[]): readonly ForeignLoad[] {
  const metered = new Set(model.meters.filter(({ side }) => side === 'grid').map(({ circuit }) => circuit));
  return model.circuits.flatMap(({ id, reserveMA }): ForeignLoad[] => {
    const own = profiles.filter(({ circuit }) => circuit === id);
    if (own.length > 0) return own.map((profile) => ({ circuit: id, amps: (at) => loadAt(profile, at) }));
    if (metered.has(id) || reserveMA.every((mA) => mA === 0)) return [];
    const amps = reserveMA.map((mA) => mA / 1_000);
    return [{ circuit: id, amps: () => amps }];
  });
}

/** A per phase at this moment. */
function loadAt({ from, stepS, amps }: BuildingLoad, at: number): PhaseValues {
  const step = Math.max(0, Math.floor((at - from) / (stepS * 1_000)));
  return amps[step % Math.max(1, amps.length)] ?? NOTHING;
}
