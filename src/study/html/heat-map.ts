import type { StudyReport } from '../report.ts';
import { drawing, hourPlaces, wideAndNarrow } from './axes.ts';
import { html, type Markup } from './markup.ts';
import { type Calendar, percent, startOfDay } from './words.ts';

/** Days below each other, hours beside each other: how full the connection was. */

/** Rows at most; of a longer run each row stands for several days, with the fullest of them. */
const MAX_ROWS = 62;
const STEPS = 9;

export type DayLoad = {
  /** Midnight by the site's clock, as if it were UTC, ms. */
  readonly day: number;
  /** Highest share of the limit on any phase, %, in each half hour; -1 where the run has none. */
  readonly halfHours: readonly number[];
};

/** How full a circuit was, by the site's days. */
export function dayLoads({ series, site }: StudyReport, circuitId: string, calendar: Calendar): DayLoad[] {
  const limitA = site.circuits.find(({ id }) => id === circuitId)?.limitA ?? [0, 0, 0];
  const currents = series.circuits.find(({ id }) => id === circuitId)?.currentA ?? [[], [], []];
  const from = Date.parse(series.from);
  const days = new Map<number, number[]>();
  for (const [index] of series.present.entries()) {
    const wall = calendar.wall(from + index * series.stepS * 1_000);
    const day = startOfDay(wall);
    let loads = days.get(day);
    if (loads === undefined) {
      loads = Array.from({ length: 48 }, () => -1);
      days.set(day, loads);
    }
    const half = Math.floor((wall - day) / 1_800_000);
    for (const phase of [0, 1, 2] as const) {
      const share = limitA[phase] > 0 ? (100 * (currents[phase][index] ?? 0)) / limitA[phase] : 0;
      loads[half] = Math.max(loads[half] ?? -1, share);
    }
  }
  return [...days].map(([day, halfHours]) => ({ day, halfHours }));
}

export function heatMap(loads: readonly DayLoad[], calendar: Calendar, what: string): Markup {
  const each = Math.ceil(loads.length / MAX_ROWS);
  const rows = Array.from({ length: Math.ceil(loads.length / each) }, (_, index) =>
    loads.slice(index * each, (index + 1) * each),
  );
  return html`${wideAndNarrow((width) => {
    const left = 76;
    const cell = (width - left - 12) / 48;
    const height = width > 600 ? 15 : 11;
    const bottom = rows.length * height + 4;
    return drawing({ width, height: bottom + 28 }, `How full ${what} was, by day and hour`, [
      html`${rows.map((days, row) => {
        const [first] = days;
        const name = calendar.day(first?.day ?? 0);
        const weekend = /^S/.test(name);
        return html`<g>${
          rows.length <= 16 || row % 2 === 0 || width > 600
            ? html`<text class="${weekend ? 'label soft' : 'label'}" x="${left - 8}" y="${row * height + height - 3}" text-anchor="end">${name}</text>`
            : null
        }${Array.from({ length: 48 }, (_, half) => {
          const load = Math.max(...days.map(({ halfHours }) => halfHours[half] ?? -1));
          if (load < 0) return null;
          const level = Math.min(STEPS, Math.floor((load / 100) * (STEPS + 1)));
          const shape = html`<rect class="h${level}" x="${left + half * cell}" y="${row * height}" width="${cell - 0.7}" height="${height - 1.5}"`;
          return width > 600
            ? html`${shape}><title>${name} ${clock(half)}: ${percent(Math.round(load))} of the limit</title></rect>`
            : html`${shape}/>`;
        })}</g>`;
      })}`,
      html`<g class="axis">${hourPlaces((hour) => left + hour * 2 * cell, width > 600 ? 2 : 6).map(
        ([x, text]) => html`<text x="${x}" y="${bottom + 16}" text-anchor="middle">${text}</text>`,
      )}</g>`,
    ]);
  })}<p class="legend"><span>empty</span><span class="ramp">${Array.from(
    { length: STEPS + 1 },
    (_, level) => html`<i class="b${level}"></i>`,
  )}</span><span>at its limit</span><span class="note">highest phase in each half hour; hours by the site’s clock</span></p>`;
}

/** The day with the most load. */
export function fullestDay(loads: readonly DayLoad[]): number | null {
  const sum = ({ halfHours }: DayLoad): number => halfHours.reduce((all, load) => all + Math.max(0, load), 0);
  return [...loads].sort((a, b) => sum(b) - sum(a))[0]?.day ?? null;
}

const clock = (half: number): string =>
  `${String(Math.floor(half / 2)).padStart(2, '0')}:${half % 2 === 0 ? '00' : '30'}`;
