import type { StudyReport } from '../report.ts';
import { html, type Markup } from './markup.ts';
import { number, percent } from './words.ts';

/** Each circuit's highest current against its limit, and for how long it was the bottleneck. */

/** Circuits listed at most: the fullest. */
const MAX_LISTED = 60;

export function circuitsTable({ site, circuits }: StudyReport): Markup {
  const depth = depthsOf(site.circuits);
  const listed = [...circuits]
    .sort((a, b) => Math.max(...b.bottleneckHours) - Math.max(...a.bottleneckHours))
    .slice(0, MAX_LISTED)
    .map(({ id }) => id);
  const rows = site.circuits.flatMap((circuit) => {
    const result = circuits.find(({ id }) => id === circuit.id);
    if (result === undefined || !listed.includes(circuit.id)) return [];
    return html`<tr><th scope="row"><span class="depth">${'· '.repeat(depth.get(circuit.id) ?? 0)}</span>${circuit.id}</th><td class="num">${limitWords(circuit.limitA)}</td>${(
      [0, 1, 2] as const
    ).map((phase) => {
      const share = circuit.limitA[phase] > 0 ? Math.min(1, result.peakA[phase] / circuit.limitA[phase]) : 0;
      return html`<td class="bar"><svg viewBox="0 0 90 14" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="90" height="14" rx="3"/><rect class="fill p${phase}f" width="${share * 90}" height="14" rx="3"/></svg><span class="num">${number(result.peakA[phase], 1)}</span></td>`;
    })}<td class="num">${number(Math.max(...result.peakCommittedA), 1)}</td><td class="num">${hoursWords(result.bottleneckHours)}</td><td class="num">${result.bottleneckPercent > 0 ? percent(result.bottleneckPercent) : '–'}</td></tr>`;
  });
  return html`<div class="scroll"><table class="circuits"><thead><tr><th>circuit</th><th class="num">limit A</th><th>peak L1</th><th>peak L2</th><th>peak L3</th><th class="num">granted</th><th class="num">full, hours L1 / L2 / L3</th><th class="num">of all shortage</th></tr></thead><tbody>${rows}</tbody></table></div>${
    circuits.length > MAX_LISTED
      ? html`<p class="note">The ${String(MAX_LISTED)} fullest of ${number(circuits.length)} circuits.</p>`
      : null
  }<p class="note">Granted: the highest sum of what charge points were allowed and what else flowed, on any phase. Of all shortage: in how much of the time in which some car got less than it wanted this circuit was the reason.</p>`;
}

function depthsOf(circuits: StudyReport['site']['circuits']): Map<string, number> {
  const depths = new Map<string, number>();
  for (const { id, parent } of circuits) depths.set(id, parent === null ? 0 : (depths.get(parent) ?? 0) + 1);
  return depths;
}

const limitWords = (limitA: readonly number[]): string =>
  new Set(limitA).size === 1 ? number(limitA[0] ?? 0, 1) : limitA.map((each) => number(each, 1)).join(' / ');

const hoursWords = (hours: readonly number[]): string =>
  hours.every((each) => each === 0) ? '–' : hours.map((each) => number(each, each < 10 ? 1 : 0)).join(' / ');
