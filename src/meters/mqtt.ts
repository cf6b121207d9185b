/**
 * Meters that publish on a broker of the site. The client is used for nothing but its connection: it reconnects for
 * ever, subscribes anew each time, and keeps nothing.
 */
import mqtt from 'mqtt';
import { createBackOff } from '../runtime/back-off.ts';
import { MAX_PAUSE_MS, type MeterPort, type RunningMeter, troubleTeller } from './adapter.ts';
import { atPointer } from './json-pointer.ts';
import type { MqttMeter } from './meter-config.ts';
import { emptyReading, instantFrom, type RawReading, sampleFrom } from './raw-reading.ts';

/** Of one message, bytes: a meter's values take a few hundred. */
export const MAX_MESSAGE_BYTES = 65_536;
const KEEPALIVE_S = 20;

/** Takes what is published on the topic as samples until it is stopped. A retained message is old and counts for nothing. */
export function startMqttMeter(config: MqttMeter, port: MeterPort): RunningMeter {
  const tell = troubleTeller(port, config.id);
  const backOff = createBackOff(MAX_PAUSE_MS);
  const client = mqtt.connect(config.url, {
    protocolVersion: 5,
    clean: true,
    clientId: `busbar-meter-${config.id}-${Math.floor(port.clock.now()).toString(36)}`,
    keepalive: KEEPALIVE_S,
    reconnectOnConnackError: true,
    reconnectPeriod: backOff.next(),
    resubscribe: false,
    queueQoSZero: false,
    // Twice what is accepted: larger ones are refused by us in words, and much larger ones by the broker.
    properties: { maximumPacketSize: 2 * MAX_MESSAGE_BYTES },
    ...(config.username === undefined ? {} : { username: config.username }),
    ...(config.password === undefined ? {} : { password: config.password }),
  });
  client.on('connect', () => {
    backOff.reset();
    client.subscribe(config.topic, { qos: 0 }, (error, granted) => {
      if (error !== null || granted?.some(({ qos }) => qos >= 128) === true) {
        tell(`Meter ${config.id}: the broker does not let us read ${config.topic}. Check its access rules.`);
      }
    });
  });
  client.on('close', () => {
    client.options.reconnectPeriod = backOff.next();
    tell(`Meter ${config.id}: no connection to the broker at ${withoutSecrets(config.url)}.`);
  });
  client.on('error', (error) => {
    tell(`Meter ${config.id}: the broker at ${withoutSecrets(config.url)}: ${error.message.slice(0, 200)}`);
  });
  client.on('message', (_topic, payload, packet) => {
    if (packet.retain) return;
    const raw = payload.length > MAX_MESSAGE_BYTES ? 'a message too large to be a meter value' : read(payload, config);
    const sample =
      typeof raw === 'string'
        ? raw
        : sampleFrom(raw, {
            meterId: config.id,
            now: port.clock.now(),
            receivedAt: port.clock.monotonic(),
            nominalVoltageV: port.nominalVoltageV,
            invert: config.invert === true,
          });
    if (typeof sample === 'string') {
      tell(`Meter ${config.id}, topic ${config.topic}: ${sample}. Check the JSON pointers.`);
      return;
    }
    tell(null);
    port.sample(sample);
  });
  return {
    stop(): void {
      client.removeAllListeners();
      client.on('error', () => undefined);
      client.end(true);
    },
  };
}

function read(payload: Buffer, config: MqttMeter): RawReading | string {
  let message: unknown;
  try {
    message = JSON.parse(payload.toString('utf8'));
  } catch {
    return 'what is published is not JSON';
  }
  const scale = config.scale ?? 1;
  const missing: string[] = [];
  const number = (pointer: string): number => {
    const found = atPointer(message, pointer);
    const value = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    missing.push(pointer === '' ? 'the message' : pointer);
    return Number.NaN;
  };
  const three = (pointers: readonly [string, string, string] | undefined): RawReading['currentA'] => {
    if (pointers === undefined) return null;
    return [number(pointers[0]) * scale, number(pointers[1]) * scale, number(pointers[2]) * scale];
  };
  const { powerW, energyWh, at } = config;
  const raw: RawReading = {
    ...emptyReading,
    currentA: three(config.currentA),
    phasePowerW: typeof powerW === 'object' ? three(powerW) : null,
    powerW: typeof powerW === 'string' ? number(powerW) * scale : null,
    energyWh: energyWh === undefined ? null : number(energyWh),
    at: at === undefined ? null : instantFrom(atPointer(message, at)),
  };
  return missing.length === 0 ? raw : `no number at ${missing.join(', ')}`;
}

function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
