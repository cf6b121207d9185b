import { ENOUGH } from '../left-short.ts';
import type { SessionResult, StudyReport } from '../report.ts';
import { drawing, frameOf, placesAxis, valueAxis } from './axes.ts';
import { html, type Markup } from './markup.ts';
import { areaTo, linear, type Point, ticks } from './scale.ts';
import { type Calendar, count, kWh, minutes, number } from './words.ts';

/** What each session got of what it wanted, and who left short. */

/** Dots drawn at most; of more sessions, every so many is drawn, but all of those that left short as far as they fit. */
const MAX_DOTS = 2_000;
/** Lines of the table at most. */
const MAX_LISTED = 25;

const isShort = ({ demandKWh, deliveredKWh }: SessionResult): boolean => deliveredKWh < ENOUGH * demandKWh;

/** Wanted to the right, got upwards: on the diagonal are those that got it all. */
export function gotOfWanted({ sessions }: StudyReport): Markup {
  const highest = sessions.reduce((most, { demandKWh }) => Math.max(most, demandKWh), 1);
  const frame = frameOf(480, 300, { top: 18 });
  const values = ticks(highest);
  const x = linear([0, values.at(-1) ?? 1], [frame.left, frame.right]);
  const y = linear([0, values.at(-1) ?? 1], [frame.bottom, frame.top]);
  const every = Math.max(1, Math.ceil(sessions.length / MAX_DOTS));
  const shorts = sessions.filter(isShort).slice(0, MAX_DOTS);
  const rest = sessions.filter((session, index) => !isShort(session) && index % every === 0);
  const dot = (session: SessionResult, name: string): Markup =>
    html`<circle class="${name}" cx="${x(session.demandKWh)}" cy="${y(session.deliveredKWh)}" r="3.2"><title>${session.id}: ${number(session.deliveredKWh, 1)} of ${number(session.demandKWh, 1)} kWh</title></circle>`;
  return html`${drawing(frame, 'What each session got of what it wanted', [
    valueAxis(frame, values, y, 'kWh'),
    placesAxis(
      frame,
      values.map((value) => [x(value), String(value)]),
    ),
    html`<path class="diagonal" d="M${x(0)} ${y(0)}L${x(values.at(-1) ?? 1)} ${y(values.at(-1) ?? 1)}"/>`,
    html`${rest.map((session) => dot(session, 'dot'))}${shorts.map((session) => dot(session, 'dot short'))}`,
  ])}<p class="legend"><span class="key dotted">got it</span><span class="key shorted">left short</span><span class="note">kWh wanted (right) and got (up)</span></p>`;
}

/** All sessions side by side, by the share that they got. */
export function sharesInOrder({ sessions }: StudyReport): Markup {
  const shares = sessions
    .filter(({ demandKWh }) => demandKWh > 0)
    .map(({ demandKWh, deliveredKWh }) => Math.min(100, (100 * deliveredKWh) / demandKWh))
    .sort((a, b) => a - b);
  const frame = frameOf(480, 300, { top: 18 });
  const x = linear([0, Math.max(1, shares.length)], [frame.left, frame.right]);
  const y = linear([0, 100], [frame.bottom, frame.top]);
  const bars = Math.min(shares.length, 200);
  const points = Array.from({ length: bars }, (_, bar): Point[] => {
    const from = Math.floor((bar * shares.length) / bars);
    const before = Math.floor(((bar + 1) * shares.length) / bars);
    return [
      [x(from), y(shares[from] ?? 0)],
      [x(before), y(shares[from] ?? 0)],
    ];
  }).flat();
  const short = shares.filter((share) => share < ENOUGH * 100).length;
  return html`${drawing(frame, 'What share each session got, in order', [
    html`<path class="got" d="${areaTo(points, frame.bottom)}"/>`,
    short > 0
      ? html`<path class="missed" d="${areaTo(
          points.filter(([at]) => at <= x(short) + 0.05),
          frame.top,
        )}"/>`
      : html``,
    valueAxis(frame, [0, 25, 50, 75, 100], y, '%'),
    placesAxis(frame, [
      [x(0), '0'],
      [x(shares.length), number(shares.length)],
    ]),
  ])}<p class="legend"><span class="key gotten">got</span>${short > 0 ? html`<span class="key missing">missed by those that left short</span>` : null}<span class="note">one column for each session, the worst at the left</span></p>`;
}

const KINDS: readonly (readonly [NonNullable<SessionResult['leftShort']>['reason'], string])[] = [
  ['turned-away', 'found no free connector'],
  ['stay-too-short', 'stayed too short, even for its full power'],
  ['came-late', 'waited for more than half of its stay'],
  ['circuit-full', 'got less because a circuit was full'],
  ['circuit-granted', 'got less because a circuit had granted to others what they did not draw'],
  ['other', 'for another reason'],
];

/** Who left short, by reason, and the ones that miss the most. */
export function whoLeftShort({ sessions }: StudyReport, calendar: Calendar): Markup {
  const shorts = sessions.filter(isShort).sort((a, b) => missing(b) - missing(a));
  if (shorts.length === 0) return html`<p>Nobody.</p>`;
  const kinds = KINDS.map(([reason, words]) => ({
    words,
    of: shorts.filter(({ leftShort }) => leftShort?.reason === reason),
  }));
  const unknown = shorts.filter(({ leftShort }) => leftShort === undefined);
  return html`${
    unknown.length === shorts.length
      ? null
      : html`<ul class="reasons">${kinds
          .filter(({ of }) => of.length > 0)
          .map(
            ({ words, of }) =>
              html`<li><b>${number(of.length)}</b> ${words} <span class="soft">(${kWh(sum(of))} missing)</span></li>`,
          )}</ul>`
  }<div class="scroll"><table><thead><tr><th>session</th><th>connector</th><th>from</th><th>to</th><th class="num">wanted</th><th class="num">got</th><th class="num">waited</th><th>why</th></tr></thead><tbody>${shorts
    .slice(0, MAX_LISTED)
    .map(
      (session) =>
        html`<tr><td>${session.id}</td><td>${session.connector ?? '–'}</td><td class="when">${calendar.time(session.arrival)}</td><td class="when">${calendar.time(session.departure)}</td><td class="num">${session.demandKWh.toFixed(1)}</td><td class="num">${session.deliveredKWh.toFixed(1)}</td><td class="num">${session.waitingMinutes === null ? 'never began' : minutes(session.waitingMinutes)}</td><td class="why">${session.leftShort?.words ?? ''}</td></tr>`,
    )}</tbody></table></div>${
    shorts.length > MAX_LISTED
      ? html`<p class="note">The ${count(MAX_LISTED, 'session')} that miss the most, of ${number(shorts.length)}; all of them are in sessions.csv.</p>`
      : null
  }`;
}

const missing = ({ demandKWh, deliveredKWh }: SessionResult): number => demandKWh - deliveredKWh;
const sum = (sessions: readonly SessionResult[]): number =>
  sessions.reduce((all, session) => all + missing(session), 0);
