import type { Log } from '../../src/runtime/ports.ts';

export type KeptLine = { readonly level: keyof Log; readonly fields: object; readonly text: string };

/** A log that a test can read. */
export function createKeptLog(): Log & { lines: KeptLine[]; texts(level: keyof Log): string[] } {
  const lines: KeptLine[] = [];
  const keep = (level: keyof Log) => (fields: object, text: string) => {
    lines.push({ level, fields, text });
  };
  return {
    debug: keep('debug'),
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
    lines,
    texts: (level) => lines.filter((line) => line.level === level).map(({ text }) => text),
  };
}
