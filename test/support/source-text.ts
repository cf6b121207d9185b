/**
 * Reads TypeScript just far enough for the tidy test: which characters are code, and what is imported. Comments, and the
 * insides of strings and regular expressions, become blanks of the same length, so that every offset and line stays.
 */

export type Import = {
  /** As written between the quotes. */
  readonly specifier: string;
  readonly line: number;
  readonly typeOnly: boolean;
};

export type Source = {
  /** The text without comments and without what stands in quotes. */
  readonly code: string;
  /** Static and dynamic imports, re-exports, and types taken by `import('...')`. */
  readonly imports: readonly Import[];
  lineAt(offset: number): number;
};

const STATIC_IMPORT = /(?<![.\w$])(import|export)\b(\s+type\b)?\s*(?:[\w$*{}\s,]+?\bfrom\s*)?(['"])( *)\3/g;
const DYNAMIC_IMPORT = /(?<![.\w$])(?:import|require)\s*\(\s*(['"`])( *)\1/g;

export function readSource(text: string): Source {
  const code = blankOut(text);
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const imports: Import[] = [];
  for (const match of code.matchAll(STATIC_IMPORT)) {
    imports.push({ ...specifierIn(match, match[4] ?? ''), typeOnly: match[2] !== undefined });
  }
  for (const match of code.matchAll(DYNAMIC_IMPORT)) {
    imports.push({ ...specifierIn(match, match[2] ?? ''), typeOnly: false });
  }
  return { code, imports, lineAt };

  /** The specifier is the last thing in the match but for its closing quote. */
  function specifierIn(match: RegExpMatchArray, blanks: string): { specifier: string; line: number } {
    const end = (match.index ?? 0) + match[0].length - 1;
    return { specifier: text.slice(end - blanks.length, end), line: lineAt(match.index ?? 0) };
  }
}

/** Where a slash begins a regular expression and does not divide: after these, or at the very beginning. */
const BEFORE_REGEX = /(?:^|[=(,:[!&|?{};+*%<>~^-]|\b(?:return|typeof|case|in|of|void|throw|new|else|do))$/;

function blankOut(text: string): string {
  const out: string[] = [];
  /** Depth of braces at which each open `${` of a template ends. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;

  while (at < text.length) {
    const two = text.slice(at, at + 2);
    const one = text[at] ?? '';
    if (two === '//') blankUntil(endOf(text.indexOf('\n', at)));
    else if (two === '/*') blankUntil(endOf(text.indexOf('*/', at + 2), 2));
    else if (one === "'" || one === '"') quoted(one);
    else if (one === '`') template();
    else if (one === '/' && BEFORE_REGEX.test(lastCode())) regex();
    else if (one === '}' && templates.at(-1) === depth) {
      templates.pop();
      template();
    } else {
      if (one === '{') depth += 1;
      if (one === '}') depth -= 1;
      keep();
    }
  }
  return out.join('');

  function endOf(found: number, length = 0): number {
    return found < 0 ? text.length : found + length;
  }

  function keep(): void {
    out.push(text[at] ?? '');
    at += 1;
  }

  function blankUntil(end: number): void {
    for (; at < end; at += 1) out.push(text[at] === '\n' ? '\n' : ' ');
  }

  function quoted(quote: string): void {
    let end = at + 1;
    while (end < text.length && text[end] !== quote && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1;
    keep();
    blankUntil(Math.min(end, text.length));
    if (text[at] === quote) keep();
  }

  /** From a backtick, or from the brace that ends an expression in it, to the next of either. */
  function template(): void {
    let end = at + 1;
    while (end < text.length && text[end] !== '`' && text.slice(end, end + 2) !== '${') {
      end += text[end] === '\\' ? 2 : 1;
    }
    keep();
    blankUntil(Math.min(end, text.length));
    if (text[at] === '$') {
      keep();
      keep();
      templates.push(depth);
    } else if (at < text.length) keep();
  }

  function regex(): void {
    let end = at + 1;
    let inClass = false;
    while (end < text.length && text[end] !== '\n' && (inClass || text[end] !== '/')) {
      if (text[end] === '[') inClass = true;
      if (text[end] === ']') inClass = false;
      end += text[end] === '\\' ? 2 : 1;
    }
    keep();
    blankUntil(Math.min(end, text.length));
    if (text[at] === '/') keep();
  }

  /** The end of the code so far, without the blanks after it. */
  function lastCode(): string {
    return out.slice(-40).join('').trimEnd();
  }
}
