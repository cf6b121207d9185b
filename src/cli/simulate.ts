import { existsSync, writeFileSync } from 'node:fs';
import { fileExists, readBounded } from '../config/files.ts';
import { type Config, loadConfig } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import { readPastSessions } from '../store/past-sessions.ts';
import { sessionListCsv } from '../study/csv-report.ts';
import { sessionsFromStore } from '../study/from-store.ts';
import { generateSessions, moreSessions } from '../study/generate.ts';
import { buildingLoadOf } from '../study/input/building-hours.ts';
import { createTimeReader } from '../study/input/local-time.ts';
import { type StudySite, studySiteOf } from '../study/input/study-site.ts';
import { studyParts } from '../study/parts.ts';
import { MAX_LIST_BYTES, MAX_SESSIONS, type ReadSessions, readSessions } from '../study/read-sessions.ts';
import { refusalOf, writeReport } from '../study/report-folder.ts';
import type { Session } from '../study/sessions.ts';
import { type StudyParts, studyOf } from '../study/study.ts';
import { parseTariff, type Tariff } from '../study/tariff.ts';
import { terminalReport } from '../study/terminal-report.ts';
import type { CommandIo } from './io.ts';
import { showProgress } from './progress.ts';
import { MAX_DAYS, readSimulateOptions, type SimulateOptions, simulateUsage } from './simulate-options.ts';
import { plainWords } from './start.ts';

/** A Monday; a study of generated sessions is the same whenever it is made. */
const USUAL_FROM = '2026-01-12';
const USUAL_DAYS = 30;
const DAY_MS = 86_400_000;
/** Largest file of prices, bytes. */
const MAX_TARIFF_BYTES = 65_536;
/** Warnings about sessions and site said at once. */
const MAX_WARNINGS = 12;

/** Said to a person, and the end of the command with exit code 1. */
class Refused extends Error {
  override readonly name = 'Refused';
}

/** `busbar simulate`: resolves with the exit code, 0 fine, 1 failed with a message, 2 wrong usage. */
export async function simulate(
  args: readonly string[],
  io: CommandIo,
  parts: StudyParts = studyParts,
): Promise<number> {
  const options = readSimulateOptions(args);
  if (options === 'help') {
    io.out(simulateUsage);
    return 0;
  }
  if (typeof options === 'string') {
    io.err(`${options}\n\n${simulateUsage}`);
    return 2;
  }
  const shown = showProgress(io);
  try {
    // Whatever can be wrong is found before the long part begins.
    const config = configOf(options, io);
    const site = studySiteOf(config);
    const tariff = options.tariff === null ? null : tariffOf(options.tariff);
    const refusal = refusalOf(options.out);
    if (refusal !== null) throw new Refused(refusal);
    const { sessions, warnings } = sessionsOf(options, site);
    for (const warning of warnings) io.err(`warning: ${warning}`);
    if (options.sessionsOut !== null) writeList(options.sessionsOut, sessions, io);
    io.err(`${sessions.length} sessions at ${site.connectors.length} connectors of ${config.site.name}.`);

    const building = buildingAt(options, config, sessions);
    const report = await studyOf(parts, { ...options, building, config, sessions, tariff, progress: shown.show });
    shown.end();
    for (const line of terminalReport(report)) io.out(line);
    const files = writeReport(options.out, report, warnings);
    io.out('');
    io.out(`The report: ${files.at(-1)} (figures: ${files.slice(0, -1).join(', ')})`);
    return 0;
  } catch (error) {
    shown.end();
    io.err(error instanceof Refused ? error.message : plainWords(error));
    return 1;
  }
}

function configOf({ file, overrides, limitsA, connectors }: SimulateOptions, io: CommandIo): Config {
  const whatIf = { limitsA, connectors };
  const loaded = loadConfig({ ...(file === null ? {} : { file }), env: io.env, overrides, whatIf });
  if (!loaded.ok) {
    throw new Refused(loaded.problems.map((problem) => `error: ${formatProblem(problem)}`).join('\n'));
  }
  if (loaded.config.siteModel === null) {
    throw new Refused(
      'The site has no circuits, so there is no limit to study; docs/load-balancing.md shows how to write them.',
    );
  }
  if (loaded.config.siteModel.connectors.length === 0) {
    throw new Refused('No connector hangs on a circuit: chargePoints need circuit and connectors.');
  }
  const { length } = loaded.warnings;
  if (length > 0) io.err(`The site has ${length} ${length === 1 ? 'warning' : 'warnings'}; busbar check prints them.`);
  return loaded.config;
}

