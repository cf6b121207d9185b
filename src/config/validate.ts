import type { Entry, Tree } from './document.ts';
import { nearest } from './nearest.ts';
import { type Findings, formatKey, type KeyPath, type Origin, type Problem, show } from './problem.ts';
import { allowedWords, type SchemaNode } from './schema.ts';

/**
 * Walks a tree beside the schema: returns the plain value with defaults filled in, and reports everything wrong at
 * once. Where something was wrong the value is not to be used; whoever uses it checks it against the schema again,
 * which also proves its type.
 */
export function validate(schema: SchemaNode, tree: Tree, findings: Findings): unknown {
  return checkNode(schema, tree, []);

  function checkNode(node: SchemaNode, written: Tree, path: KeyPath): unknown {
    if (node.kindBy !== undefined) return checkKind(node, node.kindBy, written, path);
    const fitting = node.anyOf?.find((each) => fits(each, written));
    if (fitting !== undefined) return checkNode({ ...node, anyOf: [], ...fitting, ...wordsOf(node) }, written, path);
    if (node.type === 'object') return checkSection(node, written, path);
    if (node.type === 'array') return checkList(node, written, path);
    if (written.kind !== 'scalar') return wrong(node, written, path, `is ${kindOf(written)}`);
    if (written.value === null) return wrong(node, written, path, 'is empty');
    const message = faultOf(node, written.value);
    if (message === undefined) return written.value;
    return wrong(node, written, path, message, suggest(node, written.value));
  }

  /** A section of several kinds; without a valid kind it can't be said what else belongs there. */
  function checkKind(node: SchemaNode, kindBy: string, written: Tree, path: KeyPath): unknown {
    if (written.kind !== 'map')
      return wrong(node, written, path, isEmpty(written) ? 'is empty' : `is ${kindOf(written)}`);
    const entry = written.entries.get(kindBy);
    const kinds = (node.anyOf ?? []).map((each) => each.properties?.[kindBy]?.enum?.[0]);
    const value = entry?.value.kind === 'scalar' ? entry.value.value : undefined;
    const index = kinds.findIndex((kind) => kind !== undefined && kind === value);
    const variant = node.anyOf?.[index];
    if (variant !== undefined) return checkSection(variant, written, path);
    const words = kinds.filter((kind) => kind !== undefined);
    const choice: SchemaNode = { enum: words };
    if (entry === undefined) return wrong(choice, written, [...path, kindBy], 'is missing');
    return checkNode(choice, entry.value, [...path, kindBy]);
  }

  function checkSection(node: SchemaNode, written: Tree, path: KeyPath): unknown {
    // A section whose lines are all commented out reads as empty: that means its defaults.
    const blank = isEmpty(written) && node.secret !== true;
    if (written.kind !== 'map' && !blank) return wrong(node, written, path, `is ${kindOf(written)}`);
    const entries: ReadonlyMap<string, Entry> = written.kind === 'map' ? written.entries : new Map();
    const properties = node.properties ?? {};
    const { additionalProperties: each } = node;
    if (typeof each === 'object') return checkEntries(node, each, written, entries, path);
    for (const [name, entry] of entries) {
      if (!Object.hasOwn(properties, name)) unknownKey(node, entry.keyAt, [...path, name], name);
    }
    const known: [string, unknown][] = [];
    for (const [name, child] of Object.entries(properties)) {
      const entry = entries.get(name);
      const childPath = [...path, name];
      if (entry !== undefined) known.push([name, checkNode(child, entry.value, childPath)]);
      else if (child.default !== undefined) known.push([name, defaultOf(child)]);
      else if (node.required?.includes(name)) wrong(child, written, childPath, 'is missing');
    }
    const count = entries.size;
    if (count < (node.minProperties ?? 0) || count > (node.maxProperties ?? Number.POSITIVE_INFINITY)) {
      return wrong(node, written, path, `has ${count} keys`);
    }
    return Object.fromEntries(known);
  }

  /** A section whose keys are anybody's choice. */
  function checkEntries(
    node: SchemaNode,
    each: SchemaNode,
    written: Tree,
    entries: ReadonlyMap<string, Entry>,
    path: KeyPath,
  ): unknown {
    if (entries.size > (node.maxProperties ?? 0)) return wrong(node, written, path, `has ${entries.size} keys`);
    return Object.fromEntries(
      [...entries].map(([name, entry]) => [name, checkNode(each, entry.value, [...path, name])]),
    );
  }

  function checkList(node: SchemaNode, written: Tree, path: KeyPath): unknown {
    if (isEmpty(written) && node.minItems === undefined) return [];
    if (written.kind !== 'list') return wrong(node, written, path, `is ${kindOf(written)}`);
    if (written.items.length > (node.maxItems ?? 0)) {
      return wrong(node, written, path, `has ${written.items.length} entries`);
    }
    if (written.items.length < (node.minItems ?? 0)) {
      return wrong(node, written, path, `has ${written.items.length} entries`);
    }
    return written.items.map((item, index) => checkNode(node.items ?? {}, item, [...path, index]));
  }

  function unknownKey(parent: SchemaNode, at: Origin, path: KeyPath, name: string): void {
    const key = formatKey(path);
    const names = Object.keys(parent.properties ?? {});
    const didYouMean = nearest(name, names);
    const problem: Problem = { ...at, key, message: 'is not a known key', allowed: names.join(', ') };
    findings.problems.push(didYouMean === undefined ? problem : { ...problem, didYouMean });
  }

  function wrong(node: SchemaNode, written: Tree, path: KeyPath, message: string, didYouMean?: string): undefined {
    const problem: Problem = { ...written.at, key: formatKey(path), message, allowed: allowedWords(node) };
    findings.problems.push(didYouMean === undefined ? problem : { ...problem, didYouMean });
  }
}

