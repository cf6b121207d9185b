import { posix } from 'node:path';
import { readSource, type Source } from './source-text.ts';

/** The rules of the house that a program can check, each a function from one file to what breaks it. */

export type Violation = { readonly file: string; readonly line: number; readonly text: string };

/**
 * Who may import whom under src, by folder. An entry with a slash is a file (without its extension) or a folder in it.
 * A folder may always import itself. `sim` shares nothing with the server: it would repeat our own misunderstandings.
 */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  main: [
    'charge-point-ports',
    'for-certificates',
    'for-people',
    'settings',
    'black-box',
    'upkeep',
    'http',
    'upstream',
    'meters',
    'limits',
    'controller',
    'central-system',
    'store',
    'ocpp',
    'balancer',
    'config',
    'runtime',
    'domain',
  ],
  cli: [
    'main',
    'people',
    'settings',
    'study',
    'upstream-consumer',
    'virtual-site',
    'black-box',
    'sim',
    'http',
    'upstream',
    'meters',
    'limits',
    'controller',
    'central-system',
    'store',
    'ocpp',
    'balancer',
    'config',
    'runtime',
    'domain',
  ],
  settings: ['controller', 'central-system', 'config', 'domain'],
  'charge-point-ports': ['certificate-files', 'controller', 'config', 'runtime'],
  'for-people': ['certificate-files', 'controller', 'http', 'people', 'store', 'config', 'runtime'],
  'certificate-files': ['config', 'runtime'],
  'for-certificates': ['certificate-files', 'certificates', 'controller', 'http', 'config', 'runtime'],
  certificates: ['controller', 'runtime', 'domain'],
  people: ['store/people', 'runtime', 'domain'],
  'upstream-consumer': ['store/sqlite'],
  'virtual-site': ['sim', 'controller', 'central-system', 'store', 'ocpp', 'balancer', 'runtime', 'domain'],
  'black-box': ['controller', 'central-system', 'store', 'ocpp/secrets', 'runtime', 'domain'],
  study: [
    'settings',
    'virtual-site',
    'sim',
    'csv',
    'controller',
    'central-system',
    'store',
    'ocpp',
    'balancer',
    'config',
    'runtime',
    'domain',
  ],
  upkeep: ['controller', 'store', 'config', 'runtime', 'domain'],
  http: [
    'controller',
    'certificates',
    'people',
    'store/views',
    'store/view-values',
    'store/event-view',
    'csv',
    'ocpp',
    'config',
    'runtime',
    'domain',
  ],
  upstream: ['controller', 'store/outbox', 'store/views', 'store/view-values', 'ocpp', 'config', 'runtime', 'domain'],
  meters: ['controller', 'store/views', 'store/view-values', 'ocpp', 'config', 'runtime', 'domain'],
  limits: ['controller', 'store/views', 'ocpp', 'config', 'runtime', 'domain'],
  controller: ['central-system', 'store', 'ocpp', 'balancer', 'runtime', 'domain'],
  'central-system': ['ocpp', 'domain'],
  store: ['domain'],
  runtime: ['ocpp/identity', 'domain'],
  config: ['balancer', 'csv', 'domain'],
  csv: ['ocpp/timestamp', 'domain'],
  ocpp: ['domain'],
  balancer: ['domain'],
  domain: [],
  sim: [],
};

/** Folders that decide and do nothing else, with the packages (and modules of Node) that they may use all the same. */
const pure: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  balancer: [],
  ocpp: ['typebox', 'node:buffer'],
  'central-system': ['node:crypto'],
};

/** The only folders under src that may know a package. */
const homes: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['store', 'controller'],
  'csv-parse': ['csv'],
  'csv-stringify': ['csv'],
  '@fastify/cookie': ['http'],
  '@peculiar/x509': ['certificates'],
  'reflect-metadata': ['certificates'],
  fastify: ['http'],
  highs: ['study'],
  'modbus-serial': ['limits', 'meters', 'sim'],
  mqtt: ['limits', 'meters', 'upstream', 'upstream-consumer'],
  'node-cron': ['upkeep', 'controller', 'limits'],
  ws: ['runtime', 'sim'],
};

