import Schema from 'typebox/schema';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { toldEvents } from '../../src/store/told-upstream.ts';
import { commands } from '../../src/upstream/commands/table.ts';
import { asyncApi } from '../../src/upstream/contract/asyncapi.ts';

type Ref = { $ref: string };
type Document = {
  channels: Record<string, { address: string | null; parameters?: Record<string, Ref>; messages: Record<string, Ref> }>;
  operations: Record<string, { channel: Ref; messages: Ref[]; reply?: { channel: Ref; messages: Ref[] } }>;
  components: Record<string, Record<string, unknown>>;
};

const text = stringify(asyncApi({ version: '1', commands: Object.keys(commands) }), {
  aliasDuplicateObjects: false,
  lineWidth: 0,
});
const document: Document = JSON.parse(JSON.stringify(asyncApi({ version: '1', commands: Object.keys(commands) })));

function at(pointer: string): unknown {
  return pointer
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document);
}

function* refsIn(node: unknown): Generator<string> {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === '$ref' && typeof value === 'string') yield value;
    else yield* refsIn(value);
  }
}

/** To write the document anew: npx vitest run test/upstream/asyncapi.test.ts -u */
it('docs/asyncapi.yaml is current', async () => {
  await expect(text).toMatchFileSnapshot('../../docs/asyncapi.yaml');
});

describe('the description of the line to the backend', () => {
  it('refers to nothing that is not there', () => {
    const refs = [...new Set(refsIn(document))];
    expect(refs.length).toBeGreaterThan(toldEvents.length);
    expect(refs.filter((ref) => at(ref) === undefined)).toEqual([]);
  });

  it('has for every channel an operation, the parameters of its address, and a message with a schema', () => {
    const used = new Set(
      Object.values(document.operations).flatMap(({ channel, reply }) => [
        channel.$ref,
        ...(reply === undefined ? [] : [reply.channel.$ref]),
      ]),
    );
    for (const [name, { address, parameters = {}, messages }] of Object.entries(document.channels)) {
      expect(used, name).toContain(`#/channels/${name}`);
      const named = [...(address ?? '').matchAll(/\{([A-Za-z]+)\}/g)].map(([, parameter]) => parameter);
      expect(Object.keys(parameters), name).toEqual(named);
      expect(Object.keys(messages), name).toHaveLength(1);
      for (const message of Object.values(messages)) {
        const { payload } = at(message.$ref) as { payload: Ref };
        expect(at(payload.$ref), name).toMatchObject({});
      }
    }
  });

  it('has in each operation only messages of its channel', () => {
    for (const { channel, messages, reply } of Object.values(document.operations)) {
      for (const one of messages) expect(one.$ref).toContain(`${channel.$ref}/messages/`);
      for (const one of reply?.messages ?? []) expect(one.$ref).toContain(`${reply?.channel.$ref}/messages/`);
    }
  });

  it('says what every event holds that is told', () => {
    const described = Object.keys(document.components.schemas ?? {}).filter((name) => name.startsWith('data-'));
    expect(described.sort()).toEqual([...toldEvents, 'too-large'].map((type) => `data-${type}`).sort());
  });

  it('knows by its type what an event holds, and lets pass what it does not know', () => {
    const inline = (node: unknown): unknown => {
      if (typeof node !== 'object' || node === null) return node;
      if (Array.isArray(node)) return node.map(inline);
      if ('$ref' in node && typeof node.$ref === 'string') return inline(at(node.$ref));
      return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, inline(value)]));
    };
    const events = inline(document.components.schemas?.events) as Schema.XSchema;
    const batch = (type: string, data: object) => ({
      epoch: 'e',
      stream: 't0',
      from: 1,
      to: 1,
      events: [
        {
          specversion: '1.0',
          id: 'e:t0:1',
          source: '/acme/depot',
          type,
          time: '2026-11-27T12:00:00.000Z',
          dataschema: 'busbar:v1:any',
          sequence: '0000000000000001',
          boot: 'b',
          monoms: 1,
          data,
        },
      ],
    });
    const accepts = (type: string, data: object) => Schema.Check(events, batch(type, data));
    const cleared = { id: 'a', at: '2026-11-27T12:00:00.000Z' };
    expect(accepts('busbar.alert-cleared', cleared)).toBe(true);
    expect(accepts('busbar.alert-cleared', { ...cleared, more: 1 })).toBe(true);
    expect(accepts('busbar.alert-cleared', { id: 'a' })).toBe(false);
    expect(accepts('busbar.alert-cleared', { tooLargeForBroker: true })).toBe(true);
    expect(accepts('busbar.of-tomorrow', {})).toBe(true);
    expect(accepts('alert-cleared', cleared)).toBe(false);
  });
});
