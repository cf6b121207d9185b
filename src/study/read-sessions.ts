import { doubtsAbout, type Placed } from './input/doubts.ts';
import { createTimeReader } from './input/local-time.ts';
import { type ColumnKey, type Columns, columnsOf } from './input/session-columns.ts';
import { type Cell, type SessionTable, tableOf } from './input/session-table.ts';
import { matchStations } from './input/stations.ts';
import type { StudySite } from './input/study-site.ts';
import type { Session, UsualCar } from './sessions.ts';

/** Sessions of one study at most: ten years of fifty connectors. */
export const MAX_SESSIONS = 200_000;
/** Largest list, bytes: 200,000 sessions with 300 characters each. */
export const MAX_LIST_BYTES = 67_108_864;
/** Mistakes said at once: nobody reads more. */
const MAX_SAID = 20;
/** More than a car's battery holds: a number in Wh, or a comma that was lost. */
const MOST_KWH = 2_000;

export type ReadSessions =
  | { readonly ok: true; readonly sessions: readonly Session[]; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads a list of sessions, CSV or JSON; what is wrong comes back in words, with the line. Sessions are in order of arrival. */
export function readSessions(text: string, site: StudySite, usualCar: UsualCar): ReadSessions {
  const table = tableOf(text);
  if ('fault' in table) return { ok: false, problems: [table.fault] };
  if (table.rows.length === 0) return { ok: false, problems: ['holds no session'] };
  if (table.rows.length > MAX_SESSIONS) {
    return { ok: false, problems: [`holds ${table.rows.length} sessions; at most ${MAX_SESSIONS} can be studied`] };
  }
  const columns = columnsOf(table.names);
  if ('fault' in columns) return { ok: false, problems: [columns.fault] };

  const { rows, problems, skipped } = rowsOf(table, columns, site.timeZone);
  if (problems.length > 0) return { ok: false, problems: bounded(problems) };
  const wanting = rows.filter(({ energyWh }) => energyWh > 0);
  if (wanting.length === 0) return { ok: false, problems: ['holds no session that wants energy'] };

  const stations = matchStations(
    wanting.flatMap(({ station }) => (station === null ? [] : [station])),
    site.connectors,
  );
  const ids = createIds();
  const placed = wanting.map(({ station, place, number, id, ...rest }): Placed => {
    const connector = station === null ? null : (stations.keyOf.get(station) ?? null);
    return { place, session: { ...rest, id: ids(id ?? String(number)), connector } };
  });
  const without = rows.length - wanting.length;
  return {
    ok: true,
    sessions: placed.map(({ session }) => session).sort((a, b) => a.arrival - b.arrival),
    warnings: [
      ...(columns.ignored.length > 0 ? [`Columns that are not read: ${columns.ignored.slice(0, 12).join(', ')}.`] : []),
      ...(without > 0 ? [`${without} of ${rows.length} sessions want no energy and are left out.`] : []),
      ...(skipped === null ? [] : [skipped]),
      ...stations.warnings,
      ...doubtsAbout(placed, site, usualCar),
    ],
  };
}

type Row = Omit<Session, 'id' | 'connector'> & {
  readonly number: number;
  readonly place: string;
  readonly id: string | null;
  readonly station: string | null;
};

function rowsOf(table: SessionTable, { at, energyWh }: Columns, timeZone: string) {
  const readTime = createTimeReader(timeZone);
  const rows: Row[] = [];
  const problems: string[] = [];
  let skippedTimes = 0;
  let skippedFirst = '';
  for (const { number, cells } of table.rows) {
    const place = `${table.counted} ${number}`;
    const cell = (key: ColumnKey): Cell => {
      const value = cells[at.get(key) ?? -1] ?? null;
      return value === '' ? null : value;
    };
    const wrong = (message: string): void => {
      problems.push(`${place}: ${message}`);
    };
    const time = (key: 'arrival' | 'departure'): number | null => {
      const value = cell(key);
      const read = value === null ? null : readTime(value);
      if (read === null) {
        wrong(
          `${key} is ${value === null ? 'missing' : shown(value)}; write it as 2026-03-31 07:45 (the site's clock) or 2026-03-31T05:45:00Z`,
        );
        return null;
      }
      if (read.skipped) {
        skippedTimes += 1;
        if (skippedTimes === 1) skippedFirst = `${place}, ${shown(value)}`;
      }
      return read.at;
    };

    const arrival = time('arrival');
    const departure = time('departure');
    const energy = numberOf(cell('energy'));
    const phases = numberOf(cell('phases'));
    const maxA = numberOf(cell('maxA'));
    if (energy === null || Number.isNaN(energy)) {
      wrong(`energy is ${energy === null ? 'missing' : shown(cell('energy'))}; write a number of kWh such as 12.5`);
    } else if (energy < 0) wrong(`energy is ${energy}: it can not be less than 0`);
    else if ((energy * energyWh) / 1_000 > MOST_KWH) {
      wrong(
        `energy is ${(energy * energyWh) / 1_000} kWh, more than any car holds; is it in Wh? Then name the column energy_wh`,
      );
    }
    if (phases !== null && phases !== 1 && phases !== 2 && phases !== 3)
      wrong(`phases is ${shown(cell('phases'))}; allowed: 1, 2 or 3`);
    if (maxA !== null && !(maxA >= 1 && maxA <= 1_000))
      wrong(`max_a is ${shown(cell('maxA'))}; allowed: 1 to 1000, in A per phase`);
    if (arrival !== null && departure !== null && departure <= arrival) {
      const how = departure === arrival ? 'the same time as' : 'before';
      wrong(
        `departure ${shown(cell('departure'))} is ${how} arrival ${shown(cell('arrival'))}; are they swapped, or is it the next day?`,
      );
    }
    rows.push({
      number,
      place,
      id: textOf(cell('id')),
      station: stationOf(textOf(cell('chargePoint')), textOf(cell('connector'))),
      arrival: arrival ?? 0,
      departure: departure ?? 0,
      energyWh: Math.round((energy ?? 0) * energyWh),
      phases: phases as 1 | 2 | 3 | null,
      maxA,
    });
  }
  const skipped =
    skippedTimes === 0
      ? null
      : `${skippedTimes} ${skippedTimes === 1 ? 'time is' : 'times are'} in the hour that the clock of ${timeZone} skips, and count an hour later (first: ${skippedFirst}).`;
  return { rows, problems, skipped };
}

/** `CP01` and `2` in two columns, or all of it in one; null: any connector. */
function stationOf(chargePoint: string | null, connector: string | null): string | null {
  const named = connector === null || connector.toLowerCase() === 'any' ? null : connector;
  if (chargePoint === null) return named;
  return named !== null && /^\d+$/.test(named) ? `${chargePoint}/${named}` : (named ?? chargePoint);
}

/** NaN for what is no number; a comma may stand for the point. */
function numberOf(cell: Cell): number | null {
  if (typeof cell !== 'string') return cell;
  return /^-?\d+(?:[.,]\d+)?$/.test(cell.trim()) ? Number(cell.trim().replace(',', '.')) : Number.NaN;
}

const textOf = (cell: Cell): string | null => (cell === null ? null : String(cell).trim().slice(0, 100) || null);
const shown = (cell: Cell): string => JSON.stringify(typeof cell === 'string' ? cell.slice(0, 40) : cell);

/** Makes every id the only one of its kind. */
function createIds(): (wanted: string) => string {
  const taken = new Set<string>();
  const times = new Map<string, number>();
  return (wanted) => {
    let id = wanted;
    let time = times.get(wanted) ?? 1;
    for (; taken.has(id); id = `${wanted} (${time})`) time += 1;
    times.set(wanted, time);
    taken.add(id);
    return id;
  };
}

function bounded(problems: readonly string[]): string[] {
  const more = problems.length - MAX_SAID;
  return more <= 0 ? [...problems] : [...problems.slice(0, MAX_SAID), `and ${more} more mistakes`];
}
