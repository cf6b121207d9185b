import Type from 'typebox';
import { brokerUrl, closed, host, jsonPointer, seconds, secret, shortName, tcpPort, topic } from './schema-parts.ts';

/** Meters of the building: how each is read, and what it looks at. */

const common = {
  id: shortName('Name of the meter.'),
  circuit: Type.Optional(shortName('The circuit that it looks at; not needed where a circuit names this meter.')),
  side: Type.Enum(['grid', 'consumer', 'generation'], {
    default: 'grid',
    description: 'It sees all that flows through the circuit, one load below it, or what is generated below it.',
  }),
  intervalS: Type.Number({
    minimum: 0.2,
    maximum: 900,
    default: 1,
    unit: 's',
    description: 'How often it is read, or says something.',
  }),
  lostAfterS: seconds(5, 3600, {
    default: 60,
    description: 'Without a value for so long it counts as lost, and the reserve is counted on.',
  }),
  scale: Type.Number({
    minimum: 0.000_001,
    maximum: 1_000_000,
    default: 1,
    description: 'What its currents and powers are multiplied by, such as the ratio of its transformers.',
  }),
  invert: Type.Boolean({ default: false, description: 'It counts the other way round: its signs are turned.' }),
};

const type = <Name extends string>(name: Name) =>
  Type.Enum([name], { description: 'How it is read: modbus-tcp, mqtt, http or charge-point.' });

/** Register maps that are known by name. */
const presets = [
  'sdm630',
  'sdm72',
  'em24',
  'em340',
  'janitza-umg',
  'iem3000',
  'abb-b23',
  'pac2200',
  'shelly-3em',
  'sunspec',
] as const;

const registerTypes = [
  'float32',
  'float32le',
  'float64',
  'int16',
  'uint16',
  'int32',
  'int32le',
  'uint32',
  'uint32le',
  'int64',
  'uint64',
] as const;

const register = (description: string) =>
  Type.Object(
    {
      address: Type.Integer({ minimum: 0, maximum: 65_535, description: 'Address of its first register, from 0.' }),
      type: Type.Enum([...registerTypes], {
        default: 'float32',
        description: 'How it is written; le: the lower word comes first.',
      }),
      scale: Type.Number({
        minimum: -1_000_000,
        maximum: 1_000_000,
        default: 1,
        description: 'What it is multiplied by to give A, W, Wh, V or Hz.',
      }),
      function: Type.Enum(['holding', 'input'], { default: 'input', description: 'The kind of register.' }),
    },
    { ...closed, description },
  );

type Register = Type.Static<ReturnType<typeof register>>;

const perPhase = (description: string) =>
  Type.Optional(
    Type.Unsafe<readonly [Register, Register, Register]>(
      Type.Array(register('The register of one phase.'), { minItems: 3, maxItems: 3, description }),
    ),
  );

const modbusTcp = Type.Object(
  {
    ...common,
    type: type('modbus-tcp'),
    host: host('Address of the meter or its gateway.'),
    port: tcpPort(502, 'TCP port of Modbus.'),
    unit: Type.Integer({ minimum: 0, maximum: 255, default: 1, description: 'Unit id.' }),
    preset: Type.Optional(Type.Enum([...presets], { description: 'The make of the meter, for its registers.' })),
    registers: Type.Optional(
      Type.Object(
        {
          currentA: perPhase('Current of each phase.'),
          phasePowerW: perPhase('Power of each phase; its sign gives currents their direction.'),
          voltageV: perPhase('Voltage of each phase.'),
          powerW: Type.Optional(register('Power over all phases.')),
          energyWh: Type.Optional(register('Energy taken so far.')),
          frequencyHz: Type.Optional(register('Frequency.')),
        },
        { ...closed, description: 'Registers of a meter that has no preset.' },
      ),
    ),
    timeoutMs: Type.Integer({
      minimum: 100,
      maximum: 10_000,
      default: 1000,
      unit: 'ms',
      description: 'How long an answer may take.',
    }),
  },
  { ...closed, description: 'One meter that is read over Modbus TCP.' },
);

type Three = readonly [string, string, string];

const pointers = (extra: { readonly description?: string }) =>
  Type.Unsafe<Three>(
    Type.Array(jsonPointer('Where the value of one phase stands.'), { minItems: 3, maxItems: 3, ...extra }),
  );

const mqtt = Type.Object(
  {
    ...common,
    type: type('mqtt'),
    url: brokerUrl(),
    topic: topic(),
    username: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'Name to log in to the broker with.' }),
    ),
    password: Type.Optional(secret('Password to log in to the broker with.')),
    currentA: Type.Optional(pointers({ description: 'Where in the message the current of each phase stands.' })),
    powerW: Type.Optional(
      Type.Unsafe<Three | string>(
        Type.Union([jsonPointer('Where the power over all phases stands.'), pointers({})], {
          allowed: 'a JSON pointer such as /power, or a list of three, one for each phase',
          description: 'Where the power stands, for a meter that says no current.',
        }),
      ),
    ),
    energyWh: Type.Optional(jsonPointer('Where the energy taken so far stands.')),
    at: Type.Optional(jsonPointer('Where the time of the reading stands, as ISO 8601 or in seconds or ms since 1970.')),
  },
  { ...closed, description: 'One meter that speaks MQTT.' },
);

const http = Type.Object(
  { ...common, type: type('http') },
  { ...closed, description: 'One meter whose values are brought: POST /api/v1/meters/{id}/samples.' },
);

const chargePoint = Type.Object(
  {
    ...common,
    type: type('charge-point'),
    chargePoint: Type.String({ minLength: 1, maxLength: 48, description: 'The charge point whose main meter it is.' }),
    connector: Type.Integer({
      minimum: 0,
      maximum: 64,
      default: 0,
      description: 'The connector of its MeterValues; 0 is the main meter.',
    }),
  },
  { ...closed, description: 'One meter that a charge point reports.' },
);

/** Section `meters`; which keys a meter has depends on its type. */
export const meters = Type.Array(
  Type.Union([modbusTcp, mqtt, http, chargePoint], { kindBy: 'type', description: 'One meter.' }),
  { maxItems: 200, default: [], description: 'Meters of the site.' },
);

export type ModbusMeterFile = Type.Static<typeof modbusTcp>;
export type MqttMeterFile = Type.Static<typeof mqtt>;
export type HttpMeterFile = Type.Static<typeof http>;
export type ChargePointMeterFile = Type.Static<typeof chargePoint>;
