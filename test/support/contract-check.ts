import { Compile, type Validator } from 'typebox/compile';
import { type Channel, channels } from '../../src/upstream/contract/channels.ts';
import { eventData } from '../../src/upstream/contract/event-schemas.ts';
import { eventBatch, tooLarge } from '../../src/upstream/contract/streams.ts';

/** Levels of the root, as in busbar/v1/{tenant}/{site}. */
const ROOT_LEVELS = 4;

const known = Object.entries(channels).map(([name, channel]: [string, Channel]) => ({
  name,
  levels: channel.address.split('/'),
  channel,
  validator: Compile(channel.payload),
}));
const data = new Map<string, Validator>(
  Object.entries(eventData).map(([type, schema]) => [`busbar.${type}`, Compile(schema)]),
);
const isTooLarge = Compile(tooLarge);

/** The channel of a topic, whatever site it is of; null where the contract has none. */
export function channelOf(topic: string): (typeof known)[number] | null {
  const levels = topic.split('/').slice(ROOT_LEVELS);
  const fits = (own: readonly string[]): boolean =>
    own.length === levels.length && own.every((level, at) => level.startsWith('{') || level === levels[at]);
  return known.find((one) => fits(one.levels)) ?? null;
}

/** What is wrong with a message by the contract; empty where nothing is. `json` null: an empty message. */
export function contractProblems(topic: string, json: unknown): string[] {
  const found = channelOf(topic);
  if (found === null) return [`${topic} is no topic of the contract`];
  const { name, channel, validator } = found;
  if (json === null) return channel.clears === true ? [] : [`${topic} must not be empty`];
  if (!validator.Check(json)) return [wrong(topic, validator, json)];
  return name === 'events' ? eventProblems(topic, json) : [];
}

/** The same of what one event holds. */
export function dataProblems(type: string, content: unknown): string[] {
  const validator = data.get(type);
  if (validator === undefined) return [`${type} is no event of the contract`];
  return validator.Check(content) || isTooLarge.Check(content) ? [] : [wrong(type, validator, content)];
}

const batches = Compile(eventBatch);

function eventProblems(topic: string, json: unknown): string[] {
  const { from, to, epoch, events } = batches.Parse(json);
  const numbers = events.map(({ sequence }) => Number(sequence));
  const whole = numbers.length === to - from + 1 && numbers.every((number, at) => number === from + at);
  return [
    ...(whole ? [] : [`${topic} says ${from} to ${to} and holds ${numbers.join(', ')}`]),
    ...events.filter(({ id, sequence }) => id !== `${epoch}:t0:${Number(sequence)}`).map(({ id }) => `${id} is no id`),
    ...events.flatMap(({ type, data: content }) => dataProblems(type, content)),
  ];
}

function wrong(what: string, validator: Validator, value: unknown): string {
  const errors = validator.Errors(value).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
  return `${what}: ${errors.slice(0, 5).join('; ')} in ${JSON.stringify(value).slice(0, 600)}`;
}