/** Lines of one file at most. */
export const MAX_LINES = 400;
/** Schemas are lists, read as such at any length, and bear the specification's names. */
const SCHEMA = /^src\/(?:ocpp\/messages\/.+|config\/schema)\.ts$/;

/** Everything that breaks a rule in one file of ours; `path` is relative to the repository, with slashes. */
export function violationsOf(path: string, text: string): Violation[] {
  const found = [...wordViolations(path, text)];
  if (!path.endsWith('.ts')) return found;
  const source = readSource(text);
  found.push(
    ...importViolations(path, source),
    ...purityViolations(path, source),
    ...codeViolations(path, source),
    ...nameViolations(path, source),
  );
  const lines = text.trimEnd().split('\n').length;
  if (lines > MAX_LINES && !SCHEMA.test(path)) {
    found.push({ file: path, line: lines, text: `has ${lines} lines; ${MAX_LINES} is the ceiling: split it` });
  }
  return found;
}

export function formatViolation({ file, line, text }: Violation): string {
  return `${file}:${line} ${text}`;
}

function importViolations(path: string, source: Source): Violation[] {
  const found: Violation[] = [];
  for (const { specifier, line } of source.imports) {
    const wrong = specifier.startsWith('.') ? wrongFile(path, specifier) : wrongPackage(path, specifier);
    if (wrong !== null) found.push({ file: path, line, text: `imports ${specifier}: ${wrong}` });
  }
  return found;
}

function wrongFile(path: string, specifier: string): string | null {
  const target = posix.normalize(posix.join(posix.dirname(path), specifier));
  if (target.startsWith('..')) return 'it leaves the repository';
  if (!path.startsWith('src/')) return null;
  if (!target.startsWith('src/')) return 'src must stand without what is beside it';
  const from = folderOf(path);
  const to = folderOf(target);
  if (from === to) return null;
  const allowed = Object.hasOwn(arrows, from) ? arrows[from] : undefined;
  if (allowed === undefined) return `no arrows are written for ${from}; add them to the table`;
  const module = target.slice('src/'.length).replace(/\.ts$/, '');
  if (allowed.some((each) => module === each || module.startsWith(`${each}/`))) return null;
  return `${from} must not import ${to}`;
}

function wrongPackage(path: string, specifier: string): string | null {
  if (!path.startsWith('src/')) return null;
  const folder = folderOf(path);
  const scoped = specifier.startsWith('@') ? 2 : 1;
  const name = specifier.startsWith('node:') ? specifier : specifier.split('/').slice(0, scoped).join('/');
  const packages = Object.hasOwn(pure, folder) ? pure[folder] : undefined;
  if (packages !== undefined && !packages.includes(name)) {
    return packages.length === 0 ? `${folder} uses no package` : `${folder} may use ${packages.join(', ')} only`;
  }
  const home = Object.hasOwn(homes, name) ? homes[name] : undefined;
  return home === undefined || home.includes(folder) ? null : `${name} is for ${home.join(' and ')} only`;
}

