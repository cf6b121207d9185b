import { describe, expect, it, test } from 'vitest';
import { replay } from '../../src/cli/replay.ts';
import { saidTime, wallText } from '../../src/cli/said-time.ts';
import { scratchPaths } from '../support/scratch-folder.ts';

const BERLIN = 'Europe/Berlin';
/** An hour and a half after the clock was put back: 02:30 there has been twice, and it is 03:30 now. */
const AFTER_CHANGE = Date.parse('2026-10-25T02:30:00Z');

describe('a time on the command line', () => {
  test.each([
    ['14:32:07', '2026-01-15T20:00:00Z', '2026-01-15T13:32:07.999Z'],
    ['14:32', '2026-01-15T20:00:00Z', '2026-01-15T13:32:00.999Z'],
    ['14:32', '2026-01-15T12:00:00Z', '2026-01-14T13:32:00.999Z'],
    ['2026-01-15T14:32:07', '2026-01-20T12:00:00Z', '2026-01-15T13:32:07.999Z'],
    ['2026-07-15 14:32:07', '2026-01-20T12:00:00Z', '2026-07-15T12:32:07.999Z'],
    ['2026-01-15T14:32:07.250Z', '2026-01-20T12:00:00Z', '2026-01-15T14:32:07.250Z'],
    ['2026-01-15T14:32:07+02:00', '2026-01-20T12:00:00Z', '2026-01-15T12:32:07.999Z'],
  ])('%s before %s is %s', (text, before, expected) => {
    expect(new Date(saidTime(text, Date.parse(before), BERLIN) ?? 0).toISOString()).toBe(expected);
  });

  it('is found on the other side of a night in which the clock was changed', () => {
    for (const text of ['23:10:00', '01:10:00', '03:10:00', '03:30:00']) {
      const at = saidTime(text, AFTER_CHANGE, BERLIN) ?? 0;
      expect(wallText(at, BERLIN).slice(11)).toBe(text);
      expect(AFTER_CHANGE + 1_000 - at).toBeGreaterThan(0);
      expect(AFTER_CHANGE - at).toBeLessThan(86_400_000);
    }
  });

  test.each(['', '25:00', '12:60', 'noon', '2026-13-45T10:00', '14'])('%j is none', (text) => {
    expect(saidTime(text, AFTER_CHANGE, BERLIN)).toBeNull();
  });
});

describe('busbar replay', () => {
  const scratch = scratchPaths();
  const run = (...args: string[]): { code: number; said: string } => {
    const said: string[] = [];
    const code = replay(args, { env: {}, out: (line) => said.push(line), err: (line) => said.push(line) });
    return { code, said: said.join('\n') };
  };

  it('tells what it can do, what is wrong, and where nothing is', () => {
    expect(run('--help')).toMatchObject({ code: 0, said: expect.stringContaining('--at TIME') });
    expect(run('--att', '14:00')).toMatchObject({ code: 2, said: expect.stringContaining('Usage') });
    const nothing = run('--box', scratch('none'));
    expect(nothing).toMatchObject({ code: 1, said: expect.stringContaining('There is no black box in') });
  });
});
