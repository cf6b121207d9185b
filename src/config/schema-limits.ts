import Type from 'typebox';
import {
  ampsPerPhase,
  brokerUrl,
  closed,
  host,
  jsonPointer,
  seconds,
  secret,
  shortName,
  tcpPort,
  topic,
  wattsTotal,
} from './schema-parts.ts';

/** Limits from outside: each lowers one circuit, and none ever raises it above what is configured there. */

const id = () => shortName('Name of this limit.');
const circuit = () => shortName('The circuit that it lowers.');
const limitA = (description: string) => Type.Optional(ampsPerPhase({ description }));
const limitW = (description: string) => Type.Optional(wattsTotal({ description }));

const then = () =>
  Type.Union(
    [
      Type.Enum(['configured']),
      Type.Object(
        {
          limitA: limitA('Current per phase that holds afterwards.'),
          limitW: limitW('Power that holds afterwards, over all phases.'),
        },
        { ...closed, minProperties: 1 },
      ),
    ],
    {
      default: 'configured',
      allowed: 'configured, or {limitA: ...}, or {limitW: ...}',
      description: 'What holds once it has run out: the configured limit, or another one without an end.',
    },
  );

const ttlS = (description: string) => seconds(5, 604_800, { default: 300, description });

const schedule = Type.Object(
  {
    id: id(),
    circuit: circuit(),
    start: Type.String({
      // node-cron's names and steps; that the fields are in range is checked when the schedule is read.
      pattern: '^\\S{1,60}( \\S{1,60}){4}$',
      allowed: 'five fields of cron: minute hour day month weekday, such as 0 17 * * 1-5',
      description: 'When it begins, in the time zone of the site, as cron writes it.',
    }),
    durationMin: Type.Integer({
      minimum: 1,
      maximum: 44_640,
      unit: 'min',
      description: 'How long it holds each time.',
    }),
    limitA: limitA('Current per phase while it holds.'),
    limitW: limitW('Power while it holds, over all phases.'),
  },
  { ...closed, description: 'One limit by the clock.' },
);

const meaning = Type.Object(
  {
    value: Type.Integer({ minimum: 0, maximum: 65_535, description: 'What is read: 0 or 1 of a coil.' }),
    limitA: limitA('Current per phase while this is read.'),
    limitW: limitW('Power while this is read, over all phases.'),
  },
  { ...closed, description: 'One value that is read. Without limitA and limitW it means: no limit.' },
);

const modbus = Type.Object(
  {
    id: id(),
    circuit: circuit(),
    host: host('Address of the relay or gateway.'),
    port: tcpPort(502, 'TCP port of Modbus.'),
    unit: Type.Integer({ minimum: 0, maximum: 255, default: 1, description: 'Unit id.' }),
    kind: Type.Enum(['coil', 'discrete-input', 'holding', 'input'], {
      default: 'coil',
      description: 'What is read: a coil, a discrete input, a holding register or an input register.',
    }),
    address: Type.Integer({ minimum: 0, maximum: 65_535, description: 'Its address, counted from 0.' }),
    intervalS: seconds(1, 3600, { default: 5, description: 'How often it is read.' }),
    timeoutMs: Type.Integer({
      minimum: 100,
      maximum: 10_000,
      default: 1000,
      unit: 'ms',
      description: 'How long an answer may take.',
    }),
    values: Type.Array(meaning, {
      maxItems: 64,
      default: [],
      description: 'What each value means; a value that is not listed means: no limit.',
    }),
    measures: Type.Optional(
      Type.Enum(['A', 'W'], {
        description: 'The register holds the limit itself: amps per phase, or watts in total. Then values is left out.',
      }),
    ),
    scale: Type.Number({
      minimum: 0.000_001,
      maximum: 1_000_000,
      default: 1,
      description: 'What a register that holds the limit itself is multiplied by.',
    }),
    standard: Type.Optional(
      Type.Enum(['section-14a'], {
        description:
          'The relay dims after section 14a EnWG: a limit is never below the minimum that this guarantees, and what was asked, done and measured is kept as evidence.',
      }),
    ),
    ttlS: ttlS('How long it holds on when the relay cannot be read.'),
    // biome-ignore lint/suspicious/noThenProperty: the name is part of the contract, and nobody awaits a schema
    then: then(),
  },
  { ...closed, description: 'One relay or register.' },
);

const mqtt = Type.Object(
  {
    id: id(),
    circuit: circuit(),
    url: brokerUrl(),
    topic: topic(),
    username: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'Name to log in to the broker with.' }),
    ),
    password: Type.Optional(secret('Password to log in to the broker with.')),
    pointer: Type.Optional(jsonPointer('Where in the message the limit stands; without it the message is the limit.')),
    measures: Type.Enum(['A', 'W'], {
      default: 'A',
      description: 'What the number is: amps per phase, or watts in total.',
    }),
    standard: Type.Optional(
      Type.Enum(['section-14a'], { description: 'The limits come from the grid operator after section 14a EnWG.' }),
    ),
    ttlS: ttlS('How long a message holds unless another one follows.'),
    // biome-ignore lint/suspicious/noThenProperty: the name is part of the contract, and nobody awaits a schema
    then: then(),
  },
  { ...closed, description: 'One topic.' },
);

/** Section `limits`. */
export const limits = Type.Object(
  {
    schedules: Type.Array(schedule, { maxItems: 100, default: [], description: 'Limits by the clock.' }),
    modbus: Type.Array(modbus, {
      maxItems: 32,
      default: [],
      description: "Limits that a relay or a register sets, such as the grid operator's ripple control.",
    }),
    mqtt: Type.Array(mqtt, { maxItems: 32, default: [], description: 'Limits that come as MQTT messages.' }),
  },
  { ...closed, default: {}, description: 'Limits from outside; the API can set more while it runs.' },
);

export type LimitsFile = Type.Static<typeof limits>;
export type MqttLimitFile = LimitsFile['mqtt'][number];
