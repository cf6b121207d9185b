/** Times as people and programs write them in lists of sessions. */

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** What lies outside is a mistake of the file, not a session. */
const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** Year first, or day first with dots; a date with slashes may mean two days and is not read. */
const YEAR_FIRST =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)? ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i;
const DAY_FIRST = /^(\d\d?)\.(\d\d?)\.(\d{4})[, ]+(\d\d?):(\d\d)(?::(\d\d))?$/;
/** RFC 1123, as ACN-Data writes it. */
const NAMED_MONTH = /^(?:[a-z]{3}, )?(\d\d?) ([a-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/i;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** What a text said: an instant, ms since 1970 UTC; `skipped`: the site's clock never showed it (begin of summer time). */
export type ReadTime = { readonly at: number; readonly skipped: boolean };

/** Reads times of one list; what names no zone is by the site's clock. */
export function createTimeReader(timeZone: string): (cell: string | number) => ReadTime | null {
  const offsetAt = offsetsOf(timeZone);
  return (cell) => {
    const read = typeof cell === 'number' ? epoch(cell) : fromText(cell.trim());
    return read !== null && read.at >= EARLIEST && read.at < LATEST ? read : null;
  };

  function fromText(text: string): ReadTime | null {
    if (/^\d{9,13}$/.test(text)) return epoch(Number(text));
    const named = NAMED_MONTH.exec(text);
    if (named !== null) {
      const month = MONTHS.indexOf((named[2] ?? '').toLowerCase()) + 1;
      const wall = wallOf([named[3], String(month), named[1], named[4], named[5], named[6]]);
      return wall === null ? null : { at: wall, skipped: false };
    }
    const first = YEAR_FIRST.exec(text);
    if (first !== null) {
      const wall = wallOf(first.slice(1, 7));
      if (wall === null) return null;
      return first[7] === undefined ? local(wall) : { at: wall - zoneMs(first[7]), skipped: false };
    }
    const dotted = DAY_FIRST.exec(text);
    if (dotted === null) return null;
    const wall = wallOf([dotted[3], dotted[2], dotted[1], ...dotted.slice(4, 7)]);
    return wall === null ? null : local(wall);
  }

  /** An hour that comes twice is taken the first time, one that is skipped as if the clock had not been put forward. */
  function local(wall: number): ReadTime {
    const before = wall - offsetAt(wall - DAY_MS);
    if (before + offsetAt(before) === wall) return { at: before, skipped: false };
    const after = wall - offsetAt(wall + DAY_MS);
    if (after + offsetAt(after) === wall) return { at: after, skipped: false };
    return { at: before, skipped: true };
  }
}

/** Whole seconds or milliseconds since 1970. */
function epoch(value: number): ReadTime | null {
  if (!Number.isFinite(value) || value <= 0) return null;
  return { at: Math.round(value < 1e11 ? value * 1_000 : value), skipped: false };
}

/** What the clock on the wall shows, counted as if it were UTC, ms; null for a date that no calendar holds. */
function wallOf(parts: readonly (string | undefined)[]): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map((part) => Number(part ?? 0));
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(wall);
  const kept = back.getUTCMonth() === month - 1 && back.getUTCDate() === day;
  return kept && hour < 24 && minute < 60 && second < 60 ? wall : null;
}

function zoneMs(zone: string): number {
  if (!/^[+-]/.test(zone)) return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const ms = Number(digits.slice(0, 2)) * HOUR_MS + Number(digits.slice(2)) * 60_000;
  return zone.startsWith('-') ? -ms : ms;
}

/** How far a zone's clock is ahead of UTC at an instant, ms. Zones change at full quarters: asked for once in each. */
export function offsetsOf(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
  });
  const known = new Map<number, number>();
  return (at) => {
    const quarter = Math.floor(at / 900_000);
    let offset = known.get(quarter);
    if (offset === undefined) {
      const parts = new Map(format.formatToParts(quarter * 900_000).map(({ type, value }) => [type, Number(value)]));
      const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
      const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
      offset = wall - quarter * 900_000;
      known.set(quarter, offset);
    }
    return offset;
  };
}
