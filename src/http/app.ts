import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifySchemaCompiler,
  FastifyTypeProvider,
  RawServerDefault,
} from 'fastify';
import { type Static, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { plainFaults } from './plain-faults.ts';
import { Problem } from './problem.ts';

/** One TypeBox schema of a route gives the static types of its request and answer, the check of it and its description. */
export interface TypeBoxProvider extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
  serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
}

export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxProvider
>;

const places: Readonly<Record<string, string>> = { querystring: 'query', params: 'path' };

/** Checks strictly. Only where everything is text, in a query or a path, whole numbers are read from it. */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart = 'body' }) => {
  const validator = Compile(schema);
  const isText = httpPart === 'querystring' || httpPart === 'params';
  return (data: unknown) => {
    const value = isText ? withNumbers(schema, data) : (data ?? {});
    if (validator.Check(value)) return { value };
    const place = places[httpPart] ?? httpPart;
    const errors = plainFaults(validator.Errors(value))
      .slice(0, MAX_ERRORS)
      .map((fault) => ({ in: place, ...fault }));
    const [first] = errors;
    const where = first === undefined || first.path === '' ? `The ${place}` : `${first.path.slice(1)} in the ${place}`;
    return { error: new Problem('invalid-request', `${where} ${first?.message ?? 'is not valid'}.`, { errors }) };
  };
};

/** Faults named in one answer at most: nobody reads more. */
const MAX_ERRORS = 20;

function withNumbers(schema: TSchema, data: unknown): unknown {
  if (!Type.IsObject(schema) || typeof data !== 'object' || data === null) return data;
  const read = ([name, value]: [string, unknown]): [string, unknown] => {
    const field = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    const isNumber = Type.IsInteger(field) && typeof value === 'string' && /^-?\d{1,15}$/.test(value);
    return [name, isNumber ? Number(value) : value];
  };
  return Object.fromEntries(Object.entries(data).map(read));
}
