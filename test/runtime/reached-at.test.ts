import { expect, it } from 'vitest';
import { reachedAt } from '../../src/runtime/reached-at.ts';

const request = (host: string | undefined, localAddress = '192.168.1.5', localPort = 9000) =>
  ({ headers: { host }, socket: { localAddress, localPort } }) as unknown as Parameters<typeof reachedAt>[0];

it.each([
  ['gateway.local:9000', 'http://gateway.local:9000'],
  ['10.0.0.5:19000', 'http://10.0.0.5:19000'],
  ['[fe80::1]:9000', 'http://[fe80::1]:9000'],
  ['gateway', 'http://gateway'],
  [undefined, 'http://192.168.1.5:9000'],
  ['', 'http://192.168.1.5:9000'],
  ['user:pass@evil', 'http://192.168.1.5:9000'],
  ['a/b?c#d', 'http://192.168.1.5:9000'],
  ['a b', 'http://192.168.1.5:9000'],
  ['x'.repeat(300), 'http://192.168.1.5:9000'],
])('a client that calls us %j is told to come to %s', (host, wanted) => {
  expect(reachedAt(request(host))).toBe(wanted);
});

it('writes the address of the connection as an address has it', () => {
  expect(reachedAt(request(undefined, '::ffff:10.0.0.5'))).toBe('http://10.0.0.5:9000');
  expect(reachedAt(request(undefined, 'fd00::5'))).toBe('http://[fd00::5]:9000');
});
