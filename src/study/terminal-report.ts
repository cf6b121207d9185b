import { adviceOf, headlineOf, sizingAdvice } from './headline.ts';
import { amps, fairness, kWh, minutes, number, percent } from './html/words.ts';
import type { StudyReport } from './report.ts';

/** A report for a terminal: the sentences, the figures, the comparison and where it was tight. */

/** Circuits in the table at most: the fullest. */
const MAX_CIRCUITS = 12;

export function terminalReport(report: StudyReport): string[] {
  const { energy, quality, references, circuits, site, sizing, cost } = report;
  const { first, more } = headlineOf(report);
  const waits = quality.waitingMinutes;
  const rows: [string, string][] = [
    ['energy', `${kWh(energy.deliveredKWh)} of ${kWh(energy.demandKWh)} wanted (${percent(energy.metPercent)})`],
    ...(energy.ofOptimumPercent === null
      ? []
      : [['of what was possible', percent(energy.ofOptimumPercent)] satisfies [string, string]]),
    ['left short', `${number(quality.leftShort)}, of them ${number(quality.neverStarted)} that never began`],
    [
      'first current after',
      waits === null
        ? 'nobody charged'
        : `${minutes(waits.median)} (median), ${minutes(waits.p90)} (one in ten or more), ${minutes(waits.longest)} (longest)`,
    ],
    ['fairness (Jain)', fairness(quality.jain)],
    ['pauses', `${number(quality.pausesPerSession, 1)} per session`],
    ...(cost === null
      ? []
      : [
          ['cost', `${number(cost.total, 2)} ${cost.currency}, ${cost.perKWh.toFixed(3)} per kWh`] satisfies [
            string,
            string,
          ],
        ]),
  ];
  const tight = [...circuits]
    .sort((a, b) => Math.max(...b.bottleneckHours) - Math.max(...a.bottleneckHours))
    .slice(0, MAX_CIRCUITS);
  const lines = [
    first,
    ...more,
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(22)}${value}`),
    '',
    ...table(
      ['circuit', 'limit', 'peak L1 / L2 / L3', 'granted', 'full'],
      tight.map(({ id, peakA, peakCommittedA, bottleneckHours }) => [
        id,
        amps(Math.max(...(site.circuits.find((each) => each.id === id)?.limitA ?? [0]))),
        peakA.map((each) => number(each, 1)).join(' / '),
        number(Math.max(...peakCommittedA), 1),
        `${number(Math.max(...bottleneckHours), 1)} h`,
      ]),
    ),
  ];
  if (references.length > 0) {
    lines.push(
      '',
      ...table(
        ['rule', 'energy met', 'fairness', 'left short', 'never began', 'pauses'],
        [{ rule: 'Busbar', metPercent: energy.metPercent, ...quality }, ...references].map((each) => [
          each.rule,
          `${each.metPercent.toFixed(1)} %`,
          fairness(each.jain),
          number(each.leftShort),
          number(each.neverStarted),
          number(each.pausesPerSession, 1),
        ]),
      ),
    );
  }
  const advice = [...adviceOf(report), ...(sizing.length > 1 ? [sizingAdvice(report) ?? ''] : [])].filter(
    (each) => each !== '',
  );
  if (advice.length > 0) lines.push('', ...advice);
  return lines.map((line) => line.replaceAll('\u202f', ' '));
}

function table(names: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = names.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('   ')}`;
  return [line(names), ...rows.map(line)];
}
