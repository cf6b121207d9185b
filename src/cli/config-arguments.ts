import { parseArgs } from 'node:util';
import { type LoadResult, loadConfig } from '../config/load.ts';
import type { CommandIo } from './io.ts';

/** What the command line says about the configuration. */
export type ConfigArguments = {
  readonly file?: string;
  /** Dotted key to value, from `--set key=value`. */
  readonly overrides: Readonly<Record<string, string>>;
};

/** The options that every command with a configuration takes, for its help text. */
export const configOptionsHelp = `  --config FILE      the configuration (otherwise BUSBAR_CONFIG, config/site.yaml, or built-in defaults)
  --set KEY=VALUE    set one key, such as --set http.port=8081; may be repeated`;

/** Reads `--config FILE` and `--set KEY=VALUE`; anything else is a usage error, in words. */
function parseConfigArguments(
  args: readonly string[],
): ({ readonly ok: true } & ConfigArguments) | { readonly ok: false; readonly message: string } {
  let values: { config?: string; set?: string[] };
  try {
    const options = { config: { type: 'string' }, set: { type: 'string', multiple: true } } as const;
    values = parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
  const overrides = overridesOf(values.set ?? []);
  if (overrides === null) return { ok: false, message: SET_WANTS };
  if (values.config === '') return { ok: false, message: '--config needs the name of a file' };
  const file = values.config === undefined ? {} : { file: values.config };
  return { ok: true, ...file, overrides };
}

export const SET_WANTS = '--set needs KEY=VALUE, such as --set http.port=8081';

/** What `--set KEY=VALUE` says, or null where one is none. */
export function overridesOf(texts: readonly string[]): Record<string, string> | null {
  const overrides = new Map<string, string>();
  for (const text of texts) {
    const equals = text.indexOf('=');
    if (equals < 1) return null;
    overrides.set(text.slice(0, equals), text.slice(equals + 1));
  }
  return Object.fromEntries(overrides);
}

/**
 * What every command with a configuration begins with: its help, its arguments, its configuration. Returns the loaded
 * configuration, good or bad, or the exit code of a command that is over already.
 */
export function loadFor(usage: string, args: readonly string[], io: CommandIo): LoadResult | number {
  if (args.includes('-h') || args.includes('--help')) {
    io.out(usage);
    return 0;
  }
  const parsed = parseConfigArguments(args);
  if (!parsed.ok) {
    io.err(`${parsed.message}\n\n${usage}`);
    return 2;
  }
  const { file, overrides } = parsed;
  return loadConfig({ ...(file === undefined ? {} : { file }), env: io.env, overrides });
}
