import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { arrows, formatViolation, MAX_LINES, violationsOf } from './support/house-rules.ts';
import { root, textFiles } from './support/repository.ts';
import { readSource } from './support/source-text.ts';

describe('the repository keeps the rules of the house', () => {
  const files = textFiles();

  it('finds the files', () => {
    expect(files).toContain('src/controller/turn.ts');
    expect(files).toContain('test/tidy.test.ts');
    expect(files).toContain('package.json');
  });

  it('breaks none of them', () => {
    const found = files.flatMap((file) => violationsOf(file, readFileSync(join(root, file), 'utf8')));
    expect(found.map(formatViolation)).toEqual([]);
  });

  it('draws no arrow in a circle', () => {
    const folderOf = (entry: string): string => entry.split('/')[0] ?? '';
    const reaches = (from: string, wanted: string, seen: Set<string>): boolean =>
      (arrows[from] ?? []).map(folderOf).some((to) => {
        if (to === wanted) return true;
        if (seen.has(to)) return false;
        seen.add(to);
        return reaches(to, wanted, seen);
      });
    expect(Object.keys(arrows).filter((folder) => reaches(folder, folder, new Set()))).toEqual([]);
  });
});

type Case = readonly [what: string, file: string, text: string, complaint: RegExp];

const sleep = 'await new Promise((resolve) => setTimeout(resolve, 50));';