function tariffOf(what: string): Tariff {
  let text = what;
  if (fileExists(what)) {
    const read = readBounded(what, MAX_TARIFF_BYTES);
    if (!read.ok) throw new Refused(`The tariff ${what} ${read.reason}.`);
    text = read.bytes.toString('utf8');
  }
  const tariff = parseTariff(text);
  if (!('fault' in tariff)) return tariff;
  const missing = !fileExists(what) && !what.includes('=') ? ' (there is no such file)' : '';
  throw new Refused(`The tariff${missing}: ${tariff.fault}.`);
}

/** What else draws on circuits of the site, from before the first session on. */
function buildingAt({ building }: SimulateOptions, { site, siteModel }: Config, sessions: readonly Session[]) {
  const first = sessions.reduce((earliest, { arrival }) => Math.min(earliest, arrival), Number.POSITIVE_INFINITY);
  return building.map((hours) => {
    if (siteModel?.circuits.some(({ id }) => id === hours.circuit) !== true) {
      throw new Refused(`--building names the circuit ${hours.circuit}, which the site does not have.`);
    }
    return buildingLoadOf(hours, site.timeZone, first);
  });
}

type Found = { readonly sessions: readonly Session[]; readonly warnings: readonly string[] };

function sessionsOf(options: SimulateOptions, site: StudySite): Found {
  const { source, seed, morePercent, usualCar } = options;
  const fromDate = options.fromDate ?? USUAL_FROM;
  const days = options.days ?? USUAL_DAYS;
  let found: Found;
  if (source.from === 'generator') {
    const { timeZone, connectors } = site;
    const many = { kind: source.kind, seed, fromDate, days, connectors: connectors.length, timeZone };
    found = { sessions: generateSessions(many), warnings: [] };
  } else {
    const read =
      source.from === 'file' ? fromFile(source.path, site, usualCar) : fromStore(source.path, site, usualCar);
    if (!read.ok) {
      throw new Refused(read.problems.map((problem) => `${source.path}: ${problem}`).join('\n'));
    }
    found = within(read, options, site.timeZone);
  }
  const sessions = morePercent > 0 ? moreSessions(found.sessions, morePercent, seed) : found.sessions;
  if (sessions.length === 0) throw new Refused('There is no session in these days.');
  if (sessions.length > MAX_SESSIONS) {
    throw new Refused(`${sessions.length} sessions are too many; at most ${MAX_SESSIONS} can be studied.`);
  }
  const lastMs = sessions.reduce((last, { departure }) => Math.max(last, departure), 0);
  const spanDays = (lastMs - (sessions[0]?.arrival ?? lastMs)) / DAY_MS;
  if (spanDays > MAX_DAYS + 31) {
    throw new Refused(
      `The sessions span ${Math.round(spanDays)} days; choose ${MAX_DAYS} at most with --from and --days.`,
    );
  }
  const more = found.warnings.length - MAX_WARNINGS;
  const warnings = more <= 0 ? found.warnings : [...found.warnings.slice(0, MAX_WARNINGS), `And ${more} more.`];
  return { sessions, warnings };
}

/** Sessions that come on the days that were asked for. */
function within(found: Found, { fromDate, days }: SimulateOptions, timeZone: string): Found {
  if (fromDate === null && days === null) return found;
  const first = fromDate === null ? (found.sessions[0]?.arrival ?? 0) : midnight(fromDate, timeZone);
  const before = days === null ? Number.POSITIVE_INFINITY : first + days * DAY_MS;
  return { ...found, sessions: found.sessions.filter(({ arrival }) => arrival >= first && arrival < before) };
}

const midnight = (date: string, timeZone: string): number => createTimeReader(timeZone)(`${date} 00:00`)?.at ?? 0;

function fromFile(path: string, site: StudySite, usualCar: SimulateOptions['usualCar']): ReadSessions {
  const read = readBounded(path, MAX_LIST_BYTES);
  return read.ok ? readSessions(read.bytes.toString('utf8'), site, usualCar) : { ok: false, problems: [read.reason] };
}

function fromStore(path: string, site: StudySite, usualCar: SimulateOptions['usualCar']): ReadSessions {
  return sessionsFromStore(readPastSessions(path, MAX_SESSIONS), site, usualCar);
}

function writeList(path: string, sessions: readonly Session[], io: CommandIo): void {
  if (existsSync(path)) throw new Refused(`${path} exists already; a list of sessions never overwrites a file.`);
  writeFileSync(path, sessionListCsv(sessions));
  io.err(`The sessions are in ${path}.`);
}
