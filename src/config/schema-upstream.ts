import Type from 'typebox';
import { brokerUrl, closed, pemFile, seconds, secret, shortName } from './schema-parts.ts';

/** The section `upstream`: the backend that is told what happens here. */

const tls = Type.Object(
  {
    caFile: pemFile('PEM file with the authorities that may vouch for the broker; without it those of this machine.'),
    certFile: pemFile('PEM file with the certificate that this site shows.'),
    keyFile: pemFile('PEM file with the key of that certificate.'),
    serverName: Type.Optional(
      Type.String({
        pattern: '^[0-9A-Za-z.:_-]{1,253}$',
        allowed: 'a host name',
        description: 'The name that the certificate of the broker must bear, where the address says another one.',
      }),
    ),
    alpn: Type.Array(
      Type.String({ minLength: 1, maxLength: 50, description: 'One protocol, such as x-amzn-mqtt-ca.' }),
      { maxItems: 8, default: [], description: 'What is asked for by ALPN, for brokers that share a port.' },
    ),
  },
  { ...closed, default: {}, description: 'How the connection is secured, for mqtts and wss addresses.' },
);

const topicPath = (description: string) =>
  Type.Optional(
    Type.String({
      pattern: '^[^\\u0000-\\u001F#+/$][^\\u0000-\\u001F#+]{0,199}$',
      allowed: 'an MQTT topic of up to 200 characters, without # and +',
      description,
    }),
  );

export const upstream = Type.Optional(
  Type.Object(
    {
      url: brokerUrl(),
      tenant: shortName('Who runs this site, as the backend names them: part of all topics.'),
      topicRoot: topicPath('What all topics begin with; without it busbar/v1/{tenant}/{site.id}.'),
      responsePrefix: topicPath(
        'What the topic of an answer must begin with that a command may ask for; without it {topicRoot}/res/.',
      ),
      clientId: Type.Optional(
        Type.String({
          pattern: '^[A-Za-z0-9_.:-]{1,128}$',
          allowed: 'up to 128 letters, digits, _ . : or -',
          description: 'Name of this site at the broker, which no other may bear; without it {tenant}-{site.id}.',
        }),
      ),
      username: Type.Optional(
        Type.String({ minLength: 1, maxLength: 200, description: 'Name to log in to the broker with.' }),
      ),
      password: Type.Optional(secret('Password to log in to the broker with.')),
      tls,
      keepaliveS: seconds(5, 3_600, {
        default: 60,
        description: 'How long a silent line may be dead before it is noticed.',
      }),
      ackMode: Type.Enum(['app', 'puback'], {
        default: 'app',
        description:
          'What counts as delivered: what the backend has acknowledged on the topic ack, or what the broker has taken. Only the first loses nothing behind the broker.',
      }),
      compress: Type.Boolean({ default: true, description: 'Send larger messages deflated.' }),
      keepDays: Type.Integer({
        minimum: 1,
        maximum: 3_650,
        default: 90,
        unit: 'days',
        description: 'How long events are kept that the backend has, in case it asks for them again.',
      }),
      storageMiB: Type.Integer({
        minimum: 1,
        maximum: 65_536,
        default: 256,
        unit: 'MiB',
        description:
          'How much events may take in the store. Those that the backend has make room; those that it has not stay, and somebody is told.',
      }),
      authorization: Type.Object(
        {
          online: Type.Enum(['off', 'unknown-cards'], {
            default: 'off',
            description:
              'Ask the backend for cards that are not known here. What it accepts is remembered; without its answer in time it is decided here.',
          }),
          deadlineMs: Type.Integer({
            minimum: 100,
            maximum: 10_000,
            default: 2_000,
            unit: 'ms',
            description: 'How long a charge point waits for that answer.',
          }),
        },
        { ...closed, default: {}, description: 'Whether the backend is asked who may charge.' },
      ),
      commands: Type.Array(
        Type.String({
          pattern: '^([*]|[a-z-]+([.][a-z-]+)?)$',
          maxLength: 50,
          allowed: 'the name of a command such as limit.set, or * for all',
          description: 'One command.',
        }),
        {
          maxItems: 200,
          default: ['*'],
          description: 'The commands of the backend that are carried out; * for all, and [] for none.',
        },
      ),
    },
    {
      ...closed,
      description: 'The backend that is told what happens here, over MQTT; without this section there is none.',
    },
  ),
);

export type UpstreamFile = NonNullable<Type.Static<typeof upstream>>;
