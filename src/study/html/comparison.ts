import type { Quality, StudyReport } from '../report.ts';
import { drawing, frameOf, placesAxis, valueAxis } from './axes.ts';
import { html, type Markup } from './markup.ts';
import { linear, lineThrough, type Point } from './scale.ts';
import { amps, fairness, minutes, number, percent } from './words.ts';

/** Busbar beside simpler rules and beside perfect foresight; and other sizes of the connection. */

type Rule = {
  readonly name: string;
  readonly met: number;
  readonly quality: Quality | null;
  readonly kind: 'own' | 'rule' | 'best';
};

export function rulesBeside({ energy, quality, references }: StudyReport): Markup {
  const rules: Rule[] = [
    { name: 'Busbar', met: energy.metPercent, quality, kind: 'own' },
    ...references.map(
      ({ rule, metPercent, ...rest }): Rule => ({ name: rule, met: metPercent, quality: rest, kind: 'rule' }),
    ),
  ];
  if (energy.optimumKWh !== null) {
    const met = energy.demandKWh > 0 ? (100 * energy.optimumKWh) / energy.demandKWh : 100;
    rules.push({ name: 'perfect foresight', met, quality: null, kind: 'best' });
  }
  return html`<div class="scroll"><table class="rules"><thead><tr><th>rule</th><th>energy met</th><th></th><th class="num">fairness</th><th class="num">left short</th><th class="num">never began</th><th class="num">pauses each</th><th class="num">median wait</th></tr></thead><tbody>${rules.map(
    ({ name, met, quality: of, kind }) =>
      html`<tr class="${kind}"><th scope="row">${name}</th><td class="bar"><svg viewBox="0 0 200 14" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="200" height="14" rx="3"/><rect class="fill" width="${Math.max(0, Math.min(200, met * 2))}" height="14" rx="3"/></svg></td><td class="num"><b>${number(met, 1)} %</b></td>${
        of === null
          ? html`<td class="num soft" colspan="5">knows every arrival beforehand; no rule can</td>`
          : html`<td class="num">${fairness(of.jain)}</td><td class="num">${number(of.leftShort)}</td><td class="num">${number(of.neverStarted)}</td><td class="num">${number(of.pausesPerSession, 1)}</td><td class="num">${of.waitingMinutes === null ? '–' : minutes(of.waitingMinutes.median)}</td>`
      }</tr>`,
  )}</tbody></table></div><p class="note">The other rules are played in slots of time, without charge points, meters and messages: Busbar’s line is the whole controller. Fairness is Jain’s index of what each session got of what it wanted; 1 is equal.</p>`;
}

export function sizingCurve({ sizing }: StudyReport): Markup {
  const rows = [...sizing].sort((a, b) => a.limitA - b.limitA);
  const frame = frameOf(480, 300, { top: 18, right: 24 });
  const lowest = Math.min(100, ...rows.map(({ metPercent }) => metPercent));
  const floor = Math.max(0, Math.floor((lowest - 4) / 20) * 20);
  const x = linear([rows[0]?.limitA ?? 0, rows.at(-1)?.limitA ?? 1], [frame.left + 12, frame.right]);
  const y = linear([floor, 100], [frame.bottom, frame.top]);
  const values = [0, 20, 40, 60, 80, 100].filter((value) => value >= floor);
  const own = rows.find(({ ofConfigured }) => Math.abs(ofConfigured - 1) < 0.02);
  const best = rows.flatMap(({ limitA, optimumKWh, deliveredKWh, metPercent }): Point[] =>
    optimumKWh === null || deliveredKWh === 0
      ? []
      : [[x(limitA), y(Math.min(100, (metPercent * optimumKWh) / deliveredKWh))]],
  );
  let lastLabel = Number.NEGATIVE_INFINITY;
  const places = rows.flatMap(({ limitA }): [number, string][] => {
    if (x(limitA) - lastLabel < 34) return [];
    lastLabel = x(limitA);
    return [[x(limitA), String(limitA)]];
  });
  return html`${drawing(frame, 'Energy met by the size of the connection', [
    valueAxis(frame, values, y, '%'),
    placesAxis(frame, places),
    own === undefined
      ? html``
      : html`<path class="here" d="M${x(own.limitA)} ${frame.top}V${frame.bottom}"/><text class="here-label" x="${x(own.limitA) + 6}" y="${frame.bottom - 8}">as it is</text>`,
    best.length > 1 ? html`<path class="line best" d="${lineThrough(best)}"/>` : html``,
    html`<path class="line copper" d="${lineThrough(rows.map(({ limitA, metPercent }): Point => [x(limitA), y(metPercent)]))}"/>`,
    html`${rows.map(
      ({ limitA, metPercent, leftShort }) =>
        html`<circle class="knot" cx="${x(limitA)}" cy="${y(metPercent)}" r="4"><title>${amps(limitA)} per phase: ${percent(metPercent)} met, ${number(leftShort)} left short</title></circle>`,
    )}`,
  ])}<p class="legend"><span class="key coppered">Busbar’s sharing</span>${best.length > 1 ? html`<span class="key bested">perfect foresight</span>` : null}<span class="note">A per phase of the connection, in slots of time</span></p>`;
}