/** Whether a value is of the kind that an alternative describes; whether it is right is asked later. */
function fits(node: SchemaNode, written: Tree): boolean {
  if (node.type === 'object') return written.kind === 'map';
  if (node.type === 'array') return written.kind === 'list';
  if (written.kind !== 'scalar') return false;
  if (node.enum !== undefined) return typeof written.value === typeof node.enum[0];
  if (node.type === 'integer') return typeof written.value === 'number';
  return typeof written.value === node.type;
}

/** What a choice says of itself goes before what the alternative says. */
function wordsOf({ allowed, description, maxLength }: SchemaNode): Partial<SchemaNode> {
  return {
    ...(allowed !== undefined && { allowed }),
    ...(description !== undefined && { description }),
    ...(maxLength !== undefined && { maxLength }),
  };
}

/** The default of a key; of a section, the defaults of all its keys. */
function defaultOf(node: SchemaNode): unknown {
  if (node.type !== 'object') return node.default;
  const known = Object.entries(node.properties ?? {}).filter(([, child]) => child.default !== undefined);
  return Object.fromEntries(known.map(([name, child]) => [name, defaultOf(child)]));
}

/** What is wrong with a single value, in words, or undefined. Mirrors the keywords that the schema uses. */
function faultOf(node: SchemaNode, value: string | number | boolean): string | undefined {
  // Somebody may have written the secret itself where its file or variable should be named.
  const is = node.secret === true ? 'is not valid' : `is ${show(value)}`;
  if (node.enum !== undefined) return node.enum.some((allowed) => allowed === value) ? undefined : is;
  if (node.type !== undefined && !isOfType(node.type, value)) {
    if (node.type === 'string' && node.secret !== true)
      return `is the ${typeof value} ${value}, not text: put it in quotes`;
    return typeof value === 'string' && value.trim() !== '' && isOfType(node.type, Number(value))
      ? `${is}, which is text: leave out the quotes`
      : is;
  }
  if (typeof value === 'number') {
    const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = node;
    return value >= minimum && value <= maximum ? undefined : is;
  }
  if (typeof value === 'string') {
    const length = [...value].length;
    if (length < (node.minLength ?? 0) || length > (node.maxLength ?? Number.POSITIVE_INFINITY)) return is;
    if (node.pattern !== undefined && !new RegExp(node.pattern, 'u').test(value)) return is;
    if (node.format === 'iana-time-zone' && !isTimeZone(value)) return is;
  }
  return undefined;
}

function isOfType(type: string, value: string | number | boolean): boolean {
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

function suggest(node: SchemaNode, value: string | number | boolean): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (node.format === 'iana-time-zone') return nearest(value, Intl.supportedValuesOf('timeZone'));
  return nearest(
    value,
    (node.enum ?? []).filter((word) => typeof word === 'string'),
  );
}

/** Whether this runtime knows the zone; offsets such as +01:00 are none, since they know no summer time. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function isEmpty(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null;
}

/** What kind of thing stands there, without showing it: it may be a secret in the wrong place. */
function kindOf(tree: Tree): string {
  if (tree.kind === 'map') return 'a section';
  if (tree.kind === 'list') return 'a list';
  if (tree.value === null) return 'empty';
  if (typeof tree.value === 'string') return 'text';
  return tree.value === true || tree.value === false ? 'true or false' : 'a number';
}
