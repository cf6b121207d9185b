import { idTagKey, isNarrowed, namesOf, type Token, type TokenSource } from './token.ts';
import { noRules, type TokenRules } from './token-rules.ts';

/** One line of a list of tokens: what it says; fields that it does not have stay as they are. */
export type TokenLine = {
  /** In the text that it came from, the first being 1. */
  readonly line: number;
  readonly idTag: string;
  readonly fields: Partial<Pick<Token, 'aliases' | 'status' | 'expiresAt' | 'parentIdTag' | 'note' | 'costCentre'>> & {
    readonly rules?: Partial<TokenRules>;
  };
};

export type LineError = { readonly line: number; readonly message: string };

/** `merge` adds and changes; `replace` also removes what the list does not name, among the tokens of the same source. */
export type ImportMode = 'merge' | 'replace';

export type ImportPlan = {
  readonly put: readonly Token[];
  readonly removed: readonly string[];
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Somebody loses something by it. */
  readonly narrows: boolean;
};

/** What is known of tokens, for planning. */
export type KnownTokens = {
  token(idTag: string): Token | null;
  /** By its idTag or an alias. */
  tokenFor(idTag: string): Token | null;
  idTagsFrom(source: TokenSource): readonly string[];
};

/** What a list would change; or, where any line can't be, all that is wrong and nothing else. */
export function planImport(
  lines: readonly TokenLine[],
  mode: ImportMode,
  source: TokenSource,
  known: KnownTokens,
  /** With `merge`, what is removed besides; and whether tokens that were entered here may become the backend's. */
  { remove = [], adopt = false }: { readonly remove?: readonly string[]; readonly adopt?: boolean } = {},
): ImportPlan | { readonly errors: readonly LineError[] } {
  const errors: LineError[] = [];
  const planned = new Map<string, { before: Token | null; after: Token; line: number }>();
  for (const { line, idTag, fields } of lines) {
    const key = idTagKey(idTag);
    const before = known.token(idTag);
    const first = planned.get(key);
    if (first !== undefined) errors.push({ line, message: `idTag ${idTag} stands in line ${first.line} already` });
    else if (before !== null && !mayTake(before.source, source, adopt))
      errors.push({ line, message: `token ${before.idTag} ${ownerWords[before.source]}` });
    else planned.set(key, { before, after: changed(before ?? blankToken(idTag, source), fields, source), line });
  }

  const removed =
    mode === 'merge'
      ? remove.flatMap((idTag) => {
          const token = known.token(idTag);
          return token?.source === source && !planned.has(idTagKey(idTag)) ? [token.idTag] : [];
        })
      : known.idTagsFrom(source).filter((idTag) => !planned.has(idTagKey(idTag)));
  const gone = new Set(removed.map(idTagKey));
  const owners = new Map<string, number>();
  for (const { after, line } of planned.values()) {
    for (const name of namesOf(after)) {
      const key = idTagKey(name);
      const other = owners.get(key);
      if (other !== undefined) {
        errors.push({ line, message: `${name} is the idTag or an alias of line ${other} already` });
        continue;
      }
      owners.set(key, line);
      const owner = known.tokenFor(name);
      const stays = owner !== null && !planned.has(idTagKey(owner.idTag)) && !gone.has(idTagKey(owner.idTag));
      if (stays) errors.push({ line, message: `${name} is the idTag or an alias of token ${owner.idTag} already` });
    }
  }
  if (errors.length > 0) return { errors: errors.sort((a, b) => a.line - b.line) };

  const different = [...planned.values()].filter(({ before, after }) => before === null || !isSame(before, after));
  const added = different.filter(({ before }) => before === null).length;
  return {
    put: different.map(({ after }) => after),
    removed,
    added,
    changed: different.length - added,
    unchanged: planned.size - different.length,
    narrows: removed.length > 0 || different.some(({ before, after }) => isNarrowed(before, after)),
  };
}

/** Each token has one owner. The file goes before all, for somebody has written it down. */
function mayTake(owner: TokenSource, source: TokenSource, adopt: boolean): boolean {
  return owner === source || source === 'file' || (owner === 'api' && source === 'upstream' && adopt);
}

/** Why somebody else may not change it, after its name. */
export const ownerWords: Readonly<Record<TokenSource, string>> = {
  file: 'comes from the file of the configuration: change it there',
  upstream: 'belongs to the backend: change it there, or here for a while with overrideUntil',
  api: 'was entered on site: remove it there, or let the backend take it over (adopt)',
};

export const blankToken = (idTag: string, source: TokenSource): Token => ({
  idTag,
  aliases: [],
  status: 'Accepted',
  expiresAt: null,
  parentIdTag: null,
  note: null,
  costCentre: null,
  rules: noRules,
  source,
});

function changed(token: Token, { rules, ...fields }: TokenLine['fields'], source: TokenSource): Token {
  return { ...token, ...fields, rules: { ...token.rules, ...rules }, source };
}

/** Two tokens of the same fields; both were made here, so their fields stand in the same order. */
function isSame(a: Token, b: Token): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whose name it would be already; null where all names are free, or its own. */
export function nameTaken(token: Token, known: KnownTokens): { readonly name: string; readonly by: Token } | null {
  for (const name of namesOf(token)) {
    const by = known.tokenFor(name);
    if (by !== null && idTagKey(by.idTag) !== idTagKey(token.idTag)) return { name, by };
  }
  return null;
}

/** An alias that repeats the idTag or another alias; null where there is none. */
export function repeatedName(token: Pick<Token, 'idTag' | 'aliases'>): string | null {
  const seen = new Set<string>();
  for (const name of namesOf(token)) {
    if (seen.has(idTagKey(name))) return name;
    seen.add(idTagKey(name));
  }
  return null;
}