const offences: readonly Case[] = [
  // Arrows
  [
    'the store asks the controller',
    'src/store/a.ts',
    "import { x } from '../controller/turn.ts';",
    /store must not import controller/,
  ],
  [
    'a type counts too',
    'src/domain/a.ts',
    "import type { X } from '../ocpp/frames.ts';",
    /domain must not import ocpp/,
  ],
  [
    'an inline type counts too',
    'src/ocpp/a.ts',
    "import { type X } from '../store/rows.ts';",
    /ocpp must not import store/,
  ],
  [
    'a type taken by import()',
    'src/domain/a.ts',
    "type X = import('../store/rows.ts').X;",
    /domain must not import store/,
  ],
  [
    'an import over lines',
    'src/config/a.ts',
    "import {\n  a,\n  b,\n} from '../http/a.ts';",
    /config must not import http/,
  ],
  [
    'a dynamic import',
    'src/central-system/a.ts',
    "f(import('../store/reader.ts'));",
    /central-system must not import store/,
  ],
  ['a bare import', 'src/sim/a.ts', "import '../domain/units.ts';", /sim must not import domain/],
  ['a re-export', 'src/sim/a.ts', "export { parseFrame } from '../ocpp/frames.ts';", /sim must not import ocpp/],
  ['a re-exported type', 'src/sim/a.ts', "export type { Frame } from '../ocpp/frames.ts';", /sim must not import ocpp/],
  [
    'from a folder below',
    'src/central-system/handlers/a.ts',
    "import { x } from '../../store/reader.ts';",
    /must not import store/,
  ],
  ['sim from the server', 'src/main.ts', "import { x } from './sim/fleet.ts';", /main must not import sim/],
  [
    'http looks into the store',
    'src/http/a.ts',
    "import { x } from '../store/reader.ts';",
    /http must not import store/,
  ],
  [
    'runtime beyond the identity',
    'src/runtime/a.ts',
    "import { x } from '../ocpp/frames.ts';",
    /runtime must not import ocpp/,
  ],
  [
    'a name that only begins alike',
    'src/http/a.ts',
    "import { x } from '../store/views-old.ts';",
    /http must not import store/,
  ],
  [
    'a folder without arrows',
    'src/extra/a.ts',
    "import { x } from '../domain/units.ts';",
    /no arrows are written for extra/,
  ],
  [
    'a folder named like a property',
    'src/constructor/a.ts',
    "import { x } from '../domain/units.ts';",
    /no arrows are written/,
  ],
  ['src leans on test', 'src/store/a.ts', "import { x } from '../../test/a.ts';", /src must stand without/],
  ['out of the repository', 'test/a.ts', "import { x } from '../../elsewhere/a.ts';", /leaves the repository/],
  // Packages
  ['a package in domain', 'src/domain/a.ts', "import fc from 'fast-check';", /domain uses no package/],
  ['a module of Node in domain', 'src/domain/a.ts', "import { join } from 'node:path';", /domain uses no package/],
  ['another package in ocpp', 'src/ocpp/a.ts', "import { WebSocket } from 'ws';", /ocpp may use typebox/],
  ['sockets in the controller', 'src/controller/a.ts', "import { WebSocket } from 'ws';", /ws is for runtime/],
  ['SQL in http', 'src/http/a.ts', "import type { Database } from 'better-sqlite3';", /better-sqlite3 is for store/],
  // Purity
  ['waits', 'src/domain/a.ts', 'export const f = async () => 1;', /waits/],
  ['promises', 'src/ocpp/a.ts', 'export const f = (): Promise<void> => g();', /waits/],
  ['Date.now', 'src/domain/a.ts', 'const a = Date.now();', /reads the clock/],
  ['a date of now', 'src/ocpp/a.ts', 'const a = new Date();', /reads the clock/],
  ['a date of now without brackets', 'src/ocpp/a.ts', 'const a = new Date;', /reads the clock/],
  ['Date as a function', 'src/ocpp/a.ts', 'const a = Date();', /reads the clock/],
  ['performance', 'src/central-system/a.ts', 'const a = performance.now();', /reads the clock/],
  ['a timer', 'src/central-system/a.ts', 'setTimeout(f, 5);', /uses a timer/],
  ['randomness', 'src/central-system/a.ts', 'const a = Math.random();', /uses randomness/],
  ['a random id', 'src/central-system/a.ts', "import { randomUUID } from 'node:crypto';", /uses randomness/],
  ['the environment', 'src/domain/a.ts', 'const a = process.env;', /looks at the process/],
  ['in a template', 'src/domain/a.ts', `const a = \`at \${Date.now()} {\`;`, /reads the clock/],
  // Everywhere
  ['a default export', 'src/store/a.ts', 'export default 1;', /default export/],
  ['a renamed default export', 'src/store/a.ts', 'export { a as default };', /default export/],
  ['a barrel', 'src/store/a.ts', "export * from './rows.ts';", /re-exports a whole file/],
  ['a file named index', 'src/store/index.ts', '', /is a barrel/],
  ['any as a type', 'test/a.ts', 'const a: any = 1;', /says `any`/],
  ['any in brackets', 'src/store/a.ts', 'const a = new Map<string, any>();', /says `any`/],
  ['any by assertion', 'src/store/a.ts', 'f(b as any);', /says `any`/],
  ['an alias of any', 'test/a.ts', 'type A = any;', /says `any`/],
  ['a list of any', 'src/store/a.ts', 'type A = readonly any[];', /says `any`/],
  ['work left undone', 'src/store/a.ts', ['// TO', 'DO: later'].join(''), /leaves work undone/],
  ['work left undone in a document', 'docs/a.md', ['FIX', 'ME'].join(''), /leaves work undone/],
  ['a path of one machine', 'docs/a.md', ['see /wor', 'k/shared'].join(''), /path of one machine/],
  ['a path of one machine in a string', 'test/a.ts', ["f('/tm", "p/wt-x/a');"].join(''), /path of one machine/],
  // Names
  ['a file in camelCase', 'src/store/rowReader.ts', '', /kebab-case: rowReader/],
  ['a folder with a capital', 'src/Store/a.ts', '', /kebab-case: Store/],
  ['a file of helpers', 'test/support/helpers.ts', '', /is named helpers/],
  ['a manager', 'src/store/a.ts', 'export class SessionManager {}', /SessionManager/],
  ['a type of data', 'src/store/a.ts', 'type MeterData = { a: 1 };', /MeterData/],
  ['a base', 'src/store/a.ts', 'class HandlerBase extends Other {}', /HandlerBase/],
  // Length
  ['too long', 'src/store/a.ts', 'a;\n'.repeat(MAX_LINES + 1), /401 lines/],
  // Tests
  // What a break-in would like to find
  ['text run as code', 'src/http/a.ts', 'eval(text);', /runs text as code/],
  ['a function made of text', 'src/http/a.ts', "new Function('a', text);", /runs text as code/],
  ['a fetch', 'src/http/a.ts', 'const answer = await fetch(url);', /only sim and cli ask others/],
  ['another program', 'src/runtime/a.ts', "import { execFile } from 'node:child_process';", /starts other programs/],
  [
    'SQL of what was sent',
    'src/store/a.ts',
    `database.prepare(\`SELECT 1 FROM t WHERE a = ${'$'}{query.a}\`);`,
    /writes a value into SQL/,
  ],
  [
    'SQL of any value',
    'src/store/a.ts',
    `database.prepare(\`SELECT 1 LIMIT ${'$'}{LIMIT} OFFSET ${'$'}{offset}\`);`,
    /into SQL/,
  ],
  ['SQL that is joined', 'src/store/a.ts', "database.exec('DELETE FROM t WHERE a = ' + a);", /into SQL/],
  ['SQL joined where it is put together', 'src/store/retention.ts', "database.exec('DROP TABLE ' + a);", /into SQL/],
  [
    'a fetch by its global',
    'src/http/a.ts',
    'const answer = await globalThis.fetch(url);',
    /only sim and cli ask others/,
  ],
  ['a WebSocket outward', 'src/upstream/a.ts', 'const line = new WebSocket(url);', /only sim and cli ask others/],
  ['a request', 'src/http/a.ts', "import { createServer,\n request } from 'node:https';", /opens connections/],
  ['a socket', 'src/meters/a.ts', "import { connect as open } from 'node:tls';", /opens connections/],
  ['a whole module of sockets', 'src/meters/a.ts', "import net from 'node:net';", /opens connections/],
  ['a whole module by name', 'src/meters/a.ts', "import * as http from 'http';", /opens connections/],
  ['a sleep', 'test/a.test.ts', sleep, /sleeps/],
  ['a sleep over lines', 'test/a.test.ts', sleep.replaceAll(' ', '\n  '), /sleeps/],
  ['a sleep from Node', 'test/a.test.ts', "import { setTimeout } from 'node:timers/promises';", /sleeps/],
  ['a sleep by name', 'test/a.test.ts', 'sleep(50);', /sleeps/],
  ['a module replaced', 'test/a.test.ts', "vi.mock('../src/store/reader.ts');", /replaces a module/],
];

