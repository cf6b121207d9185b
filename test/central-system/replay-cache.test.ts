import { describe, expect, it } from 'vitest';
import { createReplayCache } from '../../src/central-system/replay-cache.ts';

describe('the replay cache', () => {
  it('gives the same answer to the same message, and none to another under the same id', () => {
    const cache = createReplayCache();
    cache.remember('1', '[2,"1","Heartbeat",{}]', 'answer');
    expect(cache.find('1', '[2,"1","Heartbeat",{}]')).toBe('answer');
    expect(cache.find('1', '[2,"1","Heartbeat",{"x":1}]')).toBeNull();
    expect(cache.find('2', '[2,"1","Heartbeat",{}]')).toBeNull();
  });

  it('holds the last 16, a repeated one counting as new', () => {
    const cache = createReplayCache();
    for (let at = 0; at < 16; at++) cache.remember(`${at}`, 'request', `answer ${at}`);
    cache.remember('0', 'request', 'answer 0');
    cache.remember('16', 'request', 'answer 16');
    expect(cache.find('0', 'request')).toBe('answer 0');
    expect(cache.find('1', 'request')).toBeNull();
    expect(cache.find('2', 'request')).toBe('answer 2');
  });

  it('does not hold what is longer than 65,536 characters', () => {
    const cache = createReplayCache();
    const [fits, long] = ['x'.repeat(65_536), 'x'.repeat(65_537)];
    cache.remember('fits', fits, 'answer');
    cache.remember('long', long, 'answer');
    expect(cache.find('fits', fits)).toBe('answer');
    expect(cache.find('long', long)).toBeNull();
  });

  it('takes names of built-in properties for message ids like any other', () => {
    const cache = createReplayCache();
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(cache.find(name, 'request')).toBeNull();
      cache.remember(name, 'request', name);
      expect(cache.find(name, 'request')).toBe(name);
    }
  });
});
