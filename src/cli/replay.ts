import { parseArgs } from 'node:util';
import { blackBoxFolder } from '../black-box/black-box.ts';
import { type Life, livesIn, spanOf } from '../black-box/lives.ts';
import { momentOf } from '../black-box/moment.ts';
import { NotReplayable } from '../black-box/player.ts';
import { lifeAt, replayLife } from '../black-box/replay.ts';
import { formatProblem } from '../config/problem.ts';
import type { Log } from '../runtime/ports.ts';
import { configOptionsHelp, loadFor } from './config-arguments.ts';
import type { CommandIo } from './io.ts';
import { eventText, momentText, trustText } from './replay-text.ts';
import { saidTime, wallText } from './said-time.ts';

const usage = `Usage: busbar replay [options]

Runs the controller on what the black box has recorded, also while the real one runs, and shows
what it decided and why. Without --at: what is in the box, whether the replay does the same, and
the decisions of the last hour.

  --at TIME          the site at that second: limits, why, currents, connections, messages
  --from TIME        decisions from then on
  --to TIME          decisions until then
  --charge-point ID  of this charge point only
  --box DIR          the folder of the black box (otherwise beside the store of the configuration)
  --json             for programs
${configOptionsHelp}
  -h, --help         this text

TIME is 14:32 or 14:32:07 of the last day of the record, or as in 2026-11-27T14:32:07 by the site's
clock, or with Z or an offset. The exit code is 1 where the replay differs from the record.`;

const LAST_MS = 3_600_000;
const quiet: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
function nothing(): void {}

type Options = {
  readonly folder: string;
  readonly at: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly chargePoint: string | null;
  readonly json: boolean;
};

