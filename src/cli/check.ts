import { stringify } from 'yaml';
import type { Config, ConfigSource } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import { checkSchedules } from '../limits/schedule.ts';
import { configOptionsHelp, loadFor } from './config-arguments.ts';
import type { CommandIo } from './io.ts';
import { siteReport } from './site-report.ts';

const usage = `Usage: busbar check [options]

Checks the configuration and prints what is in force, the tree of circuits, and what the site
would draw if this machine were gone, without starting anything.

${configOptionsHelp}
  -h, --help         this text`;

/** Charge points printed one by one; of more, only the number. */
const maxListed = 50;

/** `busbar check`: returns the exit code, 0 valid, 1 problems found, 2 wrong usage. */
export function check(args: readonly string[], io: CommandIo): number {
  const result = loadFor(usage, args, io);
  if (typeof result === 'number') return result;
  if (result.ok) {
    io.out(summary(result.config, result.source));
    const { siteModel } = result.config;
    const electrical =
      siteModel === null
        ? ['No circuits are configured: balancing is OFF, and no charge point is limited.']
        : siteReport(siteModel, result.config.policy.lease);
    for (const line of ['', ...electrical, '']) io.out(line);
  }
  for (const warning of result.warnings) io.out(`warning: ${formatProblem(warning)}`);
  if (result.ok) {
    const wrong = wrongSchedule(result.config);
    if (wrong !== null) {
      io.err(`error: ${wrong}`);
      io.err('The configuration is not valid: 1 to correct.');
      return 1;
    }
    io.out(`The configuration is valid${count(result.warnings.length)}.`);
    return 0;
  }
  for (const problem of result.problems) io.err(`error: ${formatProblem(problem)}`);
  io.err(`The configuration is not valid: ${result.problems.length} to correct.`);
  return 1;
}

/** What the pattern of the file lets through and cron does not understand, in words. */
function wrongSchedule({ limits }: Config): string | null {
  try {
    checkSchedules(limits.schedules);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The configuration in force as short YAML; secrets print as `***` by themselves. */
function summary(config: Config, source: ConfigSource): string {
  const { chargePoints, tokenLines, siteModel: _siteModel, ...sections } = config;
  const lines = [`# from ${source.file ?? 'built-in defaults'}${setOver(source)}`, yaml(sections)];
  if (tokenLines !== null) lines.push(`# ${tokenLines.length} tokens in ${config.authorization.tokens?.file}`);
  lines.push(`chargePoints: # ${chargePoints.length}`);
  for (const chargePoint of chargePoints.slice(0, maxListed)) lines.push(`  - ${flow(chargePoint)}`);
  if (chargePoints.length > maxListed) lines.push(`  # and ${chargePoints.length - maxListed} more`);
  return lines.join('\n');
}

function setOver({ environment, commandLine }: ConfigSource): string {
  const parts = [...environment, ...commandLine.map((key) => `--set ${key}`)];
  return parts.length === 0 ? '' : `, with ${parts.join(', ')}`;
}

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 }).trimEnd();
}

function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}

function count(warnings: number): string {
  if (warnings === 0) return '';
  return warnings === 1 ? ', with 1 warning' : `, with ${warnings} warnings`;
}
