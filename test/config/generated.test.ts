import { readdirSync, readFileSync } from 'node:fs';
import Schema from 'typebox/schema';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { jsonSchemaText } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { referenceText } from '../../src/config/reference.ts';
import { configSchema, type SchemaNode } from '../../src/config/schema.ts';
import { load } from './scratch.ts';

/** To write the generated files anew: npx vitest run test/config/generated.test.ts -u */
describe('generated from the schema', () => {
  test('the JSON Schema for editors is current', async () => {
    await expect(jsonSchemaText()).toMatchFileSnapshot('../../config/site.schema.json');
  });

  test('the JSON Schema accepts the example, and refuses what the loader refuses', () => {
    const schema: Schema.XSchema = JSON.parse(jsonSchemaText());
    const accepts = (text: string) => Schema.Check(schema, parse(text));
    expect(accepts(readFileSync('config/site.example.yaml', 'utf8'))).toBe(true);
    expect(accepts('circuits: [{id: grid, limitA: [63, 63, 0]}]')).toBe(true);
    for (const text of [
      'sites: {}',
      'ocpp: {port: 70000}',
      'chargePoints: [{connectors: []}]',
      'circuits: [{id: grid, limitA: [63, 63]}]',
      'meters: [{id: main, type: modbus-tcp}]',
      'meters: [{id: main, type: gas}]',
      'chargePoints: [{id: A, password: word}]',
    ]) {
      expect([text, accepts(text), load(text).ok]).toEqual([text, false, false]);
    }
  });

  test('the reference of keys is current', async () => {
    await expect(referenceText()).toMatchFileSnapshot('../../docs/configuration.md');
  });
});

describe('every key', () => {
  const keys = keysOf(configSchema, []);

  test.each(keys)('%s is described', (_key, node) => {
    expect(node.description).toMatch(/^[A-Z].*\.$/);
  });

  test('stands in the example, in force or as a comment', () => {
    const text = readFileSync('config/site.example.yaml', 'utf8');
    const missing = keys.filter(([key]) => !new RegExp(`\\b${key.split('.').at(-1)}:`).test(text));
    expect(missing.map(([key]) => key)).toEqual([]);
  });
});

const TIGHT = /some cars will wait for their turn|whatever else draws there is not seen/;

describe('the files in config/', () => {
  const env = { CP001_PASSWORD: '0123456789abcdef', CP002_PASSWORD: 'fedcba9876543210' };
  const examples = readdirSync('config/examples').filter((name) => name.endsWith('.yaml'));

  test.each(['config/site.example.yaml', ...examples.map((name) => `config/examples/${name}`)])(
    '%s is valid',
    (file) => {
      const result = loadConfig({ file, env });
      const isTight = file.endsWith('workplace-54.yaml');
      // That one is made to be too small for all at once.
      const warnings = result.ok ? result.warnings.filter(({ message }) => !(isTight && TIGHT.test(message))) : [];
      expect({ ok: result.ok, warnings }).toEqual({ ok: true, warnings: [] });
    },
  );

  test('the example shows the defaults where it does not say otherwise', () => {
    const shown = loadConfig({ file: 'config/site.example.yaml', env: {} });
    const builtIn = loadConfig({ file: 'config/examples/minimal.yaml', env: {} });
    if (!shown.ok || !builtIn.ok) throw new Error('an example is not valid');
    const { ocpp, http, store, authorization, log } = builtIn.config;
    expect(shown.config).toMatchObject({ ocpp, http, store, authorization, log });
  });

  test('what the example shows as comments is right, but for its placeholders', () => {
    const text = readFileSync('config/site.example.yaml', 'utf8');
    const later = text
      .slice(text.indexOf('# circuits:'))
      .replaceAll(/^# /gm, '')
      .replaceAll(/^(?:Limits|The backend) .*$/gm, '');
    const point = 'chargePoints: [{id: CP001, circuit: grid, connectors: [{id: 1, ratedA: 32, floorA: 6}]}]\n';
    const result = load(point + later);
    expect(result).toMatchObject({ ok: true });
    expect(result.warnings).toEqual([]);
  });
});

function keysOf(node: SchemaNode, path: readonly string[]): [string, SchemaNode][] {
  const below = node.items ?? node;
  const kinds = (below.anyOf ?? []).filter(({ type }) => type === 'object').flatMap((each) => keysOf(each, path));
  const own = Object.entries(below.properties ?? {}).flatMap(([name, child]) => {
    const here = [...path, name];
    return [[here.join('.'), child], ...keysOf(child, here)] as [string, SchemaNode][];
  });
  return [...own, ...kinds];
}