const impure: readonly (readonly [RegExp, string])[] = [
  [/\b(?:async|await|Promise)\b/g, 'waits'],
  [/\bDate\s*\.\s*now\b|\bnew\s+Date\b(?!\s*\(\s*[^\s)])|(?<!new\s+)(?<![.\w$])Date\s*\(/g, 'reads the clock'],
  [/\b(?:performance|hrtime)\b/g, 'reads the clock'],
  [/\b(?:setTimeout|setInterval|setImmediate|queueMicrotask|nextTick)\b/g, 'uses a timer'],
  [/\bMath\s*\.\s*random\b|\brandom(?:UUID|Bytes|Int|Fill)\w*|\bgetRandomValues\b/g, 'uses randomness'],
  [/(?<![.\w$])process\s*\./g, 'looks at the process'],
];

function purityViolations(path: string, source: Source): Violation[] {
  if (!path.startsWith('src/') || !Object.hasOwn(pure, folderOf(path))) return [];
  return matches(path, source, impure, (what) => `${what}, but ${folderOf(path)} only decides`);
}

const everywhere: readonly (readonly [RegExp, string])[] = [
  [/\bexport\s+default\b|\bas\s+default\b/g, 'has a default export: name it'],
  [/\bexport\s*\*/g, 're-exports a whole file: import from where it is made'],
  [
    /(?:[:<|&]|=>?|\b(?:as|readonly|extends|keyof|is))\s*any(?![\w$]|\s*[.(:])|,\s*any(?=\s*(?:>|\[\]))/g,
    'says `any`: use the type, or unknown',
  ],
];

/** What a break-in would like to find (threats A13, A23, A26). */
const inSource: readonly (readonly [RegExp, string])[] = [
  [/(?<![.\w$])(?:eval|Function)\s*\(/g, 'runs text as code'],
  [
    /(?<![.\w$])(?:globalThis\s*\.\s*)?fetch\s*\(|\bnew\s+(?:WebSocket|EventSource)\s*\(/g,
    'fetches: an address may come from anybody; only sim and cli ask others',
  ],
];
/** They ask what the person who started them named, and are no part of a running site. */
const MAY_FETCH: ReadonlySet<string> = new Set(['sim', 'cli']);

const inTests: readonly (readonly [RegExp, string])[] = [
  [/\bnew\s+Promise\b(?:(?!\breject\b)[^;]){0,160}?(?<![.\w$])setTimeout\s*\(/g, 'sleeps: wait for the event'],
  [/(?<![.\w$])setTimeout\s*\(\s*(?:\(\s*\)\s*=>\s*)?(?:resolve|res|done|ok|r)\b/g, 'sleeps: wait for the event'],
  [/(?<![\w$])(?:sleep|delay)\s*\(|\bAtomics\s*\.\s*wait\b|\bscheduler\s*\.\s*wait\b/g, 'sleeps: wait for the event'],
  [/\b(?:vi|vitest)\s*\.\s*(?:mock|doMock|hoisted)\b/g, 'replaces a module: pass a port instead'],
];

/** Where a pause is the thing that is tested, and not a way to wait for something. */
const MAY_PAUSE: ReadonlySet<string> = new Set(['test/system/kill.test.ts', 'test/system/upstream-chaos.test.ts']);

/** Modules of Node that can open a connection, and the names in them that do; the rest listens, or is a type. */
const OUTWARD = /^(?:node:)?(?:https?|http2|net|tls|dgram|dns|dns\/promises)$/;
const OPENS =
  /\b(?:request|get|connect|createConnection|createSocket|Agent|resolve\w*|lookup)\b|\*\s*as\b|^import\s+\w/;

/** Every way out of a site but MQTT and Modbus, whose packages have homes and whose addresses are configured (threats A23). */
function outwardViolations(path: string, source: Source): Violation[] {
  if (MAY_FETCH.has(folderOf(path))) return [];
  const lines = source.code.split('\n');
  return source.imports
    .filter(({ specifier, typeOnly }) => OUTWARD.test(specifier) && !typeOnly)
    .filter(({ line }) =>
      OPENS.test(
        lines
          .slice(line - 1)
          .join('\n')
          .split(/\bfrom\b/, 1)[0] ?? '',
      ),
    )
    .map(({ line, specifier }) => ({
      file: path,
      line,
      text: `opens connections with ${specifier}: only sim and cli do`,
    }));
}

const SQL = /\.(?:prepare|exec|pragma)\(\s*`[^`]*`/g;
/** A constant, perhaps less one, or a list of columns that begins a statement. */
const FIXED_PART =
  /^(?:[A-Z][A-Z_\d]*(?: - 1)?|columns|\w+Columns|select(?:Transaction)?|SELECT|Array\(\d+\)\.fill\(.*)$/;
/** Files that make statements of words of their own, looked at one by one: nothing in them was sent by anybody. */
const PUTS_SQL_TOGETHER: ReadonlySet<string> = new Set(
  'audit balance-thinning balance-views dialects migrate past-sessions replay-copy retention tokens'
    .split(' ')
    .map((name) => `src/store/${name}.ts`),
);

/** Values are bound, never written into a statement (threats A13). */
function sqlViolations(path: string, source: Source): Violation[] {
  const text = 'writes a value into SQL: bind it, or make it a constant';
  const joined = matches(path, source, [[/\.(?:prepare|exec|pragma)\(\s*['"][^'"]*['"]\s*\+/g, text]], (what) => what);
  if (PUTS_SQL_TOGETHER.has(path)) return joined;
  const written = [...source.code.matchAll(SQL)].filter(([statement]) =>
    [...statement.matchAll(/\$\{([^}]*)\}?/g)].some(([, part = '']) => !FIXED_PART.test(part.trim())),
  );
  return [...joined, ...written.map(({ index }) => ({ file: path, line: source.lineAt(index), text }))];
}

function codeViolations(path: string, source: Source): Violation[] {
  const rules = path === 'vitest.config.ts' ? everywhere.slice(1) : everywhere;
  const found = matches(path, source, rules, (what) => what);
  if (path.startsWith('src/')) {
    for (const { specifier, line } of source.imports) {
      if (/^(?:node:)?(?:child_process|cluster|inspector)$/.test(specifier)) {
        found.push({ file: path, line, text: `imports ${specifier}: starts other programs` });
      }
    }
    found.push(...outwardViolations(path, source), ...sqlViolations(path, source));
    const rules = MAY_FETCH.has(folderOf(path)) ? inSource.toSpliced(1, 1) : inSource;
    found.push(...matches(path, source, rules, (what) => what));
  }
  if (!path.startsWith('test/') || MAY_PAUSE.has(path)) return found;
  for (const { specifier, line } of source.imports) {
    if (/^(?:node:)?timers\/promises$/.test(specifier)) {
      found.push({ file: path, line, text: `imports ${specifier}: sleeps: wait for the event` });
    }
  }
  return [...found, ...matches(path, source, inTests, (what) => what)];
}

/** They say that a thing exists and not what it is. */
const EMPTY_WORDS = 'Manager|Service|Helper|Util|Base|Impl|Data';
const DECLARED = new RegExp(
  `\\b(?:class|interface|type|function)\\s+([\\w$]*?(?:${EMPTY_WORDS})s?)(?=\\s*[<({=]|\\s+(?:extends|implements)\\b)`,
  'g',
);
const EMPTY_FILE_WORD = new RegExp(`(?:^|-)(?:${EMPTY_WORDS})s?$`, 'i');
const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

function nameViolations(path: string, source: Source): Violation[] {
  const found: Violation[] = [];
  for (const match of SCHEMA.test(path) ? [] : source.code.matchAll(DECLARED)) {
    found.push({ file: path, line: source.lineAt(match.index), text: `names something ${match[1]}: say what it is` });
  }
  const parts = path.split('/');
  const file = (parts.pop() ?? '').replace(/(?:\.(?:test|config|d))?\.ts$/, '');
  for (const part of [...parts, file]) {
    if (!KEBAB.test(part)) found.push({ file: path, line: 1, text: `is not named in kebab-case: ${part}` });
  }
  if (EMPTY_FILE_WORD.test(file)) found.push({ file: path, line: 1, text: `is named ${file}: say what is in it` });
  if (file === 'index') found.push({ file: path, line: 1, text: 'is a barrel: import from where it is made' });
  return found;
}

/** Spelt with brackets so that this file is not a hit of its own. */
const words: readonly (readonly [RegExp, string])[] = [
  [/\b(?:TO[D]O|FIX[M]E|HA[C]K|X[X]X)\b/g, 'leaves work undone: finish it, or open an issue'],
  [/(?<![\w.~:/$}-])\/(?:wor[k]|far[m]|roo[t])(?=[/'"`\s)]|$)|\/tm[p]\/w[t]/gm, 'names a path of one machine'],
];

/** Holds for text of any kind: code, documents, configuration, scripts. */
function wordViolations(path: string, text: string): Violation[] {
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  return matches(path, { code: text, lineAt }, words, (what) => what);
}

function matches(
  path: string,
  source: Pick<Source, 'code' | 'lineAt'>,
  rules: readonly (readonly [RegExp, string])[],
  say: (what: string) => string,
): Violation[] {
  const found: Violation[] = [];
  for (const [pattern, what] of rules) {
    for (const match of source.code.matchAll(pattern)) {
      found.push({
        file: path,
        line: source.lineAt(match.index),
        text: `${say(what)} (${match[0].trim().slice(0, 60).replaceAll(/\s+/g, ' ')})`,
      });
    }
  }
  return found;
}

/** `src/store/rows.ts` lies in `store`, `src/main.ts` in `main`. */
function folderOf(path: string): string {
  return (path.split('/')[1] ?? '').replace(/\.ts$/, '');
}
