import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskSecrets } from '../../src/ocpp/secrets.ts';

const secret = 'hunter2/x';

describe('a whole frame', () => {
  it.each([
    ['a changed key', '{"key":"AuthorizationKey","value":"hunter2"}', '{"key":"AuthorizationKey","value":"***"}'],
    [
      'the value first',
      '{"value": "hunter2", "key": "authorizationkey"}',
      '{"value": "***", "key": "authorizationkey"}',
    ],
    ['a password of a vendor', '{"key":"WifiPassword","value":"hunter2"}', '{"key":"WifiPassword","value":"***"}'],
    [
      'an escaped name',
      String.raw`{"k\u0065y":"Api\u0054oken","value":"hunter2"}`,
      String.raw`{"k\u0065y":"Api\u0054oken","value":"***"}`,
    ],
    [
      'a key that comes twice',
      '{"key":"Secret","value":"hunter2","key":"x"}',
      '{"key":"Secret","value":"***","key":"x"}',
    ],
    ['a number', '{"key":"SimPsk","value":1234}', '{"key":"SimPsk","value":"***"}'],
    ['a field of its own', '{"password":"hunter2","a":1}', '{"password":"***","a":1}'],
    ['all that a secret field holds', '{"secret":{"a":["hunter2",1]},"b":1}', '{"secret":{"a":["***","***"]},"b":1}'],
    [
      'JSON in a string',
      String.raw`{"data":"{\"token\":\"hunter2\",\"a\":1}"}`,
      String.raw`{"data":"{\"token\":\"***\",\"a\":1}"}`,
    ],
    ['credentials in a URL', '{"location":"ftp://user:hunter2@host/x"}', '{"location":"ftp://***@host/x"}'],
    [
      'a signed address',
      '{"location":"https://host/x?a=1&X-Amz-Signature=hunter2&b=2"}',
      '{"location":"https://host/x?a=1&X-Amz-Signature=***&b=2"}',
    ],
    [
      'a keyed address',
      '{"location":"https://host/x?token=hunter2#end"}',
      '{"location":"https://host/x?token=***#end"}',
    ],
    ['a user alone', '{"location":"https://hunter2@host/x"}', '{"location":"https://***@host/x"}'],
    ['a slash in a password', '{"location":"ftp://user:hunter2/@y@host/x"}', '{"location":"ftp://***@host/x"}'],
    ['escaped slashes', String.raw`{"location":"ftp:\/\/user:hunter2@host\/x"}`, '{"location":"ftp://***@host/x"}'],
  ])('hides %s', (_, payload, wanted) => {
    expect(maskSecrets(`[2,"1","Any",${payload}]`)).toBe(`[2,"1","Any",${wanted}]`);
  });

  it.each([
    '[3,"1",{"configurationKey":[{"key":"HeartbeatInterval","readonly":false,"value":"300"}],"unknownKey":["WifiPassword"]}]',
    '[3,"1",{"configurationKey":[{"key":"GetConfigurationMaxKeys","readonly":true,"value":"50"}]}]',
    '[2,"1","MeterValues",{"connectorId":1,"meterValue":[{"sampledValue":[{"value":"1.50","unit":"A"}]}]}]',
    '[2, "1", "GetDiagnostics", {"location": "http://10.0.0.1:8080/files/a@b?c=d:e@f"}]',
    '[2,"1","Authorize",{"idTag":"card"}]',
    '[2,"1","StatusNotification",{"info":"1.0 \\u0041 <b>"}]',
  ])('leaves %s as it came', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  it('hides only the value of the secret key among others', () => {
    const text =
      '[3,"1",{"configurationKey":[{"key":"A","value":"1"},{"value":"hunter2","key":"AuthorizationKey"},{"key":"B","value":"2"}]}]';
    expect(maskSecrets(text)).toBe(text.replace('hunter2', '***'));
  });
});

describe('a cut frame', () => {
  const frames = [
    `[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"${secret}"}]`,
    `[2,"1","ChangeConfiguration",{"value":"${secret}","key":"AuthorizationKey"}]`,
    `[3,"1",{"configurationKey":[{"key":"A","value":"1"},{"key":"AuthorizationKey","readonly":false,"value":"${secret}"}]}]`,
    `[2,"1","UpdateFirmware",{"location":"ftp://user:${secret}@host/x","retrieveDate":"2026-01-01T00:00:00Z"}]`,
    `[2,"1","DataTransfer",{"vendorId":"v","data":"{\\"password\\":\\"${secret}\\"}"}]`,
    `[2,"1","DataTransfer",{"vendorId":"v","password":"${secret}"}]`,
    String.raw`[2,"1","ChangeConfiguration",{"v\u0061lue":"${secret}","k\u0065y":"Authorization\u004bey"}]`,
  ];

  it.each(frames)('hides the secret wherever %s ends', (frame) => {
    for (let end = 0; end <= frame.length; end++) {
      expect(maskSecrets(frame.slice(0, end)), `cut at ${end}`).not.toContain('hu');
    }
  });

  it('still shows a cut list of measurements', () => {
    const text = '[2,"1","MeterValues",{"connectorId":1,"meterValue":[{"sampledValue":[{"value":"1.5"},{"value":"2';
    expect(maskSecrets(text)).toBe(text);
  });
});

describe('any text', () => {
  it('hides the secret in what is broken', () => {
    for (const text of [
      `[2,"1","X",{"key":"AuthorizationKey","value":,"value":"${secret}"}]`,
      `{"key":"AuthorizationKey" "value" : "${secret}"`,
      `"value": ${secret}, "key": "AuthorizationKey"`,
      `]]]]{"key":"AuthorizationKey","value":"${secret}"}`,
      `ftp://user:${secret}@host is where it is`,
    ]) {
      expect(maskSecrets(text)).not.toContain('hunt');
    }
  });

  it('never throws, and leaves JSON what it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json(), fc.string({ unit: fc.constantFrom(...'{}[]":,\\ua1/@ ') })),
        (text) => {
          const shown = maskSecrets(text);
          let parses = true;
          try {
            JSON.parse(text);
          } catch {
            parses = false;
          }
          if (parses) JSON.parse(shown);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('finds the secret at any depth of a valid frame', () => {
    const around = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.constant({ value: secret, key: 'AuthorizationKey' }),
        fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
        fc.dictionary(fc.string(), tie('node'), { minKeys: 1, maxKeys: 3 }),
      ),
    })).node;
    fc.assert(
      fc.property(around, (payload) => {
        expect(maskSecrets(JSON.stringify([2, '1', 'X', payload]))).not.toContain('hunt');
      }),
    );
  });

  it('hides the one-time token of a file, and leaves other addresses as they are', () => {
    const token = 'Ab_-'.repeat(8);
    const text = (location: string) => JSON.stringify([2, '1', 'GetDiagnostics', { location }]);
    expect(maskSecrets(text(`http://gateway:9000/files/${token}/`))).toBe(text('http://gateway:9000/files/***/'));
    expect(maskSecrets(text(`http://gateway:9000/files/${token}/fw.bin`))).toBe(
      text('http://gateway:9000/files/***/fw.bin'),
    );
    expect(maskSecrets(`http://gateway/files/${token}`)).toBe('http://gateway/files/***');
    const other = text('http://nas/files/backup/fw.bin');
    expect(maskSecrets(other)).toBe(other);
  });

  it('takes time in proportion to its length', () => {
    const worst = ['a://', 'a://b:', 'a', '"a', '{"value":', '"pwd', '\\', '["{\\"', '{"a":{"key":'];
    const took = worst.map((piece) => {
      const text = piece.repeat(Math.floor(8_192 / piece.length));
      const started = performance.now();
      maskSecrets(text);
      return performance.now() - started;
    });
    expect(Math.max(...took)).toBeLessThan(500);
  });
});
