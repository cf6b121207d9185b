import type { ForeignLoad } from '../../../src/sim/foreign-load.ts';
import { wanderingLoad } from '../../../src/sim/foreign-load.ts';
import type { Random } from '../../../src/sim/random.ts';
import { BUILDING_A } from './setting.ts';

/** The building beside the cars: it wanders a little all the time, and now and then a machine starts or stops. */
export function createBuilding(random: Random) {
  const wander = wanderingLoad({
    circuit: 'grid',
    random,
    lowestA: BUILDING_A.lowest,
    highestA: BUILDING_A.highest,
    strideA: 0.2,
    everySeconds: 2,
  });
  const jump = [0, 0, 0];
  const load: ForeignLoad = {
    circuit: 'grid',
    amps: (at) => wander.amps(at).map((amps, phase) => amps + (jump[phase] ?? 0)),
  };
  return {
    load,
    /** A per phase from now on; gives whether any phase takes more than before. */
    jumpTo(amps: readonly number[]): boolean {
      const rises = amps.some((each, phase) => each > (jump[phase] ?? 0));
      amps.forEach((each, phase) => {
        jump[phase] = each;
      });
      return rises;
    },
  };
}
