import { describe, expect, it } from 'vitest';
import { createCredentials } from '../../src/central-system/credentials.ts';

const key = '0123456789ABCDEF0123456789abcdef01234567';
const bytes = Buffer.from(key, 'hex');

const matches = (configured: Buffer, sent: Buffer, user = 'CP1'): boolean =>
  createCredentials(new Map([['CP1', configured]])).match('CP1', { user: Buffer.from(user), password: sent });

describe('a password', () => {
  it.each([
    ['a text as it is', Buffer.from('correct horse'), Buffer.from('correct horse'), true],
    ['a text in another case', Buffer.from('correct horse'), Buffer.from('Correct horse'), false],
    ['a text cut short', Buffer.from('correct horse'), Buffer.from('correct hors'), false],
    ['nothing', Buffer.from('correct horse'), Buffer.alloc(0), false],
    ['hex as its digits', Buffer.from(key), Buffer.from(key), true],
    ['hex in upper case', Buffer.from(key), Buffer.from(key.toUpperCase()), true],
    ['hex in lower case', Buffer.from(key), Buffer.from(key.toLowerCase()), true],
    ['hex as the bytes it stands for', Buffer.from(key), bytes, true],
    ['other bytes', Buffer.from(key), Buffer.from(bytes).fill(0, 0, 1), false],
    ['raw bytes as they are', Buffer.from([0xff, 0x00, 0x3a, 0xc3]), Buffer.from([0xff, 0x00, 0x3a, 0xc3]), true],
    ['raw bytes that UTF-8 would mend', Buffer.from([0xff]), Buffer.from('\ufffd'), false],
    ['hex too short to be a key, as bytes', Buffer.from('c0ffee'), Buffer.from('c0ffee', 'hex'), false],
    ['hex too short to be a key, in another case', Buffer.from('c0ffee'), Buffer.from('C0FFEE'), false],
  ])('%s', (_, configured, sent, right) => {
    expect(matches(configured, sent)).toBe(right);
  });

  it('counts only with the charge point id as the user name', () => {
    expect(matches(Buffer.from('secret'), Buffer.from('secret'), 'CP1')).toBe(true);
    for (const user of ['CP2', 'cp1', '', 'CP1 '])
      expect(matches(Buffer.from('secret'), Buffer.from('secret'), user)).toBe(false);
  });

  it('of nobody matches nothing, whatever the id is called', () => {
    const credentials = createCredentials(new Map());
    for (const id of ['CP1', '__proto__', 'constructor']) {
      expect(credentials.required(id)).toBe(false);
      expect(credentials.match(id, { user: Buffer.from(id), password: Buffer.alloc(0) })).toBe(false);
    }
  });
});

describe('wrong passwords', () => {
  const createGuesser = () => {
    const credentials = createCredentials(new Map([['CP1', Buffer.from('secret')]]));
    return {
      credentials,
      fail(times: number, at: number, source = 'here|CP1'): void {
        for (let done = 0; done < times; done++) credentials.failed(source, at);
      },
    };
  };

  it('are forgiven ten times, then six a minute', () => {
    const { credentials, fail } = createGuesser();
    fail(9, 0);
    expect(credentials.exhausted('here|CP1', 0)).toBe(false);
    fail(1, 0);
    expect(credentials.exhausted('here|CP1', 0)).toBe(true);
    expect(credentials.exhausted('here|CP1', 9_999)).toBe(true);
    expect(credentials.exhausted('here|CP1', 10_000)).toBe(false);
    fail(1, 10_000);
    expect(credentials.exhausted('here|CP1', 10_001)).toBe(true);
    // A rest of an hour gives back ten, not three hundred and sixty.
    fail(10, 3_600_000);
    expect(credentials.exhausted('here|CP1', 3_600_000)).toBe(true);
  });

  it('count for their source and charge point alone', () => {
    const { credentials, fail } = createGuesser();
    fail(20, 0);
    expect(credentials.exhausted('elsewhere|CP1', 0)).toBe(false);
    expect(credentials.exhausted('here|CP2', 0)).toBe(false);
  });

  it('are remembered of 1,000 sources', () => {
    const { credentials, fail } = createGuesser();
    fail(10, 0, 'first');
    for (let at = 0; at < 999; at++) fail(1, 0, `${at}`);
    expect(credentials.exhausted('first', 0)).toBe(true);
    fail(1, 0, 'one more');
    expect(credentials.exhausted('first', 0)).toBe(false);
  });
});
