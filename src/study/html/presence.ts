import type { StudyReport } from '../report.ts';
import { drawing, frameOf, hourPlaces, placesAxis, valueAxis } from './axes.ts';
import { html, type Markup } from './markup.ts';
import { linear, type Point, ticks } from './scale.ts';
import { type Calendar, startOfDay } from './words.ts';

/** Cars at the site through a usual day: those that charge, those that wait, and those that have what they wanted. */

const HALF_HOURS = 48;

export function usualDay({ series }: StudyReport, calendar: Calendar): Markup {
  const sums = Array.from({ length: HALF_HOURS }, () => ({ steps: 0, charging: 0, waiting: 0, rest: 0 }));
  const from = Date.parse(series.from);
  for (const [index, present] of series.present.entries()) {
    const wall = calendar.wall(from + index * series.stepS * 1_000);
    const weekday = new Date(wall).getUTCDay();
    if (weekday === 0 || weekday === 6) continue;
    const sum = sums[Math.floor((wall - startOfDay(wall)) / 1_800_000)];
    if (sum === undefined) continue;
    const charging = series.charging[index] ?? 0;
    const waiting = series.waiting[index] ?? 0;
    sum.steps += 1;
    sum.charging += charging;
    sum.waiting += waiting;
    sum.rest += Math.max(0, present - charging - waiting);
  }
  const means = sums.map(({ steps, charging, waiting, rest }) => {
    const n = Math.max(1, steps);
    return [charging / n, waiting / n, rest / n] as const;
  });
  const highest = Math.max(...means.map(([charging, waiting, rest]) => charging + waiting + rest));
  if (highest === 0) return html`<p class="note">No car came on a day from Monday to Friday.</p>`;
  const frame = frameOf(480, 270, { top: 18 });
  const values = ticks(highest * 1.02);
  const x = linear([0, 24], [frame.left, frame.right]);
  const y = linear([0, values.at(-1) ?? 1], [frame.bottom, frame.top]);
  return html`${drawing(frame, 'Cars at the site through a usual day', [
    valueAxis(frame, values, y),
    html`${['charging', 'waiting', 'rest'].map((name, layer) => {
      const level = (half: number, layers: number): number =>
        (means[half] ?? []).slice(0, layers).reduce((all, each) => all + each, 0);
      const halves = Array.from({ length: HALF_HOURS + 1 }, (_, half) => half);
      const upper = halves.map((half): Point => [x(half / 2), y(level(Math.min(half, HALF_HOURS - 1), layer + 1))]);
      const lower = halves
        .map((half): Point => [x(half / 2), y(level(Math.min(half, HALF_HOURS - 1), layer))])
        .reverse();
      return html`<path class="${name}" d="${band(upper, lower)}"/>`;
    })}`,
    placesAxis(frame, hourPlaces(x, 4)),
  ])}<p class="legend"><span class="key charging">charging</span><span class="key waiting">waiting for current</span><span class="key rest">has what it wanted</span></p><p class="note">Mean of all days from Monday to Friday.</p>`;
}

const band = (upper: readonly Point[], lower: readonly Point[]): string =>
  `${[...upper, ...lower].map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')}Z`;
