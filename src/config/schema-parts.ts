import Type from 'typebox';

/** Pieces that several sections of the configuration are made of. */

export const closed = { additionalProperties: false } as const;

export const secret = (description: string) =>
  Type.Object(
    {
      file: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 4096,
          secret: true,
          description:
            'File that holds the secret, relative to the folder of this file; one line break at its end is ignored.',
        }),
      ),
      env: Type.Optional(
        Type.String({
          pattern: '^[A-Za-z_][A-Za-z0-9_]{0,127}$',
          secret: true,
          allowed: 'the name of an environment variable: letters, digits and _',
          description: 'Environment variable that holds the secret.',
        }),
      ),
    },
    {
      ...closed,
      minProperties: 1,
      maxProperties: 1,
      secret: true,
      allowed: 'either {file: path} or {env: NAME}; a secret never stands in this file itself',
      description,
    },
  );

/** A certificate, a chain or a key in a file. */
export const pemFile = (description: string) =>
  Type.Optional(
    Type.String({ minLength: 1, maxLength: 4096, description: `${description} Relative to the folder of this file.` }),
  );

export const securityProfile = (extra: { readonly default?: 0 | 1 | 2 | 3; readonly description: string }) =>
  Type.Enum([0, 1, 2, 3], {
    allowed: '0 (nothing), 1 (password), 2 (TLS and password) or 3 (TLS and a certificate of the charge point)',
    ...extra,
  });

export const wishes = (description: string) =>
  Object.assign(
    Type.Unsafe<Record<string, string | number | boolean>>({
      additionalProperties: {
        anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
        maxLength: 500,
        allowed: 'text of up to 500 characters, a number, true or false',
        description: 'The value that the key shall have.',
      },
    }),
    {
      type: 'object' as const,
      default: {},
      maxProperties: 500,
      allowed: 'a section of keys and values, such as MeterValueSampleInterval: 60',
      description,
    },
  );

/** Largest current that is taken: the busbar of a transformer. */
const MOST_A = 10_000;
/** Largest power that is taken. */
const MOST_W = 10_000_000;

type Extra<T> = { readonly default?: T; readonly description: string };

/** Current of one phase. */
export const amps = (extra: Extra<number> & { readonly minimum?: number }) =>
  Type.Number({ minimum: 0, maximum: MOST_A, unit: 'A', ...extra });

/** One current for all phases, or one for each of L1, L2, L3. */
export const ampsPerPhase = (extra: Extra<number>) =>
  Type.Union(
    [
      Type.Number({ minimum: 0, maximum: MOST_A, unit: 'A' }),
      Type.Array(Type.Number({ minimum: 0, maximum: MOST_A, unit: 'A', description: 'One phase.' }), {
        minItems: 3,
        maxItems: 3,
      }),
    ],
    { unit: 'A', allowed: `a number from 0 to ${MOST_A}, or three of them: [L1, L2, L3]`, ...extra },
  );

/** Power in total over all phases. */
export const wattsTotal = (extra: Extra<number> & { readonly minimum?: number }) =>
  Type.Number({ minimum: 0, maximum: MOST_W, unit: 'W', ...extra });

export const seconds = (minimum: number, maximum: number, extra: Extra<number>) =>
  Type.Integer({ minimum, maximum, unit: 's', ...extra });

/** The name of a circuit, a meter, a limit. */
export const shortName = (description: string) =>
  Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$',
    allowed: '1 to 64 letters, digits, - or _, beginning with a letter or digit',
    description,
  });

export const host = (description: string) =>
  Type.String({
    pattern: '^[0-9A-Za-z.:_-]{1,253}$',
    allowed: 'an IP address or a host name',
    description,
  });

export const tcpPort = (fallback: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 65_535, default: fallback, description });

/** The address of an MQTT broker; user and password stand in keys of their own. */
export const brokerUrl = () =>
  Type.String({
    pattern: '^(mqtts?|wss?)://[^\\s/?#@]{1,253}(/[^\\s?#]{0,100})?$',
    allowed: 'an address such as mqtt://192.168.1.5 or mqtts://broker.example:8883, without user or password',
    description: 'Address of the MQTT broker.',
  });

export const topic = () =>
  Type.String({
    pattern: '^[^\\u0000#+]{1,200}$',
    allowed: 'an MQTT topic of up to 200 characters, without # and +',
    description: 'The topic that is listened to.',
  });

/** Where in a JSON message a value stands (RFC 6901); empty for a message that is the value itself. */
export const jsonPointer = (description: string) =>
  Type.String({
    pattern: '^(/[^\\u0000-\\u001F]{0,60}){0,8}$',
    maxLength: 200,
    allowed: "a JSON pointer such as /phases/0/current, or '' where the message is the value itself",
    description,
  });
