import { adviceOf, headlineOf, sizingAdvice } from './headline.ts';
import { circuitsTable } from './html/circuits-table.ts';
import { rulesBeside, sizingCurve } from './html/comparison.ts';
import { circuitOf, dayCurve, durationCurve, smallCurve } from './html/currents.ts';
import { dayLoads, fullestDay, heatMap } from './html/heat-map.ts';
import { html, type Markup } from './html/markup.ts';
import { usualDay } from './html/presence.ts';
import { gotOfWanted, sharesInOrder, whoLeftShort } from './html/session-plots.ts';
import { style } from './html/style.ts';
import { tilesOf } from './html/tiles.ts';
import { amps, type Calendar, calendarOf, count, number, percent } from './html/words.ts';
import type { StudyReport } from './report.ts';

/** Small curves of circuits below the connection at most: the fullest. */
const MAX_SMALL = 12;

/** A report as one page that needs nothing else: no script, no network. `warnings` are those about its input. */
export function htmlReport(report: StudyReport, warnings: readonly string[] = []): string {
  const calendar = calendarOf(report.site.timeZone);
  const { first, more } = headlineOf(report);
  const { site, run } = report;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${site.name}: ${first}</title><style>${raw(style)}</style></head><body><main>
<header><p class="site"><b>${site.name}</b> · ${count(site.connectors, 'connector')} · ${calendar.date(run.from)} to ${calendar.date(lastMoment(run.to))} · simulated by Busbar</p>
<h1>${first}</h1><p class="more">${more.map((sentence) => html`<span>${sentence}</span> `)}</p></header>
${tilesOf(report)}
${warnings.length > 0 ? section('Read this first', null, html`<div class="warnings">${warnings.map((each) => html`<p>${each}</p>`)}</div>`) : null}
${throughTime(report, calendar)}
${ofCars(report)}
${section('Who left short', 'Less than 95 % of what the session wanted, and why.', html`<div class="card">${whoLeftShort(report, calendar)}</div>`)}
${besides(report)}
${section('Where it was tight', 'Highest current of each circuit and phase against its limit, in A, and for how long it was the bottleneck.', html`<div class="card">${circuitsTable(report)}</div>`)}
${colophon(report)}
</main></body></html>
`;
  return page.markup;
}

function throughTime(report: StudyReport, calendar: Calendar): Markup | null {
  const root = report.site.circuits.find(({ parent }) => parent === null);
  if (root === undefined) return null;
  const loads = dayLoads(report, root.id, calendar);
  const day = fullestDay(loads);
  if (day === null) return null;
  const circuit = circuitOf(report, root.id);
  const below = report.circuits
    .filter(({ id }) => id !== root.id)
    .map((each) => ({ ...each, fullness: fullnessOf(report, each.id) }))
    .sort((a, b) => Math.max(...b.bottleneckHours) - Math.max(...a.bottleneckHours) || b.fullness - a.fullness)
    .slice(0, MAX_SMALL);
  return section(
    'The connection through time',
    `What flowed at ${root.id}, charging and all else, against its limit of ${amps(Math.max(...root.limitA))} per phase.`,
    html`${loads.length > 2 ? html`<div class="card"><h3>Every day, hour by hour</h3>${heatMap(loads, calendar, root.id)}</div>` : null}
<div class="card"><h3>The fullest day: ${calendar.day(day)}</h3>${dayCurve(report, circuit, day, calendar)}</div>
<div class="pair spaced"><div class="card"><h3>For how long how much</h3>${durationCurve(report, circuit)}</div><div class="card"><h3>Cars on a usual day</h3>${usualDay(report, calendar)}</div></div>
${
  below.length > 0
    ? html`<div class="spaced"><h3>The circuits below on that day, in % of their limits</h3><div class="small">${below.map(
        ({ id, bottleneckHours, fullness }) =>
          html`<div class="card"><h3>${id}</h3>${smallCurve(report, circuitOf(report, id), day, calendar)}<p>peak ${percent(fullness)} of its limit; full for ${number(Math.max(...bottleneckHours), 1)} h of the whole run</p></div>`,
      )}</div>${report.circuits.length - 1 > MAX_SMALL ? html`<p class="note">The ${String(MAX_SMALL)} fullest of ${number(report.circuits.length - 1)}.</p>` : null}</div>`
    : null
}`,
  );
}

function ofCars(report: StudyReport): Markup {
  return section(
    'What each session got',
    'Wanted and got, of every session.',
    html`<div class="pair"><div class="card"><h3>Got of wanted</h3>${gotOfWanted(report)}</div><div class="card"><h3>From the worst to the best</h3>${sharesInOrder(report)}</div></div>`,
  );
}

function besides(report: StudyReport): Markup | null {
  const parts: Markup[] = [];
  const advice = adviceOf(report);
  if (advice.length > 0) {
    parts.push(
      section('What would help', null, html`<div class="warnings">${advice.map((each) => html`<p>${each}</p>`)}</div>`),
    );
  }
  if (report.references.length > 0 || report.energy.optimumKWh !== null) {
    parts.push(
      section(
        'Beside other rules',
        'The same sessions on the same circuits, shared by simpler rules.',
        html`<div class="card">${rulesBeside(report)}</div>`,
      ),
    );
  }
  if (report.sizing.length > 1) {
    const advice = sizingAdvice(report);
    parts.push(
      section(
        'Other sizes of the connection',
        advice,
        html`<div class="pair"><div class="card"><h3>Energy met by the size of the connection</h3>${sizingCurve(report)}</div><div class="card"><h3>In numbers</h3><div class="scroll"><table><thead><tr><th class="num">A per phase</th><th class="num">energy met</th><th class="num">left short</th><th class="num">of what is there</th></tr></thead><tbody>${report.sizing.map(
          ({ limitA, metPercent, leftShort, ofConfigured }) =>
            html`<tr class="${Math.abs(ofConfigured - 1) < 0.02 ? 'own' : ''}"><td class="num">${number(limitA, 1)}</td><td class="num">${number(metPercent, 1)} %</td><td class="num">${number(leftShort)}</td><td class="num">${percent(ofConfigured * 100)}</td></tr>`,
        )}</tbody></table></div></div></div>`,
      ),
    );
  }
  return parts.length === 0 ? null : html`${parts}`;
}

function colophon({ run }: StudyReport): Markup {
  return html`<footer><p>The controller that runs a site, with a simulated charge point for each of the site’s and a car for each session, in virtual time: ${number(run.virtualHours)} hours in ${number(run.tookS, run.tookS < 10 ? 1 : 0)} seconds, seed ${String(run.seed)}. Cars draw what they may until they have what they want, without the slow end of a full battery; nothing fails. What it assumes is in docs/simulate.md; the figures behind this page are in report.json, sessions.csv and series.csv beside it.</p></footer>`;
}

function fullnessOf({ site, circuits }: StudyReport, id: string): number {
  const limitA = site.circuits.find((each) => each.id === id)?.limitA ?? [0, 0, 0];
  const peakA = circuits.find((each) => each.id === id)?.peakA ?? [0, 0, 0];
  return Math.max(...peakA.map((peak, phase) => (100 * peak) / (limitA[phase] || 1)));
}

const section = (title: string, intro: string | null, content: Markup): Markup =>
  html`<section><h2>${title}</h2>${intro === null ? html`<p class="intro"></p>` : html`<p class="intro">${intro}</p>`}${content}</section>`;

/** A run until midnight has its last day before it. */
const lastMoment = (to: string): string => new Date(Date.parse(to) - 1).toISOString();

/** Text of ours that is markup already. */
const raw = (markup: string): Markup => ({ markup });
