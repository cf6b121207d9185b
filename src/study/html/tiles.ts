import { ENOUGH } from '../left-short.ts';
import type { StudyReport } from '../report.ts';
import { html, type Markup } from './markup.ts';
import { amps, fairness, kWh, minutes, number, percent } from './words.ts';

/** The figures of a study, each with what it means beside it. */

type Tile = {
  readonly name: string;
  readonly value: string;
  readonly sub: string;
  readonly kind?: 'good' | 'bad';
  readonly share?: number;
};

export function tilesOf(report: StudyReport): Markup {
  const { energy, quality, violations, sessions, cost, circuits, run } = report;
  const wanting = sessions.filter(({ demandKWh }) => demandKWh > 0);
  const content = wanting.filter(({ demandKWh, deliveredKWh }) => deliveredKWh >= ENOUGH * demandKWh).length;
  const fullH = circuits.reduce((most, { bottleneckHours }) => Math.max(most, ...bottleneckHours), 0);
  const over = Math.max(violations.drawnA, violations.committedA);
  const tiles: Tile[] = [
    {
      name: 'Energy delivered',
      value: kWh(energy.deliveredKWh),
      sub: `${percent(energy.metPercent)} of ${kWh(energy.demandKWh)} wanted`,
      share: energy.metPercent,
    },
    {
      name: 'Cars content',
      value: percent(wanting.length === 0 ? 100 : (100 * content) / wanting.length),
      sub: `${number(content)} of ${number(wanting.length)} got 95 % or more`,
    },
    {
      name: 'Wait for the first current',
      value: quality.waitingMinutes === null ? '–' : minutes(quality.waitingMinutes.median),
      sub:
        quality.waitingMinutes === null
          ? 'nobody charged'
          : `median; one in ten ${minutes(quality.waitingMinutes.p90)} or more, longest ${minutes(quality.waitingMinutes.longest)}`,
    },
    { name: 'Fairness', value: fairness(quality.jain), sub: 'Jain’s index of shares; 1 is equal' },
    {
      name: 'Pauses',
      value: number(quality.pausesPerSession, 1),
      sub:
        quality.neverStarted === 0
          ? 'per session; everyone began'
          : `per session; ${number(quality.neverStarted)} never began`,
    },
    {
      name: 'Fullest circuit',
      value: `${number(fullH, fullH < 10 ? 1 : 0)}\u202fh`,
      sub: `of ${number(run.virtualHours)} h it held some car back`,
    },
    over > 0
      ? {
          name: 'Above a limit',
          value: amps(over),
          sub: `for ${number(Math.max(violations.drawnS, violations.committedS))} s`,
          kind: 'bad',
        }
      : { name: 'Above a limit', value: '0\u202fA', sub: 'drawn or granted, in any second', kind: 'good' },
  ];
  if (energy.ofOptimumPercent !== null) {
    tiles.push({
      name: 'Of what was possible',
      value: percent(energy.ofOptimumPercent),
      sub: 'of perfect foresight',
      share: energy.ofOptimumPercent,
    });
  }
  if (cost !== null) {
    tiles.push({
      name: 'Cost of energy',
      value: `${number(cost.total)}\u202f${cost.currency}`,
      sub: `${cost.perKWh.toFixed(3)} ${cost.currency} per kWh on average`,
    });
  }
  return html`<dl class="tiles">${tiles.map(
    ({ name, value, sub, kind, share }) =>
      html`<div class="tile ${kind ?? ''}"><dt>${name}</dt><dd class="value">${withUnit(value)}</dd>${
        share === undefined ? null : html`<dd class="meter"><i style="width:${Math.min(100, share)}%"></i></dd>`
      }<dd class="sub">${sub}</dd></div>`,
  )}</dl>`;
}

/** The unit smaller than its number. */
function withUnit(value: string): Markup {
  const space = value.lastIndexOf('\u202f');
  const unit = value.slice(space + 1);
  return space < 0 || /\d/.test(unit) ? html`${value}` : html`${value.slice(0, space)}<small>\u202f${unit}</small>`;
}
