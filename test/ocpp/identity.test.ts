import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chargePointIdFromPath, chooseSubprotocol } from '../../src/ocpp/identity.ts';

describe('chargePointIdFromPath', () => {
  test.each([
    ['/ocpp/CP001', 'CP001'],
    ['/CP001', 'CP001'],
    ['/webServices/ocpp/v1.6/CP3211', 'CP3211'],
    ['/ocpp/CP001/', 'CP001'],
    ['/ocpp//CP001//', 'CP001'],
    ['/ocpp/RDAM%20123', 'RDAM 123'],
    ['/ocpp/CP%2541', 'CP%41'],
    ['/ocpp/M%C3%BCnchen', 'München'],
    ['/ocpp/CP:1', 'CP:1'],
    ['/ocpp/CP001?token=a/b', 'CP001'],
    ['/ocpp/CP001#x/y', 'CP001'],
    ['ws://site:9000/ocpp/CP001', 'CP001'],
    ['/ocpp/__proto__', '__proto__'],
    [`/ocpp/${'x'.repeat(48)}`, 'x'.repeat(48)],
  ])('%s names %s', (url, id) => {
    expect(chargePointIdFromPath(url)).toEqual({ ok: true, id });
  });

  test.each([
    ['', 'no identity in the path'],
    ['/', 'no identity in the path'],
    ['///', 'no identity in the path'],
    ['/?id=CP001', 'no identity in the path'],
    ['/ocpp/%zz', 'not percent-encoded'],
    ['/ocpp/%', 'not percent-encoded'],
    ['/ocpp/CP%4', 'not percent-encoded'],
    ['/ocpp/%ff', 'not percent-encoded'],
    ['/ocpp/%c0%af', 'not percent-encoded'],
    ['/ocpp/RDAM 123', 'not percent-encoded'],
    ['/ocpp/M\u00fcnchen', 'not percent-encoded'],
    ['/ocpp/a%2Fb', 'characters not allowed'],
    ['/ocpp/a%5Cb', 'characters not allowed'],
    ['/ocpp/a%00', 'characters not allowed'],
    ['/ocpp/a%0d%0aX', 'characters not allowed'],
    ['/ocpp/a%7f', 'characters not allowed'],
    ['/ocpp/a%E2%80%AEb', 'characters not allowed'],
    ['/ocpp/..', 'characters not allowed'],
    ['/ocpp/%2e%2e', 'characters not allowed'],
    [`/ocpp/${'x'.repeat(49)}`, 'too long'],
    [`/ocpp/${'x'.repeat(1000)}`, 'too long'],
  ])('A20: %s is refused: %s', (url, reason) => {
    expect(chargePointIdFromPath(url)).toEqual({ ok: false, reason });
  });

  test('what a charge point encodes comes back, and nothing throws', () => {
    const id = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 48 });
    fc.assert(
      fc.property(id, (each) => {
        fc.pre(!/[/\\]/.test(each) && each !== '.' && each !== '..');
        expect(chargePointIdFromPath(`/ocpp/${encodeURIComponent(each)}`)).toEqual({ ok: true, id: each });
      }),
      { seed: 1 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (url) => {
        const identity = chargePointIdFromPath(url);
        expect(identity.ok ? identity.id.length >= 1 && identity.id.length <= 48 : true).toBe(true);
      }),
      { seed: 1 },
    );
  });
});

describe('TC_088: chooseSubprotocol', () => {
  test.each(['ocpp1.6', 'ocpp0.1,ocpp1.6', 'ocpp2.0.1, ocpp1.6', 'ocpp1.6, ocpp1.5'])(
    'takes ocpp1.6 from %j',
    (header) => {
      expect(chooseSubprotocol(header)).toBe('ocpp1.6');
    },
  );

  test.each([undefined, '', 'ocpp0.1', 'ocpp2.0.1', 'OCPP1.6', 'ocpp1.60', 'ocpp1.6 ocpp1.5', 'constructor'])(
    'refuses %j',
    (header) => {
      expect(chooseSubprotocol(header)).toBeNull();
    },
  );
});
