/** Times on the command line and in what is printed, by the clock on the wall of the site. */

const DAY_S = 86_400;

/** As `2026-11-27 14:32:07`. `timeZone` is IANA. */
export function wallText(atMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(atMs);
}

/**
 * A time that somebody has written, ms since 1970: ISO 8601, or HH:MM or HH:MM:SS as the site's clock last showed it before
 * `beforeMs`. Without an offset the site's clock counts. A whole second means all of it: its last millisecond. Null for
 * anything else.
 */
export function saidTime(text: string, beforeMs: number, timeZone: string): number | null {
  const [, hours, minutes, seconds = '00'] = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? [];
  if (hours !== undefined) {
    const wantedS = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
    if (wantedS >= DAY_S || Number(minutes) > 59 || Number(seconds) > 59) return null;
    const begin = Math.floor(beforeMs / 1_000) * 1_000;
    const back = (secondOfDay(begin, timeZone) - wantedS + DAY_S) % DAY_S;
    return wholeSecond(adjusted(begin - back * 1_000, wantedS, timeZone));
  }
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/.exec(text);
  if (match === null) return null;
  const [, day, time, second = ':00', fraction = '', zone = ''] = match;
  const asUtc = Date.parse(`${day}T${time}${second}${fraction}${zone === '' ? 'Z' : zone}`);
  if (Number.isNaN(asUtc)) return null;
  const at = zone === '' ? fromWall(asUtc, timeZone) : asUtc;
  return fraction === '' ? wholeSecond(at) : at;
}

const wholeSecond = (ms: number): number => Math.floor(ms / 1_000) * 1_000 + 999;

function secondOfDay(atMs: number, timeZone: string): number {
  const [hours, minutes, seconds] = wallText(atMs, timeZone).slice(11).split(':').map(Number);
  return (hours ?? 0) * 3_600 + (minutes ?? 0) * 60 + (seconds ?? 0);
}

/** Where the clock was changed in between, the way back was an hour too long or too short. */
function adjusted(atMs: number, wantedS: number, timeZone: string): number {
  const off = secondOfDay(atMs, timeZone) - wantedS;
  const near = off > DAY_S / 2 ? off - DAY_S : off < -DAY_S / 2 ? off + DAY_S : off;
  return atMs - near * 1_000;
}

/** The instant at which the site's clock shows what UTC shows at `asUtc`. */
function fromWall(asUtc: number, timeZone: string): number {
  const offset = (atMs: number): number => Date.parse(`${wallText(atMs, timeZone).replace(' ', 'T')}Z`) - atMs;
  const whole = Math.floor(asUtc / 1_000) * 1_000;
  const guess = whole - offset(whole);
  return whole - offset(guess) + (asUtc - whole);
}