const innocent: readonly (readonly [what: string, file: string, text: string])[] = [
  ['a server and its types', 'src/http/a.ts', "import { createServer, type Server } from 'node:http';"],
  ['a request of the command line', 'src/cli/a.ts', "import { request } from 'node:http';"],
  ['SQL with constants', 'src/store/a.ts', `database.prepare(\`${'$'}{columns} LIMIT ${'$'}{MAX_KEPT - 1}\`);`],
  ['an arrow that is drawn', 'src/http/a.ts', "import { x } from '../controller/controller.ts';"],
  ['views, as a file', 'src/http/a.ts', "import { x } from '../store/views.ts';"],
  ['views, as a folder', 'src/http/a.ts', "import { x } from '../store/views/transactions.ts';"],
  ['its own folder', 'src/domain/a.ts', "import { x } from './units.ts';"],
  ['its own folder from below', 'src/central-system/handlers/a.ts', "import { x } from '../handler.ts';"],
  ['a part of a package', 'src/ocpp/a.ts', "import { Compile } from 'typebox/compile';"],
  ['a test reaches into src', 'test/store/a.test.ts', "import { x } from '../../src/store/reader.ts';"],
  ['a date of an instant', 'src/domain/a.ts', 'const a = new Date(at).toISOString();'],
  ['words in comments', 'src/domain/a.ts', "// await Date.now() as any; import x from '../store/a.ts'\n/* async */"],
  ['words in strings', 'src/domain/a.ts', `const a = 'await it'; const b = \`any \${a} export default\`;`],
  ['an import in a string', 'src/domain/a.ts', 'const a = "import { x } from \'../store/a.ts\';";'],
  ['words in a regular expression', 'src/domain/a.ts', "const a = /['`]async /; const b = 'x';"],
  ['division is no regular expression', 'src/domain/a.ts', "const a = b / 2; const c = 'it / await';"],
  ['expect.any', 'test/a.test.ts', 'expect(a).toEqual(expect.any(Number));'],
  ['a variable named any', 'test/a.ts', 'list.forEach((any, index) => f(any, any.b, index - any.c));'],
  ['a wait on a simulated clock', 'test/a.ts', 'new Promise((resolve) => { clock.setTimeout(resolve, 5); });'],
  ['a field named any', 'src/store/a.ts', 'const a = { any: 1 };'],
  ['waiting in the controller', 'src/controller/a.ts', 'export const f = async () => Date.now();'],
  [
    'a deadline that fails the test',
    'test/a.test.ts',
    'new Promise((_, reject) => { setTimeout(() => reject(e), 50); });',
  ],
  ['a long list of messages', 'src/ocpp/messages/a.ts', 'a;\n'.repeat(MAX_LINES + 1)],
  ['as long as may be', 'src/store/a.ts', 'a;\n'.repeat(MAX_LINES)],
  ["vitest's own configuration", 'vitest.config.ts', 'export default {};'],
  ['the DataTransfer message', 'src/central-system/handlers/data-transfer.ts', 'type DataTransferAnswer = 1;'],
  ["the specification's own name in a schema", 'src/ocpp/messages/security.ts', 'export type CertificateHashData = 1;'],
  ['a workshop', 'config/a.yaml', 'path: /workshop/charger'],
];

describe('the checker sees', () => {
  it.each(offences)('%s', (_, file, text, complaint) => {
    const found = violationsOf(file, text).map(formatViolation);
    expect(found).not.toEqual([]);
    for (const each of found) {
      expect(each).toMatch(complaint);
      expect(each).toContain(`${file}:`);
    }
  });

  it.each(innocent)('nothing wrong with %s', (_, file, text) => {
    expect(violationsOf(file, text).map(formatViolation)).toEqual([]);
  });
});

describe('reading a source', () => {
  it('keeps every offset and line', () => {
    const text = `a; /* b\n */ "c" // d\n\`e\${ f({ g: \`h\` }) }i\` / 2;\n`;
    const { code } = readSource(text);
    expect(code).toHaveLength(text.length);
    expect(code).toBe(`a;     \n    " "     \n\` \${ f({ g: \` \` }) } \` / 2;\n`);
  });

  it('finds imports with their lines, and says which are types only', () => {
    const text = "// first\nimport type { A } from './a.ts';\nimport { b, type C } from './b.ts';\nimport './c.ts';\n";
    expect(readSource(text).imports).toEqual([
      { specifier: './a.ts', line: 2, typeOnly: true },
      { specifier: './b.ts', line: 3, typeOnly: false },
      { specifier: './c.ts', line: 4, typeOnly: false },
    ]);
  });
});
