import { type Channel, type ChannelName, channels } from './channels.ts';
import { eventData } from './event-schemas.ts';
import { tooLarge } from './streams.ts';

/** The contract as one document (AsyncAPI 3.0), for whoever writes the other side. */

type Json = Readonly<Record<string, unknown>>;

/** Of the MQTT binding. */
const BINDING = '0.2.0';
const ROOT = 'busbar/v1/{tenant}/{site}';
const COMMAND_ID = { location: '$message.payload#/id', description: 'Of the command and of its answer.' };

const parameters: Json = {
  tenant: { description: 'Who runs the site: upstream.tenant of its configuration.' },
  site: { description: 'site.id of its configuration.' },
  chargePoint: { description: 'Id of a charge point, percent-encoded to be one level.' },
  connector: { description: 'Number of a connector, from 1.' },
  alert: { description: 'Id of an alert, percent-encoded to be one level.' },
};

/** `commands`: the names of all that a site can be told to do. */
export function asyncApi({ version, commands }: { version: string; commands: readonly string[] }): Json {
  const all = Object.entries(channels) as [ChannelName, Channel][];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Busbar upstream',
      version,
      license: { name: 'Apache-2.0' },
      description:
        'What a site tells its backend over MQTT 5, and what it takes from it; docs/upstream.md tells how. Operations are named as the site sees them: it sends and receives. Readers leave alone what they do not know: fields, events and topics may be added.',
    },
    defaultContentType: 'application/json',
    servers: { broker },
    channels: {
      ...Object.fromEntries(all.map(([name, channel]) => [name, channelOf(name, channel)])),
      reply: {
        address: null,
        title: 'Where a command wants its answer: a topic below the prefix for answers',
        messages: { answer: ref('messages', 'answer') },
      },
    },
    operations: Object.fromEntries(all.map(([name, channel]) => [name, operationOf(name, channel)])),
    components: {
      messages: Object.fromEntries(all.map(([name, channel]) => [name, messageOf(name, channel)])),
      schemas: {
        ...Object.fromEntries(all.map(([name, { payload }]) => [name, payload])),
        events: eventsSchema(),
        ...dataSchemas(),
        'data-too-large': tooLarge,
      },
      parameters: { ...parameters, command: { description: 'Name of a command.', enum: commands } },
      securitySchemes: {
        password: { type: 'userPassword', description: 'upstream.username and upstream.password.' },
        certificate: { type: 'X509', description: 'upstream.tls.certFile and upstream.tls.keyFile.' },
      },
    },
  };
}

const broker: Json = {
  host: '{host}:{port}',
  protocol: 'secure-mqtt',
  protocolVersion: '5',
  description: 'The broker between the site and its backend: upstream.url of the configuration.',
  variables: {
    host: { default: 'broker.example', description: 'Name or address of the broker.' },
    port: { default: '8883', description: 'Usually 8883 with TLS, and 1883 without.' },
  },
  security: [{ $ref: '#/components/securitySchemes/password' }, { $ref: '#/components/securitySchemes/certificate' }],
  bindings: {
    mqtt: {
      clientId: '{tenant}-{site}',
      lastWill: { topic: `${ROOT}/status`, qos: 1, message: '{"state":"lost","boot":"…"}', retain: true },
      keepAlive: 60,
      bindingVersion: BINDING,
    },
  },
};

const ref = (kind: string, name: string): Json => ({ $ref: `#/components/${kind}/${name}` });

function channelOf(name: ChannelName, { address, summary }: Channel): Json {
  const whole = `${ROOT}/${address}`;
  const named = [...whole.matchAll(/\{([A-Za-z]+)\}/g)].map(([, parameter = '']) => parameter);
  return {
    address: whole,
    title: summary,
    parameters: Object.fromEntries(named.map((parameter) => [parameter, ref('parameters', parameter)])),
    messages: { [name]: ref('messages', name) },
  };
}

function operationOf(name: ChannelName, { does, qos, retain, summary }: Channel): Json {
  return {
    action: does,
    channel: { $ref: `#/channels/${name}` },
    summary,
    messages: [{ $ref: `#/channels/${name}/messages/${name}` }],
    bindings: { mqtt: { qos, retain, bindingVersion: BINDING } },
    ...replyTo(name),
  };
}

function replyTo(name: ChannelName): Json {
  if (name === 'command') {
    return {
      reply: {
        address: {
          location: '$message.payload#/replyTo',
          description: 'Or the Response Topic of MQTT 5; without either the channel answer.',
        },
        channel: { $ref: '#/channels/reply' },
        messages: [{ $ref: '#/channels/reply/messages/answer' }],
      },
    };
  }
  if (name === 'question') {
    return {
      reply: {
        channel: { $ref: '#/channels/verdict' },
        messages: [{ $ref: '#/channels/verdict/messages/verdict' }],
      },
    };
  }
  return {};
}

function messageOf(name: ChannelName, { summary, deflates, clears }: Channel): Json {
  const asks = ['command', 'answer', 'question', 'verdict'].includes(name);
  const said = [
    ...(deflates === true
      ? ['Larger ones are zlib (RFC 1950); the user property contentEncoding is then deflate.']
      : []),
    ...(clears === true ? ['Empty: there is no such thing any more.'] : []),
  ];
  return {
    name,
    title: summary,
    contentType: 'application/json',
    ...(said.length === 0 ? {} : { description: said.join(' ') }),
    ...(asks ? { correlationId: COMMAND_ID } : {}),
    payload: ref('schemas', name),
  };
}

/** The events of a batch, each with the `data` of its type; types that are not listed may come. */
function eventsSchema(): Json {
  const { properties, ...rest } = channels.events.payload;
  const { items, ...events } = properties.events;
  const known = Object.keys(eventData).map((type) => ({
    if: { properties: { type: { const: `busbar.${type}` } } },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
    then: { properties: { data: { anyOf: [ref('schemas', `data-${type}`), ref('schemas', 'data-too-large')] } } },
  }));
  return { ...rest, properties: { ...properties, events: { ...events, items: { ...items, allOf: known } } } };
}

/** What each event holds; what holds the same as one before refers to that. */
function dataSchemas(): Json {
  const first = new Map<unknown, string>();
  return Object.fromEntries(
    Object.entries(eventData).map(([type, schema]) => {
      const name = `data-${type}`;
      const known = first.get(schema);
      if (known === undefined) first.set(schema, name);
      return [name, known === undefined ? schema : ref('schemas', known)];
    }),
  );
}
