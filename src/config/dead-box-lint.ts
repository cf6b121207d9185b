import { type DeadBoxSum, deadBox, deadBoxWith, phasesOver } from '../balancer/dead-box.ts';
import { HIGH_VOLTAGE_V } from '../balancer/exposure.ts';
import type { CircuitModel, SiteModel } from '../domain/site-model.ts';
import type { KeyPath } from './problem.ts';
import { rotationAdvice } from './rotation-advice.ts';
import type { Say } from './say.ts';
import type { ConfigFile } from './schema.ts';

/** What only the whole tree shows: sums that do not fit, or hardly. */
export function checkSums(config: ConfigFile, model: SiteModel, say: Say): void {
  const circuits = new Map(model.circuits.map((circuit) => [circuit.id, circuit]));
  for (const sum of deadBox(model)) {
    const [phase] = phasesOver(sum);
    if (phase === undefined) continue;
    say.wrong(
      pathOf(config, sum.circuit),
      `does not hold without this machine: L${phase + 1} ${termsInWords(sum, phase)} = ${amps(sum.sumMA[phase])} of ${amps(sum.limitMA[phase])} A; lower floors (0 is the lowest) or reserves, or raise the limit if the breaker allows it`,
    );
  }
  const least = deadBoxWith(model, (each) => (each.smartCharging ? each.minMA : each.ratedMA));
  for (const sum of least) {
    const circuit = circuits.get(sum.circuit);
    const [phase] = circuit === undefined ? [] : phasesOver({ ...sum, limitMA: free(circuit) });
    if (circuit === undefined || phase === undefined || sum.capped) continue;
    say.warn(
      pathOf(config, sum.circuit),
      `cannot feed all its connectors at once: their minimums and reserves make ${amps(sum.sumMA[phase])} A on L${phase + 1}, and ${amps(free(circuit)[phase])} A are free after the margin; some cars will wait for their turn`,
    );
  }
  for (const [index, { id, creditGeneration, reserveA }] of config.circuits.entries()) {
    const noReserve = [reserveA].flat().every((each) => each === 0);
    const path: KeyPath = ['circuits', index];
    // Further down it is common that nothing but charge points hangs on a circuit.
    if (noReserve && isRoot(model, id) && !model.meters.some(({ circuit }) => circuit === id))
      say.warn(
        path,
        `${id} has no meter and no reserveA: whatever else draws there is not seen; add a meter, or write what others may draw`,
      );
    if (creditGeneration)
      say.warn(
        [...path, 'creditGeneration'],
        `lets cars use what is generated below ${id}: when the sun goes, they are over the limit until they have been lowered`,
      );
  }
  rotationAdvice(config, model, say);
  for (const { id, limitW } of model.circuits) {
    const sum = limitW === null ? undefined : least.find(({ circuit }) => circuit === id);
    if (sum === undefined || limitW === null) continue;
    const needed = Math.round((sum.sumMA.reduce((a, b) => a + b, 0) / 1000) * HIGH_VOLTAGE_V);
    if (needed > limitW)
      say.warn(
        pathOf(config, id),
        `has limitW ${limitW}, and the minimums and reserves below it make ${needed} W: some cars will wait for their turn`,
      );
  }
}

/** The longest list of terms that is written out. */
const MAX_TERMS = 8;

/** `reserve 20 + A/1 6 + A/2 6`. */
function termsInWords({ terms }: DeadBoxSum, phase: 0 | 1 | 2): string {
  const words = terms
    .filter(({ phases }) => phases[phase] > 0)
    .map(({ kind, of, phases }) => {
      const what = kind === 'reserve' ? 'reserve' : kind === 'unknown' ? 'unknownReserveA' : of;
      return `${what} ${amps(phases[phase])}`;
    });
  if (words.length <= MAX_TERMS) return words.join(' + ');
  return `${words.slice(0, MAX_TERMS).join(' + ')} + ${words.length - MAX_TERMS} more`;
}

/** `limit - margin` on each phase, mA. */
function free({ limitMA, marginPercent }: CircuitModel): CircuitModel['limitMA'] {
  const [a, b, c] = limitMA;
  const cut = (limit: typeof a): typeof a => Math.floor((limit * (100 - marginPercent)) / 100) as typeof a;
  return [cut(a), cut(b), cut(c)];
}

/** Where the circuit was written: a circuit of the file, or the charge point whose own it is. */
function pathOf(config: ConfigFile, circuit: string): KeyPath {
  const place = config.circuits.findIndex(({ id }) => id === circuit);
  if (place >= 0) return ['circuits', place];
  const owner = circuit.replace(/:supply$/, '');
  return ['chargePoints', config.chargePoints.findIndex(({ id }) => id === owner), 'supplyA'];
}

function isRoot({ circuits }: SiteModel, id: string): boolean {
  return circuits[0]?.id === id;
}

/** Amps with at most one place. */
export function amps(mA: number): string {
  return String(Math.round(mA / 100) / 10);
}

/** How long a grant holds by `lease: auto` at most, and what decides it (design rule: only what the file alone shows). */
export function leaseInWords(model: SiteModel): string {
  const most = deadBoxWith(model, (each) => (each.smartCharging ? each.maxMA : each.ratedMA));
  const full = most.find((sum) => phasesOver(sum).length > 0);
  const [phase] = full === undefined ? [] : phasesOver(full);
  if (full === undefined || phase === undefined)
    return '12 h: all connectors at their most and all reserves fit together (15 min where a meter has shown more than the reserve)';
  const tightest = Math.min(
    ...model.circuits.flatMap(({ limitMA, chargePointId }) =>
      chargePointId ? [] : limitMA.filter((each) => each > 0),
    ),
  );
  return `12 h while what is granted fits beside the reserves, else 15 min (with everything at its most ${full.circuit} would carry ${amps(full.sumMA[phase])} of ${amps(full.limitMA[phase])} A on L${phase + 1}); 2 min while a charge point is out of reach and others could suddenly draw more than 12 % of a limit (${amps(tightest * 0.12)} A on the smallest circuit) above it`;
}
