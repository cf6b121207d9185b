import { commands, type Entry } from './table.ts';

/** The reference of all commands, as the text of docs/upstream-commands.md. */
export function commandReference(): string {
  const rows = Object.entries(commands as Readonly<Record<string, Entry>>).map(
    ([name, { method, path, again, late }]) => {
      const notes = [
        ...(method === 'GET' ? ['reads only'] : []),
        ...(again === 'never' ? ['not repeated after a crash: may end as `unknown`'] : []),
        ...(late === 'dangerous' ? ['needs `ttlS` or a Message Expiry Interval of at most 300 s'] : []),
      ];
      const params = [...path.matchAll(/:([A-Za-z]+)/g)].map(([, param]) => `\`${param}\``).join(', ');
      return `| \`${name}\` | ${method} ${path} | ${params} | ${notes.join('; ')} |`;
    },
  );
  return [
    '# Commands of the backend',
    '',
    '<!-- Generated from src/upstream/commands/table.ts: npx vitest run test/upstream/commands/reference.test.ts -u -->',
    '',
    'A command on `cmd/{name}` is a request of the HTTP API ([upstream.md](upstream.md#commands)): `params` are those of the path, `query` and `body` what',
    'the API takes there (`/api/v1/openapi.json`). `live.start` and `live.stop` (`params.id`, `query.seconds`) are of the line itself.',
    '',
    '| command | request | params | |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
