import { randomInt, timingSafeEqual } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Digits and letters that nobody mistakes for each other (Crockford's base 32). */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 20 of 32 letters: 100 bits. */
const GROUPS = 5;
const GROUP = 4;

/** A file beside the store, for the eyes of whoever owns this machine. */
export const setupCodeFile = (storePath: string): string => join(dirname(storePath), 'setup-code');

/** The code with which the first admin is made. Setup is open as long as the file is there, and closed with it. */
export type SetupCode = ReturnType<typeof setupCodeIn>;

export function setupCodeIn(file: string) {
  const read = (): string | null => {
    try {
      const text = readFileSync(file, 'utf8').trim();
      return text === '' ? null : text;
    } catch {
      return null;
    }
  };
  return {
    read,
    /** Opens setup with a new code. */
    open(): string {
      const code = Array.from({ length: GROUPS }, () =>
        Array.from({ length: GROUP }, () => LETTERS[randomInt(LETTERS.length)]).join(''),
      ).join('-');
      rmSync(file, { force: true });
      writeFileSync(file, `${code}\n`, { mode: 0o600, flag: 'wx' });
      return code;
    },
    close: (): void => rmSync(file, { force: true }),
    /** Whether setup is open and this is its code; upper and lower case, dashes and spaces do not count. */
    isRight(given: string): boolean {
      const code = read();
      if (code === null) return false;
      const [a, b] = [folded(given), folded(code)].map((text) => Buffer.from(text));
      return a !== undefined && b !== undefined && a.length === b.length && timingSafeEqual(a, b);
    },
  };
}

const folded = (code: string): string =>
  code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
