import { Composer, type CST, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, Parser } from 'yaml';
import { formatKey, type KeyPath, type Origin, type Problem, show } from './problem.ts';

/** A value together with where it was written, whether in a file, in the environment or on the command line. */
export type Tree =
  | { readonly kind: 'scalar'; readonly at: Origin; readonly value: string | number | boolean | null }
  | { readonly kind: 'map'; readonly at: Origin; readonly entries: Map<string, Entry> }
  | { readonly kind: 'list'; readonly at: Origin; readonly items: readonly Tree[] };

export type Entry = { readonly keyAt: Origin; readonly value: Tree };

/** Deepest nesting: the documented shape needs 6 levels; beyond this somebody is playing with us. */
const maxDepth = 32;
/** Syntax problems reported at once: the first is the cause of most that follow. */
const maxSyntaxProblems = 10;

/**
 * Reads YAML text as a tree with positions. Refused, because they hide what a value is: duplicate keys, aliases,
 * tags, keys that are lists or maps, more than one document. Messages of the YAML parser are never passed on, since
 * they may quote a secret. Never throws.
 */
export function parseDocument(text: string, file: string): { readonly tree: Tree; readonly problems: Problem[] } {
  const problems: Problem[] = [];
  const lines = new LineCounter();
  const start: Origin = { file, line: 1, column: 1 };
  const empty: Tree = { kind: 'map', at: start, entries: new Map() };
  const report = (at: Origin, path: KeyPath, message: string) =>
    problems.push({ ...at, key: formatKey(path), message });
  const place = (offset: number | undefined): Origin => {
    const { line, col } = lines.linePos(offset ?? 0);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };

  // In two steps, since the second is recursive and text nested by the ten thousand would end the process there.
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  if (isDeeperThan(maxDepth, tokens)) {
    report(start, [], `is nested deeper than ${maxDepth} levels`);
    return { tree: empty, problems };
  }
  const documents = new Composer({ uniqueKeys: false, logLevel: 'silent' }).compose(tokens, true, text.length);
  const document = documents.next().value;
  if (document === undefined) return { tree: empty, problems };
  const second = documents.next().value;
  if (second !== undefined) report(place(second.range[0]), [], 'holds more than one YAML document');
  let lastLine = 0;
  for (const error of [...document.errors, ...document.warnings].slice(0, maxSyntaxProblems)) {
    const at = place(error.pos[0]);
    // What follows in the same line is a consequence of the first.
    if (at.line !== lastLine) report(at, [], yamlWords.get(error.code) ?? 'this is not valid YAML');
    lastLine = at.line;
  }
  if (problems.length > 0 || document.contents === null) return { tree: empty, problems };
  return { tree: toTree(document.contents, []), problems };

  function toTree(node: Node | null, path: KeyPath): Tree {
    const at = place(node?.range?.[0]);
    const nothing: Tree = { kind: 'scalar', at, value: null };
    if (node !== null && !isAlias(node) && node.tag !== undefined && !isPlainTag(node.tag)) {
      report(at, path, 'YAML tags are not supported; write the value plainly');
      return nothing;
    }
    if (isAlias(node)) {
      report(at, path, 'YAML aliases are not supported; write the value out');
      return nothing;
    }
    if (isSeq<Node | null>(node)) {
      return { kind: 'list', at, items: node.items.map((item, index) => toTree(item, [...path, index])) };
    }
    if (isMap<Node | null, Node | null>(node)) {
      const entries = new Map<string, Entry>();
      for (const { key, value } of node.items) {
        const keyAt = place(key?.range?.[0]);
        if (!isScalar(key)) {
          report(keyAt, path, 'a key must be a plain word');
          continue;
        }
        const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
        const earlier = entries.get(name);
        if (earlier !== undefined) {
          report(keyAt, [...path, name], `is written twice; the first is in line ${earlier.keyAt.line}`);
          continue;
        }
        const child = toTree(value, [...path, name]);
        // An empty value has no place of its own that means anything to a reader: point at its key.
        const empty = child.kind === 'scalar' && child.value === null;
        entries.set(name, { keyAt, value: empty ? { ...child, at: keyAt } : child });
      }
      return { kind: 'map', at, entries };
    }
    if (isScalar(node)) {
      const { value } = node;
      if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
        return { kind: 'scalar', at, value };
      }
      report(at, path, `is a kind of value that is not supported (${show(typeof value)})`);
    }
    return nothing;
  }
}

/** Whether any value lies inside more than `limit` others; walks without recursion. */
function isDeeperThan(limit: number, tokens: readonly CST.Token[]): boolean {
  let level: readonly CST.Token[] = tokens;
  // One level of lists and maps at a time; the document itself is the first.
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit + 1) return true;
    level = level.flatMap(tokensBelow);
  }
  return false;
}

function tokensBelow(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value].filter((child) => child != null));
}

/** The standard tags change nothing that the schema would not check anyway, but `!!binary` and `!!set` do. */
function isPlainTag(tag: string): boolean {
  return /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/.test(tag);
}

const yamlWords: ReadonlyMap<string, string> = new Map([
  ['BAD_ALIAS', 'a word that begins with * or & has a meaning of its own in YAML: put it in quotes'],
  ['BAD_DIRECTIVE', 'a line that begins with % has a meaning of its own in YAML: put it in quotes'],
  ['BAD_DQ_ESCAPE', 'a backslash in double quotes begins an escape, and this one is unknown: use single quotes'],
  ['BAD_INDENT', 'the indentation does not fit the lines above'],
  ['BAD_SCALAR_START', 'text that begins with this character must be put in quotes'],
  ['BLOCK_AS_IMPLICIT_KEY', 'a second key cannot begin in the same line: is a line break or quoting missing?'],
  ['BLOCK_IN_FLOW', 'inside { } or [ ] the entries must be written in braces too, not as lines'],
  ['MISSING_CHAR', 'a character is missing here: a closing quote or bracket, a comma, a colon, or a space after it'],
  ['MULTILINE_IMPLICIT_KEY', 'this line looks like a key without a colon, or the line above is not finished'],
  ['TAB_AS_INDENT', 'a tab is used for indentation; YAML wants spaces'],
  ['TAG_RESOLVE_FAILED', 'a word that begins with ! has a meaning of its own in YAML: put it in quotes'],
  ['UNEXPECTED_TOKEN', 'something stands here that does not belong: check indentation, quotes and brackets'],
]);
