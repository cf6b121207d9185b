import { type Logger as PinoLogger, pino } from 'pino';

export type Logger = PinoLogger;

/** journald's priority of each pino level, as `<n>` before the line. */
const priorities = new Map([
  [10, 7],
  [20, 7],
  [30, 6],
  [40, 4],
  [50, 3],
  [60, 2],
]);

/**
 * The log: JSON lines on standard output, with journald's priority before each when journald reads them. Synchronous, so
 * that nothing is lost when the process dies. Anything that could be a secret is struck out by its name.
 */
export function createLog(level: string, env: Readonly<Record<string, string | undefined>>): Logger {
  const toJournal = env.JOURNAL_STREAM !== undefined;
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: ['password', '*.password', 'authorization', '*.authorization', 'idTag', '*.idTag'],
        censor: '***',
      },
    },
    {
      write(line: string): void {
        const written = /"level":(\d+)/.exec(line)?.[1];
        process.stdout.write(toJournal ? `<${priorities.get(Number(written)) ?? 6}>${line}` : line);
      },
    },
  );
}
