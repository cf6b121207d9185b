import { checkChargePoints } from './charge-point-lint.ts';
import { placeOf } from './cross-checks.ts';
import { checkSums } from './dead-box-lint.ts';
import type { Tree } from './document.ts';
import { checkLimits } from './limit-lint.ts';
import { nearest } from './nearest.ts';
import { type Findings, formatKey, type KeyPath } from './problem.ts';
import type { Say } from './say.ts';
import type { ConfigFile } from './schema.ts';
import { circuitOfMeter, siteModelOf } from './site-model.ts';

/**
 * What an electrician would object to. What cannot be, or is not safe if this machine is gone, is refused; the rest is
 * a warning. The sums are looked at only once the tree is one.
 */
export function electricalLint(config: ConfigFile, tree: Tree, findings: Findings): void {
  let faults = 0;
  const say: Say = {
    wrong: (path, message, didYouMean) => {
      faults += 1;
      const problem = { ...placeOf(tree, path), key: formatKey(path), message };
      findings.problems.push(didYouMean === undefined ? problem : { ...problem, didYouMean });
    },
    warn: (path, message) => findings.warnings.push({ ...placeOf(tree, path), key: formatKey(path), message }),
  };
  checkTree(config, say);
  checkMeters(config, say);
  checkReferences(config, say);
  checkChargePoints(config, say);
  const model = faults === 0 ? siteModelOf(config) : null;
  if (model === null) return;
  checkSums(config, model, say);
  checkLimits(config, model, say);
}

function checkTree({ circuits }: ConfigFile, say: Say): void {
  const places = new Map<string, number>();
  for (const [index, { id }] of circuits.entries()) {
    const same = places.get(id);
    if (same === undefined) places.set(id, index);
    else say.wrong(['circuits', index, 'id'], `is already the id of circuits[${same}]; each circuit needs its own`);
  }
  const roots = circuits.filter(({ parent }) => parent === undefined);
  const [first] = roots;
  for (const [index, circuit] of circuits.entries()) {
    const { id, parent } = circuit;
    if (parent === undefined) {
      if (first !== undefined && circuit !== first)
        say.wrong(
          ['circuits', index],
          `${id} has no parent, and neither has ${first.id}: there is one grid connection; write parent: ${first.id}`,
        );
      continue;
    }
    const path = ['circuits', index, 'parent'];
    const above = circuits[places.get(parent) ?? -1];
    if (above === undefined) {
      say.wrong(path, `is ${parent}, and no circuit has this id`, nearest(parent, places.keys()));
      continue;
    }
    if (runsInCircle(circuits, places, index)) {
      say.wrong(path, `makes a circle: going up from ${id} one comes back to it; a circuit is fed by one above it`);
      continue;
    }
    const [own, its] = [phasesOf(circuit.limitA), phasesOf(above.limitA)];
    const larger = [0, 1, 2].find((phase) => (own[phase] ?? 0) > (its[phase] ?? 0));
    if (larger !== undefined)
      say.warn(
        ['circuits', index, 'limitA'],
        `is ${own[larger]} A on L${larger + 1}, above its parent ${parent} with ${its[larger]} A: the parent's counts; check both numbers`,
      );
  }
  if (circuits.length > 0 && first === undefined && circuits.every(({ parent }) => places.has(parent ?? ''))) {
    say.wrong(['circuits'], 'has no circuit without a parent: the grid connection is missing');
  }
}

function runsInCircle(circuits: ConfigFile['circuits'], places: ReadonlyMap<string, number>, from: number): boolean {
  let here = circuits[from];
  for (let steps = 0; steps <= circuits.length; steps += 1) {
    here = here?.parent === undefined ? undefined : circuits[places.get(here.parent) ?? -1];
    if (here === undefined) return false;
    if (here === circuits[from]) return true;
  }
  return false;
}

