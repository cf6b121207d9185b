import { readFileSync } from 'node:fs';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Channel, channels } from '../../src/upstream/contract/channels.ts';
import { hasBroker, type Mosquitto, startMosquitto } from '../support/mosquitto.ts';

/** The rules for mosquitto in docs/upstream.md, given to a mosquitto. */

const rules = /```acl\n([\s\S]*?)```/.exec(readFileSync('docs/upstream.md', 'utf8'))?.[1] ?? '';
const all = Object.entries(channels) as [string, Channel][];
const topicOf = (site: string, { address }: Channel): string =>
  `busbar/v1/acme/${site}/${address.replaceAll(/\{[a-zA-Z]+\}/g, 'x')}`;

let broker: Mosquitto;
const clients: MqttClient[] = [];
async function connect(username: string): Promise<{ client: MqttClient; heard: string[] }> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, { protocolVersion: 5, username });
  clients.push(client);
  const heard: string[] = [];
  client.on('message', (topic) => heard.push(topic));
  return { client, heard };
}

/** Whether the broker takes it; it says so with its acknowledgement. */
const mayWrite = (client: MqttClient, topic: string): Promise<boolean> =>
  client.publishAsync(topic, '{}', { qos: 1 }).then(
    () => true,
    () => false,
  );

describe.skipIf(!hasBroker())('by the rules of the document', () => {
  beforeAll(async () => {
    broker = await startMosquitto({
      lines: ['listener PORT 127.0.0.1', 'allow_anonymous true', 'acl_file FOLDER/acl'],
      files: { acl: rules },
    });
  });
  afterAll(async () => {
    for (const client of clients) await client.endAsync(true);
    await broker.stop();
  });

  it('a gateway writes what it sends below its own root, and nothing else', async () => {
    const { client } = await connect('depot');
    for (const [name, channel] of all) {
      expect([name, await mayWrite(client, topicOf('depot', channel))]).toEqual([name, channel.does === 'send']);
      expect([name, await mayWrite(client, topicOf('garage', channel))]).toEqual([name, false]);
    }
  });

  it('the backend writes what sites receive, and nothing else', async () => {
    const { client } = await connect('backend');
    for (const [name, channel] of all)
      expect([name, await mayWrite(client, topicOf('depot', channel))]).toEqual([name, channel.does === 'receive']);
  });

  it('a gateway hears what is for it, and the backend everything', async () => {
    const backend = await connect('backend');
    const depot = await connect('depot');
    const garage = await connect('garage');
    for (const { client } of [backend, depot, garage]) {
      await client.subscribeAsync('busbar/v1/acme/#', { qos: 1 }).catch(() => undefined);
      for (const below of ['ack', 'cmd/+', 'cfg/desired', 'answer/authorize'])
        await client.subscribeAsync(`busbar/v1/acme/depot/${below}`, { qos: 1 }).catch(() => undefined);
    }
    for (const [, channel] of all) {
      const { client } = channel.does === 'send' ? depot : backend;
      expect(await mayWrite(client, topicOf('depot', channel))).toBe(true);
    }
    const wanted = all.map(([, channel]) => topicOf('depot', channel));
    await expect.poll(() => new Set(backend.heard)).toEqual(new Set(wanted));
    const forIt = all.filter(([, { does }]) => does === 'receive').map(([, channel]) => topicOf('depot', channel));
    await expect.poll(() => new Set(depot.heard)).toEqual(new Set(forIt));
    // What another would have heard by mistake has come before this.
    const last = 'busbar/v1/acme/garage/ack';
    expect(await mayWrite(backend.client, last)).toBe(true);
    await expect.poll(() => garage.heard.includes(last)).toBe(true);
    expect(new Set(garage.heard)).toEqual(new Set([last]));
  });
});
