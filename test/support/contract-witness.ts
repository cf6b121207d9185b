import { inflateSync } from 'node:zlib';
import mqtt, { type IPublishPacket } from 'mqtt';
import { channelOf, contractProblems } from './contract-check.ts';

/** Broken messages that are shown: more say the same. */
const MAX_SHOWN = 20;

/** Listens at a real broker to all sites and backends, and holds each message against the contract. */
export async function startContractWitness(url: string) {
  const seen = new Set<string>();
  const problems: string[] = [];
  const client = mqtt.connect(url, {
    protocolVersion: 5,
    clientId: 'witness',
    reconnectPeriod: 100,
    reconnectOnConnackError: true,
  });
  // Brokers are killed under it: the next connection comes by itself.
  client.on('error', () => undefined);
  client.on('connect', () => client.subscribe('busbar/#', { qos: 1 }, () => undefined));
  client.on('message', (topic, payload, packet: IPublishPacket) => {
    seen.add(channelOf(topic)?.name ?? topic);
    if (problems.length < MAX_SHOWN) problems.push(...problemsOf(topic, payload, packet));
  });
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  return {
    async stop(): Promise<{ seen: ReadonlySet<string>; problems: readonly string[] }> {
      await client.endAsync(true);
      return { seen, problems };
    },
  };
}

function problemsOf(topic: string, payload: Buffer, packet: IPublishPacket): string[] {
  const deflated = packet.properties?.userProperties?.contentEncoding === 'deflate';
  try {
    const text = (deflated ? inflateSync(payload) : payload).toString('utf8');
    return contractProblems(topic, text === '' ? null : JSON.parse(text));
  } catch (error) {
    return [`${topic}: ${String(error)}`];
  }
}
