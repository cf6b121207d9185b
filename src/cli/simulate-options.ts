import { parseArgs } from 'node:util';
import { kinds, type SiteKind } from '../study/generate.ts';
import { type BuildingHours, parseBuildingHours } from '../study/input/building-hours.ts';
import type { UsualCar } from '../study/sessions.ts';
import { configOptionsHelp, overridesOf, SET_WANTS } from './config-arguments.ts';

export const simulateUsage = `Usage: busbar simulate [--config FILE] (--sessions FILE | --generate KIND | --from-store FILE) [options]

Runs the controller in virtual time on the site of the configuration, with a simulated charge point for each one of the
site and a car for each session, and says what every car got. Writes report.html, report.json, sessions.csv, series.csv.

Sessions, one of:
  --sessions FILE    a list as CSV (arrival, departure, energy_kwh, ...) or JSON, also as ACN-Data exports it
  --generate KIND    usual sessions of a depot, a workplace or a car-park
  --from-store FILE  those that an installation has on record; also while it runs

  --from DATE        first day, such as 2026-03-02 (generated sessions: 2026-01-12)
  --days N           how many days, 1 to 400 (generated sessions: 30)
  --more PERCENT     so many more sessions, copies of these at other times
  --car PHASESxAMPS  the car of a session that does not say, such as 1x32 (3x16)
  --sessions-out FILE  writes the list of sessions, too

What if:
  --limit CIRCUIT=A  another limit of a circuit, A per phase; may be repeated
  --building C=HOURS what else draws on a circuit, A per phase, such as grid=0-6=10,6-22=40,22-24=15
  --connectors N     so many connectors, with copies of those of the site, or less of them
  --drivers-say      every driver says when they leave and how much they want
  --tariff WHAT      a file, or prices by the hour such as 0-6=0.18,6-22=0.32,22-24=0.18

  --seed N           the same seed gives the same cars (1)
  --out DIR          where the report goes (./simulation)
  --no-optimum       leaves out what perfect foresight would have delivered
  --no-sizing        leaves out other sizes of the connection
${configOptionsHelp}
  -h, --help         this text

Formats, and what the figures mean: docs/simulate.md.`;

export type SimulateOptions = {
  readonly file: string | null;
  readonly overrides: Readonly<Record<string, string>>;
  readonly source:
    | { readonly from: 'file' | 'store'; readonly path: string }
    | { readonly from: 'generator'; readonly kind: SiteKind };
  readonly fromDate: string | null;
  readonly days: number | null;
  readonly morePercent: number;
  readonly usualCar: UsualCar;
  readonly sessionsOut: string | null;
  readonly limitsA: ReadonlyMap<string, number>;
  /** What else draws on a circuit; one without them as the file says. */
  readonly building: readonly BuildingHours[];
  readonly connectors: number | null;
  readonly driversSay: boolean;
  /** A file, or the prices themselves. */
  readonly tariff: string | null;
  readonly seed: number;
  readonly out: string;
  readonly withOptimum: boolean;
  readonly withSizing: boolean;
};

/** Days of one study at most. */
export const MAX_DAYS = 400;

/** The options, 'help', or what is wrong with them. */
export function readSimulateOptions(args: readonly string[]): SimulateOptions | string {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: text,
        set: { ...text, multiple: true },
        sessions: text,
        generate: text,
        'from-store': text,
        from: text,
        days: text,
        more: text,
        car: { ...text, default: '3x16' },
        'sessions-out': text,
        limit: { ...text, multiple: true },
        building: { ...text, multiple: true },
        connectors: text,
        'drivers-say': flag,
        tariff: text,
        seed: { ...text, default: '1' },
        out: { ...text, default: 'simulation' },
        'no-optimum': flag,
        'no-sizing': flag,
        help: { ...flag, short: 'h' },
      },
    });
    if (values.help) return 'help';
    const overrides = overridesOf(values.set ?? []);
    if (overrides === null) throw new RangeError(SET_WANTS);
    for (const name of ['config', 'out', 'tariff', 'sessions-out'] as const) {
      if (values[name] === '') throw new RangeError(`--${name} needs a value`);
    }
    return {
      file: values.config ?? null,
      overrides,
      source: sourceOf(values.sessions, values.generate, values['from-store']),
      fromDate: values.from === undefined ? null : dateOf(values.from),
      days: values.days === undefined ? null : whole('days', values.days, 1, MAX_DAYS),
      morePercent: values.more === undefined ? 0 : whole('more', values.more, 0, 10_000),
      usualCar: carOf(values.car),
      sessionsOut: values['sessions-out'] ?? null,
      limitsA: limitsOf(values.limit ?? []),
      building: (values.building ?? []).map(buildingOf),
      connectors: values.connectors === undefined ? null : whole('connectors', values.connectors, 1, 2_000),
      driversSay: values['drivers-say'] === true,
      tariff: values.tariff ?? null,
      seed: whole('seed', values.seed, 0, 2_147_483_647),
      out: values.out,
      withOptimum: values['no-optimum'] !== true,
      withSizing: values['no-sizing'] !== true,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function sourceOf(sessions?: string, generate?: string, store?: string): SimulateOptions['source'] {
  const given = [sessions, generate, store].filter((each) => each !== undefined);
  if (given.length !== 1 || given[0] === '') {
    throw new RangeError('one of --sessions FILE, --generate KIND and --from-store FILE is needed');
  }
  if (sessions !== undefined) return { from: 'file', path: sessions };
  if (store !== undefined) return { from: 'store', path: store };
  const kind = kinds.find((each) => each === generate);
  if (kind === undefined)
    throw new RangeError(`--generate must be one of ${kinds.join(', ')}, not ${quoted(generate)}`);
  return { from: 'generator', kind };
}

function dateOf(text: string): string {
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  const kept = date !== null && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
  if (kept && text >= '2000-01-01' && text < '2100-01-01') return text;
  throw new RangeError(`--from must be a day such as 2026-03-02, not ${quoted(text)}`);
}

function carOf(text: string): UsualCar {
  const [, phases, amps] = /^([123])x(\d{1,3}(?:\.\d)?)$/i.exec(text) ?? [];
  const maxA = Number(amps);
  if (!(maxA >= 6 && maxA <= 500)) {
    throw new RangeError(`--car must be phases and A on each, such as 3x16 or 1x32, at least 6 A, not ${quoted(text)}`);
  }
  return { phases: Number(phases) as 1 | 2 | 3, maxA };
}

function limitsOf(texts: readonly string[]): Map<string, number> {
  return new Map(
    texts.map((text): [string, number] => {
      const equals = text.lastIndexOf('=');
      const amps = Number(text.slice(equals + 1));
      if (equals < 1 || !/^\d{1,5}(?:\.\d{1,3})?$/.test(text.slice(equals + 1)) || amps < 1 || amps > 10_000) {
        throw new RangeError(`--limit needs CIRCUIT=A, such as --limit grid=125, not ${quoted(text)}`);
      }
      return [text.slice(0, equals), amps];
    }),
  );
}

function buildingOf(text: string): BuildingHours {
  const read = parseBuildingHours(text);
  if ('fault' in read) throw new RangeError(`--building ${read.fault}`);
  return read;
}

function whole(name: string, text: string, lowest: number, highest: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= lowest && value <= highest) return value;
  throw new RangeError(`--${name} must be a whole number from ${lowest} to ${highest}, not ${quoted(text)}`);
}

const quoted = (text: string | undefined): string => JSON.stringify((text ?? '').slice(0, 60));
