/** Valid messages made from their schemas, and what an enemy makes of them; the same for the same seed. */

type Schema = {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly format?: string;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
};

const words = [
  'CARD',
  'CP1',
  '1',
  'Energy.Active.Import.Register',
  '230.5',
  '-1',
  'ftp://u:p@10.0.0.1/x',
  'A'.repeat(20),
  'ü€𝄞',
];

const hostile: readonly unknown[] = [
  null,
  true,
  '',
  0,
  -1,
  1.5,
  2 ** 31,
  -(2 ** 31),
  2 ** 53,
  1e308,
  '0',
  '1e999',
  'NaN',
  [],
  {},
  [[]],
  [null],
  { a: { b: { c: [] } } },
  'x'.repeat(300),
  'x'.repeat(70_000),
  '\u0000',
  '\n\r\t',
  '\u2028\ufeff',
  '\ud800',
  '<script>alert(1)</script>',
  "'; DROP TABLE tokens; --",
  '=cmd|x!A1',
  '../../etc/passwd',
  '%00%2e%2e',
  '$' + '{jndi:ldap://x}',
  '+',
  '#',
  '$SYS',
  '__proto__',
  'constructor',
  'toString',
  '1970-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '2026-02-30T25:61:61Z',
  '1000000',
  '222222017-10-27T00:00:00Z',
];

const names = [
  '__proto__',
  'constructor',
  'toString',
  'idTag',
  'connectorId',
  'transactionId',
  '',
  'x'.repeat(200),
  '\u0000',
];

export function createFuzz(random: () => number) {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const chance = (of: number): boolean => random() < of;
  const whole = (below: number): number => Math.floor(random() * below);
  return { pick, chance, whole, valid, bent, torn };

  /** A value that the schema allows, mostly. */
  function valid(schema: Schema, depth = 0): unknown {
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return pick(schema.enum);
    if (schema.anyOf !== undefined) return valid(pick(schema.anyOf), depth + 1);
    switch (schema.type) {
      case 'object': {
        const required = new Set(schema.required ?? []);
        const fields = Object.entries(schema.properties ?? {}).filter(([name]) => required.has(name) || chance(0.4));
        return Object.fromEntries(fields.map(([name, field]) => [name, valid(field, depth + 1)]));
      }
      case 'array': {
        const count = (schema.minItems ?? 0) + (depth > 6 ? 0 : whole(3));
        return Array.from({ length: count }, () => valid(schema.items ?? {}, depth + 1));
      }
      case 'integer':
        return (schema.minimum ?? 0) + whole(Math.min(schema.maximum ?? 20, 20) - (schema.minimum ?? 0) + 1);
      case 'number':
        return (schema.minimum ?? 0) + whole(320) / 10;
      case 'boolean':
        return chance(0.5);
      case 'null':
        return null;
      default: {
        if (schema.format === 'date-time') return new Date(1_700_000_000_000 + whole(1e11)).toISOString();
        return pick(words).slice(0, schema.maxLength ?? 100);
      }
    }
  }

  /** The same with something in it that does not belong there. */
  function bent(value: unknown, left = 1 + whole(3)): unknown {
    if (left === 0) return value;
    return bent(once(value), left - 1);
  }

  function once(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || chance(0.15)) return pick(hostile);
    if (Array.isArray(value)) {
      if (value.length === 0 || chance(0.2)) return [...value, pick(hostile)];
      if (chance(0.1)) return Array.from({ length: 500 }, () => value[0]);
      const at = whole(value.length);
      return value.map((each, index) => (index === at ? once(each) : each));
    }
    const entries = Object.entries(value);
    if (entries.length === 0 || chance(0.2)) return Object.fromEntries([...entries, [pick(names), pick(hostile)]]);
    const at = whole(entries.length);
    if (chance(0.2)) return Object.fromEntries(entries.filter((_, index) => index !== at));
    return Object.fromEntries(entries.map(([name, each], index) => [name, index === at ? once(each) : each]));
  }

  /** Text that something has gone wrong with on its way. */
  function torn(text: string): string {
    const at = whole(text.length + 1);
    switch (whole(6)) {
      case 0:
        return text.slice(0, at);
      case 1:
        return (
          text.slice(0, at) +
          pick(['"', '{', '}', ']', ',', ':', '\\', '\u0000', '\\u0000', '1e999', 'null', '[[[[']) +
          text.slice(at)
        );
      case 2:
        return text.slice(0, at) + text.slice(at + 1 + whole(8));
      case 3:
        return text + text;
      case 4:
        return text.replace(/\d+/, pick(['1e400', '-0', '99999999999999999999', '0x10', '01', '"1"']));
      default:
        return '['.repeat(1 + whole(5_000)) + text;
    }
  }
}
