/** Our schemas in the few shapes that they are made of, for walking a payload along them: faults and repairs. */
import { type TSchema, Type } from 'typebox';

export type Field = { readonly shape: Shape; readonly required: boolean };
export type Format = 'date-time' | 'uri';
/** A further rule on a value of the right type, with what it asks for. */
export type Rule = { readonly holds: (value: unknown) => boolean; readonly asks: string };

export type Shape =
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, Field> }
  | { readonly kind: 'array'; readonly items: Shape; readonly minItems: number }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'string'; readonly maxLength: number; readonly format: Format | null }
  | { readonly kind: 'integer' | 'number'; readonly rule: Rule | null }
  | { readonly kind: 'boolean' };

/** Throws for a schema of a kind that no message uses: that is a mistake in messages/. */
export function shapeOf(schema: TSchema): Shape {
  if (Type.IsObject(schema)) {
    const fields = Object.entries(schema.properties).map(([name, field]): [string, Field] => [
      name,
      { shape: shapeOf(field), required: !Type.IsOptional(field) },
    ]);
    return { kind: 'object', fields: new Map(fields) };
  }
  if (Type.IsArray(schema))
    return { kind: 'array', items: shapeOf(schema.items), minItems: number(schema, 'minItems', 0) };
  if (Type.IsEnum(schema)) return { kind: 'enum', values: schema.enum.map(String) };
  if (Type.IsString(schema)) {
    return {
      kind: 'string',
      maxLength: number(schema, 'maxLength', Number.POSITIVE_INFINITY),
      format: formatOf(schema),
    };
  }
  if (Type.IsInteger(schema)) return { kind: 'integer', rule: ruleOf(schema) };
  if (Type.IsNumber(schema)) return { kind: 'number', rule: ruleOf(schema) };
  if (Type.IsBoolean(schema)) return { kind: 'boolean' };
  throw new Error(`no shape for the schema ${JSON.stringify(schema)}`);
}

function number(schema: object, keyword: string, otherwise: number): number {
  const value: unknown = Reflect.get(schema, keyword);
  return typeof value === 'number' ? value : otherwise;
}

function formatOf(schema: object): Format | null {
  const format: unknown = Reflect.get(schema, 'format');
  return format === 'date-time' || format === 'uri' ? format : null;
}

function ruleOf(schema: TSchema): Rule | null {
  if (!Type.IsRefine(schema)) return null;
  const refinements = schema['~refine'];
  return {
    holds: (value) => refinements.every((refinement) => refinement.check(value)),
    asks: refinements.map((refinement) => refinement.error(null)).join(', '),
  };
}
