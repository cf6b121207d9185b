import type { PhaseValues, StudyReport } from '../report.ts';
import { drawing, frameOf, hourPlaces, placesAxis, valueAxis, wideAndNarrow } from './axes.ts';
import { html, type Markup } from './markup.ts';
import { areaTo, linear, lineThrough, type Point, thinned, ticks } from './scale.ts';
import { amps, type Calendar, percent } from './words.ts';

/** What flowed on a circuit: through one day, by how long, and small beside others. */

type Circuit = {
  readonly id: string;
  readonly limitA: PhaseValues;
  readonly currentA: readonly [number[], number[], number[]];
};

export function circuitOf({ site, series }: StudyReport, id: string): Circuit {
  const limitA = site.circuits.find((each) => each.id === id)?.limitA ?? [0, 0, 0];
  const currentA = series.circuits.find((each) => each.id === id)?.currentA ?? [[], [], []];
  return { id, limitA, currentA };
}

/** Steps of one day by the site's clock, with their hours. */
function stepsOfDay({ series }: StudyReport, day: number, calendar: Calendar): { index: number; hour: number }[] {
  const from = Date.parse(series.from);
  const steps: { index: number; hour: number }[] = [];
  for (const [index] of series.present.entries()) {
    const hour = (calendar.wall(from + index * series.stepS * 1_000) - day) / 3_600_000;
    if (hour >= 0 && hour < 24) steps.push({ index, hour });
  }
  return steps;
}

export function dayCurve(report: StudyReport, circuit: Circuit, day: number, calendar: Calendar): Markup {
  const steps = stepsOfDay(report, day, calendar);
  const limitA = Math.max(...circuit.limitA);
  const highest = Math.max(limitA, ...circuit.currentA.flatMap((each) => steps.map(({ index }) => each[index] ?? 0)));
  return html`${wideAndNarrow((width) => {
    const frame = frameOf(width, width > 600 ? 300 : 240, { right: 14, top: 18 });
    const values = ticks(highest * 1.04);
    const x = linear([0, 24], [frame.left, frame.right]);
    const y = linear([0, values.at(-1) ?? 1], [frame.bottom, frame.top]);
    const lines = circuit.currentA.map((each) => steps.map(({ index, hour }): Point => [x(hour), y(each[index] ?? 0)]));
    return drawing(frame, `Current of ${circuit.id} on ${calendar.day(day)}, per phase, against its limit`, [
      valueAxis(frame, values, y, 'A'),
      placesAxis(frame, hourPlaces(x, width > 600 ? 2 : 6)),
      html`<path class="under" d="${areaTo(
        steps.map(
          ({ index, hour }): Point => [x(hour), y(Math.max(...circuit.currentA.map((each) => each[index] ?? 0)))],
        ),
        frame.bottom,
      )}"/>`,
      html`${lines.map((line, phase) => html`<path class="line p${phase}" d="${lineThrough(line)}"/>`)}`,
      limitLine(frame.left, frame.right, y(limitA), `limit ${amps(limitA)}`),
    ]);
  })}${phaseLegend}`;
}

/** For how much of the time so much flowed or more. */
export function durationCurve(report: StudyReport, circuit: Circuit): Markup {
  const { series } = report;
  const highestOf = series.present.map((_, index) => Math.max(...circuit.currentA.map((each) => each[index] ?? 0)));
  const sorted = [...highestOf].sort((a, b) => b - a);
  const limitA = Math.max(...circuit.limitA);
  const frame = frameOf(480, 270, { top: 18 });
  const values = ticks(Math.max(limitA, sorted[0] ?? 0) * 1.04);
  const x = linear([0, 100], [frame.left, frame.right]);
  const y = linear([0, values.at(-1) ?? 1], [frame.bottom, frame.top]);
  const places = thinned(sorted, 240).map(
    (value, index, all): Point => [x((100 * index) / Math.max(1, all.length - 1)), y(value)],
  );
  const half = sorted.filter((value) => value >= limitA * 0.5).length / Math.max(1, sorted.length);
  return html`${drawing(frame, `How long ${circuit.id} carried how much`, [
    valueAxis(frame, values, y, 'A'),
    placesAxis(
      frame,
      [0, 25, 50, 75, 100].map((share) => [x(share), `${share} %`]),
    ),
    html`<path class="under" d="${areaTo(places, frame.bottom)}"/><path class="line copper" d="${lineThrough(places)}"/>`,
    limitLine(frame.left, frame.right, y(limitA), `limit ${amps(limitA)}`),
  ])}<p class="note">Highest phase, in order. More than half of the limit was used for ${percent(half * 100)} of the time.</p>`;
}

/** A small curve for one of many circuits: its fullest phase in % of the limit, through one day. */
export function smallCurve(report: StudyReport, circuit: Circuit, day: number, calendar: Calendar): Markup {
  const frame = frameOf(300, 84, { left: 2, right: 2, top: 8, bottom: 4 });
  const x = linear([0, 24], [frame.left, frame.right]);
  const y = linear([0, 105], [frame.bottom, frame.top]);
  const points = stepsOfDay(report, day, calendar).map(({ index, hour }): Point => {
    const shares = circuit.currentA.map((each, phase) => (100 * (each[index] ?? 0)) / (circuit.limitA[phase] || 1));
    return [x(hour), y(Math.min(105, Math.max(...shares)))];
  });
  return drawing(frame, `How full ${circuit.id} was on ${calendar.day(day)}`, [
    html`<path class="under" d="${areaTo(points, frame.bottom)}"/><path class="line copper" d="${lineThrough(points)}"/>`,
    html`<path class="limit" d="M${frame.left} ${y(100)}H${frame.right}"/><path class="base" d="M${frame.left} ${frame.bottom}H${frame.right}"/>`,
  ]);
}

const limitLine = (left: number, right: number, y: number, words: string): Markup =>
  html`<path class="limit" d="M${left} ${y}H${right}"/><text class="limit-label" x="${right}" y="${y - 5}" text-anchor="end">${words}</text>`;

const phaseLegend = html`<p class="legend"><span class="key k0">L1</span><span class="key k1">L2</span><span class="key k2">L3</span><span class="note">in the colours of their conductors; by the site’s clock</span></p>`;
