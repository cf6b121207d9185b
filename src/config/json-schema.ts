import { allowedWords, configSchema, type SchemaNode } from './schema.ts';

/** Of the formatter, in characters. */
const LINE_WIDTH = 120;

/** The JSON Schema that editors use for completion, as the text of config/site.schema.json. */
export function jsonSchemaText(): string {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Busbar',
    ...editorNode(configSchema),
  };
  // Lists of plain words stand in one line where they fit, as this project's formatter wants them.
  const text = JSON.stringify(schema, null, 2).replace(
    /\[\s+([^[\]{}]*?)\s+\](,?)/g,
    (written: string, inner: string, comma: string, offset: number, all: string) => {
      const line = `[${inner.replace(/,\s+/g, ', ')}]${comma}`;
      const indent = offset - all.lastIndexOf('\n', offset) - 1;
      return indent + line.length > LINE_WIDTH ? written : line;
    },
  );
  return `${text}\n`;
}

/** JSON Schema's own keywords only; what has a default may be left out, so it is not required. */
function editorNode(node: SchemaNode): Record<string, unknown> {
  const { properties, required, items, anyOf, allowed, unit, secret: _secret, default: fallback, ...all } = node;
  const { kindBy: _kindBy, ...rest } = all;
  const description = descriptionOf(node);
  const result: Record<string, unknown> = description === '' ? { ...rest } : { ...rest, description };
  if (anyOf !== undefined) result.anyOf = anyOf.map(editorNode);
  // A section may be empty: its keys have defaults. That must not offer `{}` as a default of its own.
  if (fallback !== undefined && node.type !== 'object') result.default = fallback;
  if (items !== undefined) result.items = editorNode(items);
  const { additionalProperties: each } = node;
  if (typeof each === 'object') result.additionalProperties = editorNode(each);
  if (properties === undefined) return result;
  const entries = Object.entries(properties);
  result.properties = Object.fromEntries(entries.map(([name, child]) => [name, editorNode(child)]));
  const needed = entries.filter(([name, child]) => required?.includes(name) && child.default === undefined);
  if (needed.length > 0) result.required = needed.map(([name]) => name);
  return result;
}

function descriptionOf(node: SchemaNode): string {
  const words = node.description === undefined ? [] : [node.description];
  if (node.unit !== undefined) words.push(`Unit: ${node.unit}.`);
  if (node.allowed !== undefined) words.push(`Allowed: ${allowedWords(node)}.`);
  return words.join(' ');
}
