import { describe, expect, it } from 'vitest';
import { htmlReport } from '../../src/study/html-report.ts';
import type { StudyReport } from '../../src/study/report.ts';
import { studyReport } from '../support/study-report.ts';

const VOID = new Set(['meta', 'br']);

/** Elements of a page in the order of their beginning, with their attributes; throws where one is not closed as it should. */
function elementsOf(page: string): { name: string; attributes: Map<string, string> }[] {
  const body = page.replace(/^<!doctype html>/, '').replaceAll(/<style>[^<]*<\/style>/g, '<style></style>');
  const elements: { name: string; attributes: Map<string, string> }[] = [];
  const open: string[] = [];
  let end = 0;
  for (const match of body.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z:-]+="[^"<>]*")*)\s*(\/?)>/g)) {
    const between = body.slice(end, match.index);
    if (/[<>]/.test(between)) throw new Error(`a stray bracket: ${between.slice(0, 80)}`);
    end = match.index + match[0].length;
    const [, closing, name = '', attributes = '', selfClosing] = match;
    if (closing === '/') {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> closes <${last}>`);
      continue;
    }
    const pairs = [...attributes.matchAll(/([a-zA-Z:-]+)="([^"]*)"/g)].map(
      ([, key = '', value = '']) => [key, value] as const,
    );
    elements.push({ name, attributes: new Map(pairs) });
    if (selfClosing !== '/' && !VOID.has(name)) open.push(name);
  }
  if (open.length > 0 || /[<>]/.test(body.slice(end))) throw new Error(`not closed: ${open.join(' ')}`);
  return elements;
}

const small = { days: 4, bays: 12, limitA: 63 };

/** All texts of a report replaced, wherever they stand; times stay times. */
function hostile(report: StudyReport, text: string): StudyReport {
  const keep = new Set(['format', 'from', 'to', 'arrival', 'departure', 'timeZone', 'reason']);
  return JSON.parse(
    JSON.stringify(report, (key, value) => (typeof value === 'string' && !keep.has(key) ? `${value}${text}` : value)),
  );
}

describe('the page of a study', () => {
  const report = studyReport(small);
  const page = htmlReport(report);

  it('is well-formed, and the same for the same report', () => {
    const names = new Set(elementsOf(page).map(({ name }) => name));
    expect(names.has('svg')).toBe(true);
    expect(htmlReport(report)).toBe(page);
  });

  it('loads nothing and runs nothing', () => {
    expect(page).not.toMatch(/https?:|\/\/[a-z]|url\(|@import|src=|href=|<script|<link|<img|<iframe/i);
    expect(page).toContain(`default-src 'none'`);
    for (const { attributes } of elementsOf(page)) {
      for (const name of attributes.keys()) expect(name).not.toMatch(/^on/i);
    }
  });

  it('holds no number that is none', () => {
    expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });

  it.each([
    '"><script>alert(1)</script>',
    "' onload='alert(1)",
    '" onload="alert(1)',
    '</style><b>',
    '<!--',
    '&lt;b&gt;',
    '\u0000\u202e{x}',
  ])('shows %j as what it is, wherever it stands', (text) => {
    const dirty = hostile(report, text);
    const elements = elementsOf(htmlReport(dirty, [`warned of ${text}`]));
    const names = (of: typeof elements): string[] => [...new Set(of.map(({ name }) => name))].sort();
    expect(names(elements)).toEqual(names(elementsOf(page)));
    const attributes = new Set(elements.flatMap(({ attributes: of }) => [...of.keys()]));
    expect([...attributes].filter((name) => /^on/i.test(name))).toEqual([]);
  });

  it('begins with the answer', () => {
    const { sessions } = report;
    const short = sessions.filter(({ demandKWh, deliveredKWh }) => deliveredKWh < 0.95 * demandKWh).length;
    expect(short).toBeGreaterThan(0);
    expect(page).toMatch(new RegExp(`<h1>.*${short} of ${sessions.length} cars left`));
    expect(page).toContain('No limit was exceeded, on any circuit or phase, in any second.');
    const over = { ...report, violations: { drawnA: 4.2, drawnS: 12, committedA: 0, committedS: 0 } };
    expect(htmlReport(over)).toContain('A limit was exceeded, by up to 4.2\u202fA for 12 seconds in all.');
    const all = { ...report, sessions: sessions.map((each) => ({ ...each, deliveredKWh: each.demandKWh })) };
    expect(htmlReport(all)).toContain(`<h1>All ${sessions.length} cars left with what they wanted.</h1>`);
  });

  it('stands for a report without anything: no session, no reference, no size', () => {
    const bare: StudyReport = {
      ...report,
      energy: { demandKWh: 0, deliveredKWh: 0, metPercent: 100, optimumKWh: null, ofOptimumPercent: null },
      quality: { jain: 1, neverStarted: 0, leftShort: 0, pausesPerSession: 0, waitingMinutes: null },
      ...{ sessions: [], references: [], sizing: [], cost: null },
      series: {
        ...report.series,
        circuits: report.series.circuits.map(({ id }) => ({ id, currentA: [[], [], []] })),
        ...{ present: [], charging: [], waiting: [], powerKW: [] },
      },
    };
    expect(elementsOf(htmlReport(bare)).length).toBeGreaterThan(20);
    expect(htmlReport(bare)).not.toMatch(/NaN|Infinity|undefined/);
  });
});
