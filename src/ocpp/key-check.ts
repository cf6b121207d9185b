/** The same schema with a cheaper way of refusing other fields, for compiling only. */
import { type TObject, type TProperties, type TSchema, Type } from 'typebox';

/**
 * What TypeBox compiles for `additionalProperties: false` tests every name against a regular expression, which is two
 * thirds of the cost of a ten-sample MeterValues; a look into a set is not. For schemas whose objects are
 * all closed, as ours are, it accepts exactly the same JSON values.
 */
export function withKeyChecks(schema: TSchema): TSchema {
  const checked = rebuilt(schema);
  return Type.IsOptional(schema) ? Type.Optional(checked) : checked;
}

function rebuilt(schema: TSchema): TSchema {
  if (Type.IsArray(schema)) return Type.Array(withKeyChecks(schema.items), { minItems: minItemsOf(schema) });
  return Type.IsObject(schema) ? rebuiltObject(schema) : schema;
}

function rebuiltObject(schema: TObject): TSchema {
  const names = new Set(Object.keys(schema.properties));
  const fields: TProperties = Object.fromEntries(
    Object.entries(schema.properties).map(([name, field]) => [name, withKeyChecks(field)]),
  );
  return Type.Refine(Type.Object(fields), (value) => hasOnly(names, value));
}

function hasOnly(names: ReadonlySet<string>, value: object): boolean {
  for (const name in value) if (!names.has(name)) return false;
  return true;
}

function minItemsOf(schema: object): number {
  const minItems: unknown = Reflect.get(schema, 'minItems');
  return typeof minItems === 'number' ? minItems : 0;
}
