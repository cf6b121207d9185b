import { connect } from 'mqtt';
import type { LimitValue } from '../domain/site-limit.ts';
import { atLeast, limitValue } from '../domain/site-limits.ts';
import type { Watts } from '../domain/units.ts';
import type { Log } from '../runtime/ports.ts';
import type { MqttOptions } from './options.ts';
import type { LimitSource } from './source.ts';

/** Bytes of a message that is looked at. */
const MAX_BYTES = 65_536;
const RECONNECT_MS = 5_000;

/**
 * The limit in a message: a number, or null for none (an empty message, null, or nothing at the pointer's place).
 * `fault`: the message is neither, and changes nothing.
 */
export function limitIn(
  message: string,
  { pointer, measures }: Pick<MqttOptions, 'pointer' | 'measures'>,
  least: Watts | null,
): { readonly value: LimitValue | null } | { readonly fault: string } {
  if (message.trim() === '') return { value: null };
  let found: unknown;
  try {
    found = at(JSON.parse(message), pointer ?? '');
  } catch {
    return { fault: 'it is not JSON' };
  }
  if (found === undefined) return { fault: `there is nothing at ${pointer}` };
  if (found === null) return { value: null };
  const number = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
  if (typeof number !== 'number' || !Number.isFinite(number) || number < 0 || number > 1e9) {
    return { fault: 'the limit is no number from 0 on' };
  }
  const value = limitValue(measures === 'A' ? { limitA: number } : { limitW: number });
  return { value: least === null ? value : atLeast(value, least) };
}

/** Takes limits from one topic. Without messages the last one runs out. */
export function startMqttLimit(site: { options: MqttOptions; source: LimitSource; least: Watts | null; log: Log }) {
  const { options, source, least, log } = site;
  const { id, url, topic, username, password } = options;
  const client = connect(url, {
    protocolVersion: 5,
    clean: true,
    reconnectPeriod: RECONNECT_MS,
    // Without it one refusal ends reconnecting for ever.
    reconnectOnConnackError: true,
    resubscribe: false,
    ...(username === undefined ? {} : { username }),
    ...(password == null ? {} : { password: password.reveal() }),
  });
  let faulty = false;
  client.on('error', (error) => log.warn({ id, err: error }, 'the broker of a limit can not be used'));
  client.on('connect', () => {
    client.subscribe(topic, { qos: 1 }, (error, granted) => {
      const refused = granted?.some(({ qos }) => qos >= 128) ?? false;
      if (error || refused)
        log.error({ id, topic, err: error }, 'the broker does not let us read the topic of a limit');
    });
  });
  client.on('message', (_, payload) => {
    const raw = payload.subarray(0, MAX_BYTES + 1).toString('utf8');
    const limit = payload.length > MAX_BYTES ? { fault: 'it is too long' } : limitIn(raw, options, least);
    if ('fault' in limit) {
      if (!faulty) log.warn({ id, topic, raw: raw.slice(0, 200) }, `a message holds no limit: ${limit.fault}`);
      faulty = true;
      return;
    }
    faulty = false;
    void source.say(limit.value, raw);
  });
  return {
    stop: (): Promise<void> => client.endAsync(true),
  };
}

/** RFC 6901; undefined where there is nothing. */
function at(document: unknown, pointer: string): unknown {
  let here = document;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<string, unknown>)[key];
  }
  return here;
}
