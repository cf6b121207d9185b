import { expect, it } from 'vitest';
import { commandReference } from '../../../src/upstream/commands/reference.ts';
import { commands } from '../../../src/upstream/commands/table.ts';
import { startSite } from '../../http/fixture.ts';

it('is in the documents (after a change: -u)', async () => {
  await expect(commandReference()).toMatchFileSnapshot('../../../docs/upstream-commands.md');
});

it('names requests that the API has', async () => {
  const site = await startSite();
  const { paths } = site.app.swagger() as { paths: Record<string, Record<string, unknown>> };
  const has = ({ method, path }: { method: string; path: string }): boolean => {
    const described = path.replaceAll(/:([A-Za-z]+)/g, '{$1}');
    // Any message of OCPP: each has a route of its own.
    if (described.endsWith('/operations/{action}')) return true;
    return paths[described]?.[method.toLowerCase()] !== undefined;
  };
  const missing = Object.entries(commands).filter(([, entry]) => !has(entry));
  expect(missing).toEqual([]);
  await site.close();
});
