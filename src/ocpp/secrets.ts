import { isSecretKey } from '../domain/configuration.ts';

/**
 * Hides secrets in the text of a frame before anybody is shown it (threats A23). It works on the text as it came, so that
 * everything else stays as it was on the wire, and it rather hides too much than too little: a frame that is cut or broken
 * is searched by pattern as well.
 */

/** What stands in place of a secret. */
const MASK = '***';

/** Fields that hold a secret by themselves. `key` is none: it names a configuration key. */
const SECRET_FIELD = /passw|passphrase|passcode|pwd|psk|secret|token|credential|authorization_?key|private_?key/i;
/** The one-time token in the address of a file of ours: whoever knows it may fetch or bring that file. */
const FILE_TOKEN = /(\\?\/files\\?\/)[A-Za-z0-9_-]{32}(?![A-Za-z0-9_-])/g;
/** What a signed or keyed address carries after its `?`. */
const SECRET_QUERY =
  /([?&][^\s"=&#?]{0,40}(?:token|secret|sig|passw|pwd|key|credential|auth)[^\s"=&#?]{0,40}=)[^\s"&#]+/gi;
/** JSON inside a string inside JSON is followed this far. */
const MAX_NESTING = 3;

/** The text with the values of secret keys and the credentials in URLs replaced by `***`. Never throws. */
export function maskSecrets(frameText: string): string {
  return masked(frameText, MAX_NESTING);
}

type Span = { readonly from: number; readonly to: number };
type Replacement = Span & { readonly by: string };
/** An object or list that is open at this point of the text. */
type Open = {
  readonly object: boolean;
  /** The field whose value comes next. */
  field: string | null;
  /** Strings found under `key`; all of them count, should the field come twice. */
  readonly keys: string[];
  /** Where the values under `value` stand. */
  readonly values: Span[];
  /** It began as the value of a secret field: nothing in it is shown. */
  readonly secret: boolean;
};

function masked(text: string, nesting: number): string {
  const whole = isJson(text);
  const exact = replaced(text, findSecrets(text, whole, nesting));
  return whole ? exact : byPattern(exact);
}

/** Walks the tokens, not the grammar: it takes any text, and a missing end is an end. */
function findSecrets(text: string, whole: boolean, nesting: number): Replacement[] {
  const found: Replacement[] = [];
  const hide = ({ from, to }: Span): void => {
    found.push({ from, to, by: `"${MASK}"` });
  };
  const open: Open[] = [{ object: false, field: null, keys: [], values: [], secret: false }];
  const cutKeys = !whole && speaksOfKeys(text);
  const close = ({ keys, values }: Open, ended: boolean): void => {
    const named = keys.some(isSecretKey);
    // A value whose key was cut away may be a secret; without a key, in a whole text, it is a measurement.
    if (named || (cutKeys && (!ended || keys.length === 0))) for (const span of values) hide(span);
  };
  for (const token of tokens(text)) {
    const top = open.at(-1);
    if (top === undefined) break;
    if (token.kind === 'open') {
      const secret = top.secret || (top.field !== null && SECRET_FIELD.test(top.field));
      open.push({ object: token.object, field: null, keys: [], values: [], secret });
    } else if (token.kind === 'close') {
      if (open.length > 1) {
        close(top, true);
        open.pop();
        const around = open.at(-1);
        if (around?.object) around.field = null;
      }
    } else if (token.kind === 'name') {
      top.field = token.text;
    } else {
      const field = top.object ? top.field : null;
      if (field === 'key') top.keys.push(token.text);
      if (top.secret || (field !== null && SECRET_FIELD.test(field))) hide(token);
      else if (field === 'value') top.values.push(token);
      const shown = token.quoted ? withoutCredentials(text.slice(token.from, token.to), token.text, nesting) : null;
      if (shown !== null) found.push({ from: token.from, to: token.to, by: shown });
      if (top.object) top.field = null;
    }
  }
  for (const one of open) close(one, false);
  return found;
}

type Token =
  | { readonly kind: 'open'; readonly object: boolean }
  | { readonly kind: 'close' }
  | { readonly kind: 'name'; readonly text: string }
  | {
      readonly kind: 'scalar';
      readonly quoted: boolean;
      readonly text: string;
      readonly from: number;
      readonly to: number;
    };

/** A string with a colon after it is a name; any other string, number or word is a scalar. */
function* tokens(text: string): Generator<Token> {
  const pattern = /"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|[{}[\]]|[^\s{}[\]",:]+/gy;
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) {
      at += 1;
      continue;
    }
    const [word] = match;
    const from = at;
    at += word.length;
    if (word === '{' || word === '[') yield { kind: 'open', object: word === '{' };
    else if (word === '}' || word === ']') yield { kind: 'close' };
    else {
      const quoted = word.startsWith('"');
      const content = quoted ? contentOf(word) : word;
      if (quoted && isName(text, at)) yield { kind: 'name', text: content };
      else yield { kind: 'scalar', quoted, text: content, from, to: at };
    }
  }
}

