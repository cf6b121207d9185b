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
      write(text: string): void {
        const line = text.replace(UNSEEN, escaped);
        const written = /"level":(\d+)/.exec(line)?.[1];
        process.stdout.write(toJournal ? `<${priorities.get(Number(written)) ?? 6}>${line}` : line);
      },
    },
  );
}

/**
 * What a terminal obeys or turns around and JSON leaves as it is: control characters beyond ASCII's, breaks of lines and
 * paragraphs, marks of direction. Charge points and people send such texts (threats A11).
 */
const UNSEEN = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
