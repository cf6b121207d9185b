import { existsSync, readFileSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tolerances } from '../src/ocpp/tolerances.ts';
import { root, textFiles } from './support/repository.ts';

/** Links from one of our documents to another file of the repository, and to headings, lead somewhere. */

type Link = { readonly target: string; readonly line: number };

/** Inline links, images and reference definitions; nothing inside code. */
function linksIn(markdown: string): Link[] {
  const links: Link[] = [];
  let fence: string | null = null;
  for (const [index, line] of markdown.split('\n').entries()) {
    const marker = /^\s*(```|~~~)/.exec(line)?.[1] ?? null;
    if (marker !== null && (fence === null || fence === marker)) {
      fence = fence === null ? marker : null;
      continue;
    }
    if (fence !== null) continue;
    const prose = line.replaceAll(/(`+)(?:(?!\1).)+\1/g, '');
    for (const match of prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\s*\[[^\]]+\]:\s*<?([^\s>]+)/g)) {
      const target = match[1] ?? match[2];
      if (target !== undefined) links.push({ target, line: index + 1 });
    }
  }
  return links;
}

/** The names by which the headings of a document can be linked to, as GitHub makes them. */
function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const match of markdown.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const name = (match[1] ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
    let unique = name;
    for (let again = 1; anchors.has(unique); again += 1) unique = `${name}-${again}`;
    anchors.add(unique);
  }
  return anchors;
}

/** What is wrong with a link, or null. `read` gives a document's text, null where there is no such file. */
function wrongWith(from: string, { target }: Link, read: (path: string) => string | null): string | null {
  if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target)) return null;
  if (target.startsWith('/')) return 'begins with a slash, which means nothing in a repository';
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : posix.normalize(posix.join(posix.dirname(from), decodeURIComponent(file)));
  if (path.startsWith('..')) return 'leaves the repository';
  const text = read(path);
  if (text === null) return 'leads to no file';
  if (anchor === undefined || !path.endsWith('.md')) return null;
  return anchorsOf(text).has(decodeURIComponent(anchor)) ? null : 'leads to no heading';
}

function readOurs(path: string): string | null {
  const full = posix.join(root, path);
  if (!existsSync(full)) return null;
  return statSync(full).isDirectory() ? '' : readFileSync(full, 'utf8');
}

describe('every relative link in our documents leads somewhere', () => {
  const documents = textFiles().filter((path) => path.endsWith('.md'));

  it('finds the documents', () => {
    expect(documents).toContain('docs/architecture.md');
  });

  it.each(documents)('%s', (path) => {
    const wrong = linksIn(readOurs(path) ?? '').flatMap((link) => {
      const fault = wrongWith(path, link, readOurs);
      return fault === null ? [] : [`${path}:${link.line} ${link.target} ${fault}`];
    });
    expect(wrong).toEqual([]);
  });
});

describe('docs/charge-points.md', () => {
  it('lists every tolerance by its name, and no other', () => {
    const listed = [...(readOurs('docs/charge-points.md') ?? '').matchAll(/^\| `([a-z-]+)` \|/gm)].map(
      (match) => match[1],
    );
    expect(listed).toEqual(tolerances.map(({ name }) => name));
  });
});

describe('the checker of links', () => {
  const texts = new Map([
    ['docs/a.md', '# One thing\n\n## Why, and how?\n'],
    ['src', ''],
  ]);
  const read = (path: string): string | null => texts.get(path) ?? null;
  const faults = (markdown: string): (string | null)[] =>
    linksIn(markdown).map((link) => wrongWith('docs/b.md', link, read));

  it.each([
    ['[a](a.md)', null],
    ['[a](a.md#why-and-how)', null],
    ['[a](../src)', null],
    ['[a](https://example.org/nothing)', null],
    ['[a]: ./a.md', null],
    ['[a](missing.md)', 'leads to no file'],
    ['![a](missing.png "title")', 'leads to no file'],
    ['[a]: missing.md', 'leads to no file'],
    ['[a](a.md#nowhere)', 'leads to no heading'],
    ['[a](../../other/a.md)', 'leaves the repository'],
    ['[a](/docs/a.md)', 'begins with a slash, which means nothing in a repository'],
  ])('%s: %s', (markdown, fault) => {
    expect(faults(markdown)).toEqual([fault]);
  });

  it('does not look into code', () => {
    expect(faults('```\n[a](missing.md)\n```\nand `[a](missing.md)`')).toEqual([]);
  });
});

it('docs/threat-model.md names code and tests that there are', () => {
  const rows = readFileSync(`${root}/docs/threat-model.md`, 'utf8').matchAll(
    /^\| [^|]+ \| [^|]+ \| ([^|]*) \| ([^|]+) \|$/gm,
  );
  const named = [...rows]
    .slice(1)
    .flatMap(([, code = '', tests = '']) => [...pathsIn(code, 'src'), ...pathsIn(tests, 'test')]);
  expect(named.length).toBeGreaterThan(60);
  expect(named.filter((path) => !existsSync(`${root}/${path}`))).toEqual([]);
});

/** A star stands for the rest of a name: its folder must be there. */
function pathsIn(cell: string, folder: string): string[] {
  const names = [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
  return names.map((name) => (name === 'package.json' ? name : `${folder}/${name.replace(/[^/]*\*.*$/, '')}`));
}
