import { WEEKDAYS, type Weekday } from './site-time.ts';
import { clockMinute, clockText, type HoursWindow } from './token-rules.ts';

/** Hours in one line, as in a cell of a table: `mon-fri 08:00-17:30; sat,sun 10:00-12:00`. */

export function hoursText(hours: readonly HoursWindow[]): string {
  return hours.map((window) => `${daysText(window.days)} ${spanText(window)}`).join('; ');
}

/** Null for what can't be read. */
export function parseHours(text: string): HoursWindow[] | null {
  const windows = text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseWindow);
  const read = windows.filter((window) => window !== null);
  return read.length === windows.length ? read : null;
}

function parseWindow(text: string): HoursWindow | null {
  const match = /^([a-z,-]+)\s+(\d{1,2}:\d\d)\s*-\s*(\d{1,2}:\d\d)$/i.exec(text.replaceAll(/\s*,\s*/g, ','));
  if (match === null) return null;
  const days = parseDays((match[1] ?? '').toLowerCase());
  const fromMinute = clockMinute(match[2] ?? '');
  const toMinute = clockMinute(match[3] ?? '');
  if (days === null || fromMinute === null || toMinute === null || !isSpan(fromMinute, toMinute)) return null;
  return { days, fromMinute, toMinute };
}

/** A span of no time, or one that begins when the day is over, is a mistake. */
export function isSpan(fromMinute: number, toMinute: number): boolean {
  return fromMinute !== toMinute && fromMinute < 1_440;
}

function parseDays(text: string): Weekday[] | null {
  const found = new Set<Weekday>();
  for (const part of text.split(',')) {
    const [first, last = first, ...more] = part.split('-');
    const from = positionOf(first);
    const to = positionOf(last);
    if (from < 0 || to < 0 || more.length > 0) return null;
    // Also over the weekend: fri-mon.
    for (let step = 0; step <= (to - from + 7) % 7; step += 1) {
      const day = WEEKDAYS[(from + step) % 7];
      if (day !== undefined) found.add(day);
    }
  }
  return WEEKDAYS.filter((day) => found.has(day));
}

const positions = new Map<string, number>(WEEKDAYS.map((day, position) => [day, position]));
const positionOf = (word: string | undefined): number => positions.get(word?.trim() ?? '') ?? -1;

function daysText(days: readonly Weekday[]): string {
  const runs: Weekday[][] = [];
  for (const [index, day] of WEEKDAYS.entries()) {
    if (!days.includes(day)) continue;
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1) === WEEKDAYS[index - 1]) run.push(day);
    else runs.push([day]);
  }
  return runs.map((run) => (run.length < 3 ? run.join(',') : `${run[0]}-${run.at(-1)}`)).join(',');
}

function spanText({ fromMinute, toMinute }: HoursWindow): string {
  return `${clockText(fromMinute)}-${clockText(toMinute)}`;
}
