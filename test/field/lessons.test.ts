/** docs/field-lessons.md is true: every lesson stands there once, and the tests that it names exist. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, textFiles } from '../support/repository.ts';

type Lesson = { readonly number: string; readonly tests: readonly { file: string; name: string }[]; cell: string };

/** The first and last lesson of each group that this page is about. */
const GROUPS = {
  D1: [1, 17],
  D2: [18, 29],
  D3: [30, 34],
  D4: [35, 42],
  D5: [43, 47],
  D6: [48, 51],
  D7: [52, 54],
} as const;

const numbers = Object.entries(GROUPS).flatMap(([group, [first, last]]) =>
  Array.from({ length: last - first + 1 }, (_, index) => `${group}.${first + index}`),
);
const lessons = lessonsIn(readFileSync(join(root, 'docs/field-lessons.md'), 'utf8'));

function lessonsIn(markdown: string): Lesson[] {
  return markdown.split('\n').flatMap((line): Lesson[] => {
    const [, number, , , cell = ''] = line.split(/(?<!\\)\|/).map((text) => text.trim());
    if (number === undefined || !/^D\d+\.\d+$/.test(number)) return [];
    const tests = cell.split('<br>').flatMap((part) => {
      const file = /^`([\w/.-]+\.test\.ts)`: "/.exec(part)?.[1];
      return file === undefined
        ? []
        : [...part.matchAll(/"([^"]+)"/g)].map((match) => ({ file, name: match[1] ?? '' }));
    });
    return [{ number, tests, cell }];
  });
}

/** Whether a test or a group of tests of this file bears the name, as its source has it. */
function isNamed(source: string, name: string): boolean {
  const literal = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?:\\b(?:it|test|describe)\\(|\\)\\()\\s*(['"\`])${literal}\\1,`).test(source);
}

it('lists every lesson once, in order', () => {
  expect(lessons.map(({ number }) => number)).toEqual(numbers);
});

describe('names for each lesson its tests, or why there are none', () => {
  it.each(lessons.map((lesson) => [lesson.number, lesson] as const))('%s', (_, { cell, tests }) => {
    if (cell.startsWith('None yet: ')) {
      expect(tests).toEqual([]);
      return;
    }
    expect(tests.length).toBeGreaterThan(0);
    const missing = tests.filter(({ file, name }) => {
      const path = join(root, 'test', file);
      return !existsSync(path) || !isNamed(readFileSync(path, 'utf8'), name);
    });
    expect(missing).toEqual([]);
  });
});

it('leaves out no file with a test that is named after a lesson', () => {
  const left = textFiles('test').flatMap((path) => {
    const named = readFileSync(join(root, path), 'utf8').matchAll(
      /\b(?:it|describe)\(\s*['"](D\d+\.\d+(?:, D\d+\.\d+)*)\b/g,
    );
    const found = new Set([...named].flatMap((match) => match[1]?.split(', ') ?? []));
    const file = path.replace(/^test\//, '');
    return [...found].flatMap((number) => {
      const lesson = lessons.find((one) => one.number === number);
      return lesson === undefined || lesson.tests.some((test) => test.file === file) ? [] : [`${number} in ${file}`];
    });
  });
  expect(left).toEqual([]);
});

describe('the reader of the page', () => {
  it('knows a name only where a test bears it', () => {
    const source = "it('one', () => {});\nit.each([1])('two %s', () => {});\nit(\n  'three',\n  run);\n[\n  'four',\n]";
    const claimed = ['one', 'two %s', 'three', 'four', 'on'];
    expect(claimed.filter((name) => isNamed(source, name))).toEqual(['one', 'two %s', 'three']);
  });

  it('reads files and titles', () => {
    expect(lessonsIn('| D1.1 | pain | cure | `a/b.test.ts`: "x", "y"<br>`c.test.ts`: "z" |')).toMatchObject([
      {
        number: 'D1.1',
        tests: [
          { file: 'a/b.test.ts', name: 'x' },
          { file: 'a/b.test.ts', name: 'y' },
          { file: 'c.test.ts', name: 'z' },
        ],
      },
    ]);
  });
});