function isName(text: string, at: number): boolean {
  let next = at;
  while (/\s/.test(text.charAt(next))) next += 1;
  return text.charAt(next) === ':';
}

/** What a string literal says, also where it is cut or has an escape that JSON does not know. */
function contentOf(literal: string): string {
  try {
    const value: unknown = JSON.parse(literal);
    if (typeof value === 'string') return value;
  } catch {
    // Below.
  }
  return literal
    .replace(/^"|"$/g, '')
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\(.)/g, '$1');
}

/** The literal with credentials in URLs and in JSON inside it hidden; null where there is nothing to hide. */
function withoutCredentials(literal: string, content: string, nesting: number): string | null {
  const clean = maskUrls(content);
  const inner = /[{[]/.test(clean) ? (nesting > 0 ? masked(clean, nesting - 1) : MASK) : clean;
  return inner === content
    ? null
    : JSON.stringify(inner).slice(0, literal.length > 1 && literal.endsWith('"') ? undefined : -1);
}

/** `scheme://user:password@host`, slashes perhaps escaped; also where the password holds a slash that it should not. */
function maskUrls(text: string): string {
  return text
    .replace(
      /([a-z][a-z0-9+.-]{0,15}:\\?\/\\?\/)(?:[^\s"/?#]*@|[^\s"/?#@:]{0,255}:(?!\d+[/?#\\])[^\s"]{0,1000}@)/gi,
      (_, scheme: string) => `${scheme}${MASK}@`,
    )
    .replace(FILE_TOKEN, `$1${MASK}`)
    .replace(SECRET_QUERY, `$1${MASK}`);
}

/** For text that is no JSON: whatever follows `value` where keys are spoken of, and whatever follows a secret name. */
function byPattern(text: string): string {
  const anyValue = speaksOfKeys(text);
  const fields = text.replace(
    /("([^"]*)"\s*:\s*)(?:"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|[^\s,}\]"{[]+)/g,
    (all, before: string, name: string) =>
      SECRET_FIELD.test(name) || (anyValue && name === 'value') ? `${before}"${MASK}"` : all,
  );
  // A URL that is cut before its host may end within a password.
  return maskUrls(fields).replace(
    /([a-z][a-z0-9+.-]{0,15}:\\?\/\\?\/)[^\s"/?#@:]{0,255}:(?!\d*$)[^\s"]*$/i,
    `$1${MASK}`,
  );
}

/** Of a frame without such a word no `value` is the value of a configuration key. */
function speaksOfKeys(text: string): boolean {
  return /key|configuration/i.test(contentOf(text));
}

function replaced(text: string, replacements: readonly Replacement[]): string {
  let result = '';
  let at = 0;
  // Of two for the same place the first found is the one that hides all.
  for (const { from, to, by } of [...replacements].sort((a, b) => a.from - b.from || a.by.length - b.by.length)) {
    if (from < at) continue;
    result += text.slice(at, from) + by;
    at = to;
  }
  return result + text.slice(at);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
