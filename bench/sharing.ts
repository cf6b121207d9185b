import type { SharingKind } from '../src/domain/sharing-policy.ts';
import { sharingOf } from '../src/settings.ts';
import { loadSolver, optimumOf } from '../src/study/optimum.ts';
import { metPercentOf } from '../src/study/quality.ts';
import { busbarInSlots } from '../src/study/references/busbar-in-slots.ts';
import { playInSlots, type Reference, type Rule, referenceOf } from '../src/study/references/in-slots.ts';
import {
  earliestDeadlineFirst,
  firstComeFirstServed,
  leastLaxityFirst,
  roundRobin,
} from '../src/study/references/rules.ts';
import { type SlotSite, slotSite } from '../src/study/references/slot-site.ts';
import { runStudy } from '../src/study/run.ts';
import { flatSite, readRows, type SharingCase, treeSite, within } from './sharing-sites.ts';

/**
 * `npm run bench:sharing -- SESSIONS [week|month] [slots|whole] [CASE]`: how well current is shared on real sessions, beside
 * simpler rules and perfect foresight, against the gates that Busbar has set itself. Ends with 1 where one is missed.
 */

const [file, span = 'week', depth = 'whole', only = ''] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('bench:sharing needs a file of sessions; docs/sharing-figures.md says which, and its form.\n');
  process.exit(2);
}

/** A rule's figures, and by how much it was above a limit, A; null where nothing can be, since what is decided flows. */
type Line = Reference & { readonly over: { readonly drawnA: number; readonly committedA: number } | null };

/** As good as least laxity first, less this, in points of the energy wanted. */
const ENERGY_POINTS = 0.5;
const LEAST_JAIN = 0.85;
const MOST_PAUSES = 2;

/** Nobody has said anything and all are served alike; everybody has said when they leave and how much they want. */
const WAYS: readonly { readonly kind: SharingKind; readonly driversSay: boolean; readonly name: string }[] = [
  { kind: 'equal', driversSay: false, name: 'equal, nobody says' },
  { kind: 'deadline', driversSay: true, name: 'deadline, all say' },
];

const rows = span === 'month' ? readRows(file) : within(readRows(file), '2019-03-04', '2019-03-08');
const solver = await loadSolver();
const flat = (limitA: number) => (kind: SharingKind) => flatSite(rows, limitA, kind);
const tree = (limitA: number) => (kind: SharingKind) => treeSite(rows, limitA, kind);
for (const caseOf of [flat(64), flat(96), flat(128), flat(160), tree(50), tree(63), tree(80)]) {
  if (caseOf('equal').name.includes(only)) judge(caseOf);
}

function judge(caseOf: (kind: SharingKind) => SharingCase): void {
  const base = caseOf('equal');
  const site = inSlots(base);
  const optimum = optimumOf(site, solver);
  const play = (rule: Rule, name: string): Line => ({ ...referenceOf(name, playInSlots(site, rule)), over: null });
  const laxity = play(leastLaxityFirst, 'least laxity first');
  const demandWh = base.sessions.reduce((sum, { energyWh }) => sum + energyWh, 0);
  const best = metPercentOf(optimum.deliveredWh, demandWh);
  write(`\n${base.name}: ${base.sessions.length} sessions, ${(demandWh / 1_000).toFixed(0)} kWh wanted`);
  head();
  const slots = WAYS.map(({ kind, driversSay, name }) => {
    const { policy } = sharingOf(caseOf(kind).config).rules;
    return { name, line: play(busbarInSlots(policy, driversSay), `Busbar in slots, ${name}`) };
  });
  const whole = depth === 'slots' ? [] : WAYS.map((way) => ({ name: way.name, line: controllerLine(caseOf, way) }));
  print(play(firstComeFirstServed, 'first come first served'), best);
  print(play(earliestDeadlineFirst, 'earliest departure first'), best);
  print(laxity, best);
  print(play(roundRobin, 'round robin'), best);
  for (const { line } of [...slots, ...whole]) print(line, best);
  write(`${'perfect foresight'.padEnd(48)}${best.toFixed(1).padStart(8)}`);
  for (const { line } of [...slots, ...whole]) gates(line, laxity);
}

function controllerLine(
  caseOf: (kind: SharingKind) => SharingCase,
  { kind, driversSay, name }: (typeof WAYS)[number],
): Line {
  const one = caseOf(kind);
  const cpu = process.cpuUsage();
  const { energy, quality, violations } = runStudy({ ...one, seed: 1, driversSay });
  const { user, system } = process.cpuUsage(cpu);
  process.stderr.write(`${one.name}, ${name}: ${((user + system) / 1e6).toFixed(0)} s of CPU\n`);
  return {
    rule: `Busbar's whole controller, ${name}`,
    deliveredKWh: energy.deliveredKWh,
    metPercent: energy.metPercent,
    ...quality,
    over: { drawnA: violations.drawnA, committedA: violations.committedA },
  };
}

function inSlots({ config, sessions, usualCar, building }: SharingCase): SlotSite {
  const model = config.siteModel;
  if (model === null) throw new Error('a site without circuits has nothing to share');
  return slotSite({ model, sessions, usualCar, building, nominalVoltageV: config.site.nominalVoltageV });
}

function gates(line: Line, laxity: Line): void {
  const { metPercent, jain, neverStarted, pausesPerSession, over } = line;
  const all: readonly (readonly [what: string, isMet: boolean, by: string])[] = [
    [
      'energy',
      metPercent >= laxity.metPercent - ENERGY_POINTS,
      `${(metPercent - laxity.metPercent).toFixed(2)} points`,
    ],
    ['Jain', jain >= LEAST_JAIN, jain.toFixed(3)],
    ['never started', neverStarted === 0, String(neverStarted)],
    ['pauses', pausesPerSession <= MOST_PAUSES, pausesPerSession.toFixed(2)],
    ...(over === null
      ? []
      : [
          ['drawn over a limit', over.drawnA === 0, `${over.drawnA} A`] as const,
          ['committed over a limit', over.committedA === 0, `${over.committedA} A`] as const,
        ]),
  ];
  const words = all.map(([what, isMet, by]) => `${what} ${isMet ? 'met' : 'MISSED'} (${by})`);
  write(`gates of ${line.rule}: ${words.join(', ')}`);
  if (all.some(([, isMet]) => !isMet)) process.exitCode = 1;
}

function head(): void {
  const names = ['% wanted', '% best', 'Jain', 'never', 'short', 'pauses', 'wait p90', 'drawn', 'committed'];
  write(`${''.padEnd(48)}${names.map((name) => name.padStart(10)).join('')}`);
}

function print(
  { rule, metPercent, jain, neverStarted, leftShort, pausesPerSession, waitingMinutes, over }: Line,
  best: number,
): void {
  const cells = [
    metPercent.toFixed(1),
    ((100 * metPercent) / best).toFixed(1),
    jain.toFixed(3),
    String(neverStarted),
    String(leftShort),
    pausesPerSession.toFixed(2),
    waitingMinutes === null ? '-' : waitingMinutes.p90.toFixed(0),
    over === null ? '-' : String(over.drawnA),
    over === null ? '-' : String(over.committedA),
  ];
  write(`${rule.padEnd(48)}${cells.map((cell) => cell.padStart(10)).join('')}`);
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