/** `busbar replay`: the exit code. */
export function replay(args: readonly string[], io: CommandIo): number {
  const options = readOptions(args, io);
  if (typeof options === 'number') return options;
  try {
    const lives = livesIn(options.folder).filter((life) => spanOf(life) !== null);
    const newest = lives.at(-1);
    if (newest === undefined) {
      io.err(`There is no black box in ${options.folder}, or nothing in it yet (blackBox.mib, blackBox.flushS).`);
      return 1;
    }
    const timeZone = newest.segments.at(-1)?.head.settings.timeZone ?? 'UTC';
    const endMs = spanOf(newest)?.toMs ?? 0;
    const times = [options.at, options.from, options.to].map((text) =>
      text === null ? null : saidTime(text, endMs, timeZone),
    );
    for (const [index, text] of [options.at, options.from, options.to].entries()) {
      if (text !== null && times[index] === null) {
        io.err(`${text} is no time.\n\n${usage}`);
        return 2;
      }
    }
    const [at = null, from = null, to = null] = times;
    return at === null
      ? overview(lives, { ...options, from, to, endMs, timeZone }, io)
      : second(lives, at, options, io);
  } catch (error) {
    io.err(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

function second(lives: readonly Life[], atMs: number, { chargePoint, json }: Options, io: CommandIo): number {
  const life = lifeAt(lives, atMs);
  if (life === null) {
    io.err('The box holds nothing of that time: it begins later.');
    return 1;
  }
  const played = replayLife(life, { untilMs: atMs, log: quiet });
  const { player } = played;
  try {
    const timeZone = life.segments[0]?.head.settings.timeZone ?? 'UTC';
    const moment = momentOf(player, atMs, chargePoint);
    const endedMs = spanOf(life)?.toMs ?? played.endedMs;
    const isAfter = atMs > endedMs + 1_000;
    if (json) {
      const { exact, difference, frames, sameFrames } = played;
      const trust = { exact, frames, sameFrames, difference };
      io.out(JSON.stringify({ ...moment, recordEndsAtMs: isAfter ? endedMs : null, replay: trust }));
    } else {
      for (const line of momentText(moment, timeZone)) io.out(line);
      io.out('');
      if (isAfter) {
        io.out(`The record of this process ends at ${wallText(endedMs, timeZone)}: this is how it left the site.`);
      }
      io.out(trustText(played, timeZone));
    }
    return played.difference === null ? 0 : 1;
  } finally {
    player.close();
  }
}

type Range = Pick<Options, 'chargePoint' | 'json' | 'folder'> & {
  readonly from: number | null;
  readonly to: number | null;
  readonly endMs: number;
  readonly timeZone: string;
};

function overview(lives: readonly Life[], range: Range, io: CommandIo): number {
  const { from, to, endMs, timeZone, chargePoint, json } = range;
  const fromMs = from ?? (to ?? endMs) - LAST_MS;
  let differs = false;
  const decisions: { atMs: number; text: string }[] = [];
  const summaries: object[] = [];
  for (const life of lives) {
    const span = spanOf(life);
    if (span === null || (from !== null && span.toMs < from) || (to !== null && span.fromMs > to)) continue;
    const heard: Parameters<typeof replayLife>[1]['heard'] = (event) => {
      const text = 'at' in event && event.at >= fromMs ? eventText(event) : null;
      const isMeant = chargePoint === null || ('chargePointId' in event && event.chargePointId === chargePoint);
      if (text !== null && isMeant && 'at' in event) decisions.push({ atMs: event.at, text });
    };
    const { version } = life.segments[0]?.head ?? { version: '' };
    decisions.push({ atMs: span.fromMs, text: `Busbar ${version} starts` });
    const bytes = life.segments.reduce((sum, segment) => sum + segment.bytes, 0);
    const about = { fromMs: span.fromMs, toMs: span.toMs, version, bytes };
    try {
      const played = replayLife(life, { untilMs: to, log: quiet, heard });
      const { exact, difference, entries, frames, sameFrames } = played;
      played.player.close();
      differs ||= difference !== null;
      summaries.push({
        ...about,
        exact,
        entries,
        frames,
        sameFrames,
        difference,
      });
      if (!json) {
        const kib = Math.round(bytes / 1_024);
        io.out(
          `${wallText(span.fromMs, timeZone)} to ${wallText(span.toMs, timeZone)}: ${entries} entries, ${kib} KiB, Busbar ${version}`,
        );
        io.out(`  ${trustText(played, timeZone)}`);
      }
    } catch (error) {
      if (!(error instanceof NotReplayable)) throw error;
      summaries.push({ ...about, exact: false, why: error.message });
      if (!json) io.out(`${wallText(span.fromMs, timeZone)}: not to be replayed, for ${error.message}`);
    }
  }
  const shown = decisions.filter(({ atMs }) => atMs >= fromMs && (to === null || atMs <= to));
  if (json) io.out(JSON.stringify({ lives: summaries, decisions: shown }));
  else {
    io.out('');
    io.out(`Decisions from ${wallText(fromMs, timeZone)} to ${wallText(to ?? endMs, timeZone)} (${timeZone}):`);
    for (const { atMs, text } of shown) io.out(`${wallText(atMs, timeZone)} ${text}`);
  }
  return differs ? 1 : 0;
}

function readOptions(args: readonly string[], io: CommandIo): Options | number {
  const text = { type: 'string' } as const;
  let values: ReturnType<typeof parse>;
  function parse() {
    return parseArgs({
      args: [...args],
      options: {
        config: text,
        set: { ...text, multiple: true },
        box: text,
        at: text,
        from: text,
        to: text,
        'charge-point': text,
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  }
  try {
    values = parse();
  } catch (error) {
    io.err(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  if (values.help === true) {
    io.out(usage);
    return 0;
  }
  const rest = {
    at: values.at ?? null,
    from: values.from ?? null,
    to: values.to ?? null,
    chargePoint: values['charge-point'] ?? null,
    json: values.json ?? false,
  };
  if (values.box !== undefined) return { ...rest, folder: values.box };
  const own = [
    ...(values.config === undefined ? [] : ['--config', values.config]),
    ...(values.set ?? []).flatMap((each) => ['--set', each]),
  ];
  const loaded = loadFor(usage, own, io);
  if (typeof loaded === 'number') return loaded;
  if (loaded.ok) return { ...rest, folder: blackBoxFolder(loaded.config.store.path) };
  for (const problem of loaded.problems) io.err(`error: ${formatProblem(problem)}`);
  return 1;
}
