import { parseHours } from '../domain/hours-text.ts';
import { WEEKDAYS, type Weekday } from '../domain/site-time.ts';
import { offsetsOf } from './input/local-time.ts';
import type { Series, StudyReport } from './report.ts';

/** What energy costs by the time it flows. The first rule that fits counts; `otherwise` where none does. */
export type Tariff = {
  readonly currency: string;
  readonly rules: readonly {
    readonly days: ReadonlySet<Weekday>;
    /** Minutes since midnight by the site's clock; over midnight where the end is not after the beginning. */
    readonly fromMinute: number;
    readonly toMinute: number;
    readonly perKWh: number;
  }[];
  readonly otherwise: number | null;
};

const HOW =
  'write 0-6=0.18,6-22=0.32,22-24=0.18, or one a line as in mon-fri 06:00-22:00 = 0.32, with else = 0.18 at the end';
/** Rules of one tariff at most. */
const MAX_RULES = 200;

/** Reads a tariff from the command line or a file; what is wrong comes back in words. */
export function parseTariff(text: string): Tariff | { readonly fault: string } {
  const lines = text
    .split(/[\r\n]+/)
    .map((line) => line.replace(/#.*$/, '').trim())
    .filter((line) => line !== '');
  // In one line commas stand between rules; in a file they may stand for the point of a price.
  const parts = (lines.length === 1 ? (lines[0] ?? '').split(',') : lines).map((part) => part.trim());
  let currency = 'EUR';
  let otherwise: number | null = null;
  const rules: Tariff['rules'][number][] = [];
  for (const part of parts) {
    const named = /^currency\s*[=:]?\s*([A-Za-z]{3})$/i.exec(part);
    if (named !== null) {
      currency = (named[1] ?? '').toUpperCase();
      continue;
    }
    const match = /^(.+?)\s*=\s*(-?\d+(?:[.,]\d+)?)$/.exec(part);
    const price = Number((match?.[2] ?? '').replace(',', '.'));
    const when = match?.[1]?.trim() ?? '';
    if (match === null || Math.abs(price) > 1_000)
      return { fault: `${JSON.stringify(part.slice(0, 60))} is no price; ${HOW}` };
    if (/^(?:else|otherwise)$/i.test(when)) {
      otherwise = price;
      continue;
    }
    const read = whenOf(when);
    if (read === null) return { fault: `${JSON.stringify(when.slice(0, 60))} is no span of hours; ${HOW}` };
    for (const span of read) rules.push({ ...span, perKWh: price });
  }
  if (rules.length === 0 && otherwise === null) return { fault: `holds no price; ${HOW}` };
  if (rules.length > MAX_RULES) return { fault: `has more than ${MAX_RULES} rules` };
  const tariff = { currency, rules, otherwise };
  return otherwise === null ? (gapIn(tariff) ?? tariff) : tariff;
}

/** What the delivered energy costs; null where no energy flowed. */
export function costOf(
  tariff: Tariff,
  series: Series,
  timeZone: string,
  deliveredKWh: number,
): NonNullable<StudyReport['cost']> {
  const offsetAt = offsetsOf(timeZone);
  const from = Date.parse(series.from);
  let kWh = 0;
  let paid = 0;
  for (const [index, powerKW] of series.powerKW.entries()) {
    const at = from + (index + 0.5) * series.stepS * 1_000;
    const energy = (powerKW * series.stepS) / 3_600;
    kWh += energy;
    paid += energy * priceAt(tariff, at + offsetAt(at));
  }
  const perKWh = kWh > 0 ? paid / kWh : 0;
  // Of the sessions' own sum, since that is what is billed; the series only says when it flowed.
  return { currency: tariff.currency, total: round(perKWh * deliveredKWh, 2), perKWh: round(perKWh, 4) };
}

/** `wall`: the time that the site's clock shows, as ms since 1970. */
export function priceAt(tariff: Tariff, wall: number): number {
  const minute = Math.floor(wall / 60_000) % 1_440;
  const today = WEEKDAYS[(new Date(wall).getUTCDay() + 6) % 7];
  const yesterday = WEEKDAYS[(new Date(wall).getUTCDay() + 5) % 7];
  for (const { days, fromMinute, toMinute, perKWh } of tariff.rules) {
    const overnight = toMinute <= fromMinute;
    if (today !== undefined && days.has(today) && minute >= fromMinute && (overnight || minute < toMinute))
      return perKWh;
    if (overnight && yesterday !== undefined && days.has(yesterday) && minute < toMinute) return perKWh;
  }
  return tariff.otherwise ?? 0;
}

/** The first hour of a week that no rule prices. */
function gapIn(tariff: Tariff): { readonly fault: string } | null {
  const monday = Date.UTC(2024, 0, 1);
  for (let minute = 0; minute < 7 * 1_440; minute += 1) {
    if (!Number.isNaN(priceAt({ ...tariff, otherwise: Number.NaN }, monday + minute * 60_000))) continue;
    const day = WEEKDAYS[Math.floor(minute / 1_440)];
    const hour = `${String(Math.floor((minute % 1_440) / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
    return { fault: `has no price for ${day} ${hour}; add else = PRICE` };
  }
  return null;
}

function whenOf(text: string): Omit<Tariff['rules'][number], 'perKWh'>[] | null {
  const plain = /^(\d\d?)(?::(\d\d))?\s*-\s*(\d\d?)(?::(\d\d))?$/.exec(text);
  if (plain !== null) {
    const [fromHour = 0, fromMin = 0, toHour = 0, toMin = 0] = plain.slice(1).map((part) => Number(part ?? 0));
    const fromMinute = fromHour * 60 + fromMin;
    const toMinute = toHour * 60 + toMin;
    if (fromMinute >= 1_440 || toMinute > 1_440 || fromMinute === toMinute || fromMin > 59 || toMin > 59) return null;
    return [{ days: new Set(WEEKDAYS), fromMinute, toMinute }];
  }
  const windows = parseHours(text);
  if (windows === null || windows.length === 0) return null;
  return windows.map(({ days, fromMinute, toMinute }) => ({ days: new Set(days), fromMinute, toMinute }));
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
