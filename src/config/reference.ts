import { environmentName, settableKeys } from './overlay.ts';
import { allowedWords, configSchema, type SchemaNode } from './schema.ts';

/** The reference of all keys, as the text of docs/configuration.md. */
export function referenceText(): string {
  const root: SchemaNode = configSchema;
  const sections = Object.entries(root.properties ?? {});
  return [introduction, ...sections.map(([name, node]) => sectionText(name, node))].join('\n');
}

const introduction = `# Configuration

<!-- Generated from src/config/schema.ts: npx vitest run test/config/generated.test.ts -u -->

One YAML file, \`config/site.yaml\` unless \`--config\` or \`BUSBAR_CONFIG\` names another; without any file the defaults
hold. \`config/site.example.yaml\` shows every key. The file is checked as a whole before anything starts: an error names
the line, the key, what is wrong and what is allowed. \`busbar check\` does only that.

What is set in several places is taken from the first of: command line (\`--set http.port=8081\`), environment
(\`BUSBAR_HTTP_PORT=8081\`), file, default. A variable that is set but empty counts as not set. Keys in lists, such as
those of charge points, can be set in the file only.

A secret never stands in the file: \`{file: secrets/cp001}\` reads it from a file beside the configuration,
\`{env: CP001_PASSWORD}\` from the environment. It is never printed.
`;

function sectionText(name: string, node: SchemaNode): string {
  const list = node.type === 'array';
  const rows = rowsOf(list ? (node.items ?? {}) : node, list ? `${name}[]` : name);
  const title = `## \`${name}\`${list ? ' (list)' : ''}\n\n${node.description ?? ''}\n`;
  return `${title}\n| Key | Allowed | Unit | Default | Meaning | Environment |\n|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

function rowsOf(node: SchemaNode, prefix: string): string[] {
  if (node.kindBy !== undefined) return rowsOfKinds(node, node.kindBy, prefix);
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const key = `${prefix}.${name}`;
    const free = typeof child.additionalProperties === 'object';
    if (child.type === 'object' && child.secret !== true && !free) return rowsOf(child, key);
    const own = rowOf(key, child, node.required?.includes(name) === true);
    const section = child.anyOf?.find(({ type }) => type === 'object');
    if (section !== undefined) return [own, ...rowsOf(section, key)];
    if (child.type === 'array') return [own, ...rowsOf(child.items ?? {}, `${key}[]`)];
    return [own];
  });
}

/** Of a section of several kinds each key once; those that not every kind has say whose they are. */
function rowsOfKinds({ anyOf = [] }: SchemaNode, kindBy: string, prefix: string): string[] {
  const kindsOf = new Map<string, string[]>();
  for (const variant of anyOf) {
    const kind = String(variant.properties?.[kindBy]?.enum?.[0]);
    const { [kindBy]: _kind, ...properties } = variant.properties ?? {};
    for (const row of rowsOf({ ...variant, properties }, prefix)) kindsOf.set(row, [...(kindsOf.get(row) ?? []), kind]);
  }
  const kinds: SchemaNode = {
    enum: anyOf.flatMap((variant) => variant.properties?.[kindBy]?.enum ?? []),
    description: 'How it is read; which other keys there are depends on it.',
  };
  const marked = [...kindsOf].map(([row, names]) =>
    names.length === anyOf.length ? row : row.replace('` |', `\` (${names.join(', ')}) |`),
  );
  return [rowOf(`${prefix}.${kindBy}`, kinds, true), ...marked];
}

function rowOf(key: string, node: SchemaNode, required: boolean): string {
  const { description = '', unit = '' } = node;
  const fallback = node.default === undefined ? (required ? 'required' : '') : `\`${JSON.stringify(node.default)}\``;
  const variable = settableKeys.has(key) ? `\`${environmentName(key)}\`` : '';
  const cells = [`\`${key}\``, allowedWords(node), unit, fallback, description, variable];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