function checkMeters(config: ConfigFile, say: Say): void {
  const places = new Map<string, number>();
  const known = new Set(config.circuits.map(({ id }) => id));
  for (const [index, meter] of config.meters.entries()) {
    const path: KeyPath = ['meters', index];
    const same = places.get(meter.id);
    if (same === undefined) places.set(meter.id, index);
    else say.wrong([...path, 'id'], `is already the id of meters[${same}]; each meter needs its own`);
    const circuit = circuitOfMeter(config, meter);
    if (circuit === null)
      say.warn([...path, 'id'], `${meter.id} is on no circuit, so it is not read; write circuit: ...`);
    else if (!known.has(circuit))
      say.wrong([...path, 'circuit'], `is ${circuit}, and no circuit has this id`, nearest(circuit, known));
    if (meter.type === 'modbus-tcp') {
      if ((meter.preset === undefined) === (meter.registers === undefined))
        say.wrong(path, `${meter.id} needs either preset or registers, one of the two`);
      const { registers } = meter;
      if (registers !== undefined && NEEDED.every((key) => registers[key] === undefined))
        say.wrong(
          [...path, 'registers'],
          'needs currentA with a register for each phase, or at least phasePowerW or powerW',
        );
    }
    if (meter.type === 'mqtt' && meter.currentA === undefined && meter.powerW === undefined)
      say.wrong(path, `${meter.id} needs currentA with a JSON pointer for each phase, or at least powerW`);
    if (meter.type === 'charge-point' && !config.chargePoints.some(({ id }) => id === meter.chargePoint))
      say.wrong([...path, 'chargePoint'], `is ${meter.chargePoint}, and no charge point has this id`);
    if (meter.lostAfterS <= 3 * meter.intervalS)
      say.warn([...path, 'lostAfterS'], `is within three intervals of ${meter.intervalS} s: one late value loses it`);
  }
  for (const [index, { id, meter }] of config.circuits.entries()) {
    if (meter === undefined) continue;
    const path = ['circuits', index, 'meter'];
    const found = config.meters[places.get(meter) ?? -1];
    if (found === undefined) say.wrong(path, `is ${meter}, and no meter has this id`, nearest(meter, places.keys()));
    else if (found.side !== 'grid')
      say.wrong(path, `is ${meter}, a meter of side ${found.side}; the meter of a circuit sees all of it: side: grid`);
    else if (circuitOfMeter(config, found) !== id)
      say.wrong(
        path,
        `is ${meter}, which already looks at ${circuitOfMeter(config, found)}; one meter sees one circuit`,
      );
  }
}

/** Circuits that other sections name. */
function checkReferences(config: ConfigFile, say: Say): void {
  const { circuits, limits, policy } = config;
  const known = new Set(circuits.map(({ id }) => id));
  const has = (circuit: string, path: KeyPath): void => {
    if (!known.has(circuit)) say.wrong(path, `is ${circuit}, and no circuit has this id`, nearest(circuit, known));
  };
  const ids = new Map<string, string>();
  for (const kind of ['schedules', 'modbus', 'mqtt'] as const) {
    for (const [index, { id, circuit }] of limits[kind].entries()) {
      const path: KeyPath = ['limits', kind, index];
      has(circuit, [...path, 'circuit']);
      const same = ids.get(id);
      if (same !== undefined) say.wrong([...path, 'id'], `is already the id of ${same}; each limit needs its own`);
      else ids.set(id, formatKey(path));
    }
  }
  for (const [index, { id, limitA, limitW }] of limits.schedules.entries()) {
    if (limitA === undefined && limitW === undefined)
      say.wrong(['limits', 'schedules', index], `${id} needs limitA or limitW: it limits nothing`);
  }
  for (const [index, { id, values, measures, standard }] of limits.modbus.entries()) {
    // What a contact of section 14a means needs no words.
    const isPlainContact = standard !== undefined && values.length === 0 && measures === undefined;
    if (!isPlainContact && (values.length === 0) === (measures === undefined))
      say.wrong(['limits', 'modbus', index], `${id} needs either values or measures, one of the two`);
  }
  checkSurplus(config, has, say);
  if (policy.minOnS > policy.rotationS)
    say.wrong(
      ['policy', 'minOnS'],
      `is ${policy.minOnS}, longer than a turn (rotationS ${policy.rotationS}): a turn lasts at least as long as a car charges`,
    );
  for (const [index, tier] of policy.tiers.entries()) {
    if (policy.tiers.indexOf(tier) < index)
      say.wrong(['policy', 'tiers', index], `is ${tier} once more; each tier needs a name of its own`);
  }
  for (const [index, { tier }] of policy.tierOf.entries()) {
    if (!policy.tiers.includes(tier))
      say.wrong(['policy', 'tierOf', index, 'tier'], `is ${tier}, and tiers has none of this name`);
  }
}

function checkSurplus(config: ConfigFile, has: (circuit: string, path: KeyPath) => void, say: Say): void {
  const { circuits, meters, policy } = config;
  if (policy.surplus === undefined) {
    if (policy.default === 'surplus')
      say.wrong(['policy', 'default'], 'is surplus, which needs the section surplus: {circuit: ...}');
    return;
  }
  const { circuit } = policy.surplus;
  const path: KeyPath = ['policy', 'surplus', 'circuit'];
  has(circuit, path);
  const found = circuits.find(({ id }) => id === circuit);
  if (found === undefined || found.creditGeneration) return;
  if (meters.some((meter) => meter.side === 'grid' && circuitOfMeter(config, meter) === circuit)) return;
  say.warn(path, `is ${circuit}, which has no meter of side grid: no surplus is ever seen there`);
}

/** Of these a meter must say one. */
const NEEDED = ['currentA', 'phasePowerW', 'powerW'] as const;

/** One number for all phases, or three. */
function phasesOf(amps: number | readonly number[]): readonly number[] {
  return typeof amps === 'number' ? [amps, amps, amps] : amps;
}
