import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { problemLines, valid, warningLines, write } from './scratch.ts';

describe('secrets', () => {
  const secretWord = 'correct horse battery';

  function passwordOf(source: string, env: Record<string, string> = {}) {
    return valid(`chargePoints: [{id: A, password: ${source}}]`, { env }).chargePoints[0]?.password;
  }

  test('from a file beside the configuration, without the line break at its end, byte for byte', () => {
    const bytes = Buffer.from([0xab, 0xcd, 0xff, 0x00, 0x0a, 0x20]);
    for (const end of ['', '\n', '\r\n']) {
      write('secrets/a', Buffer.concat([bytes, Buffer.from(end)]));
      expect(passwordOf('{file: secrets/a}')?.reveal()).toEqual(bytes);
    }
  });

  test('from the environment', () => {
    expect(passwordOf('{env: PW}', { PW: secretWord })?.reveal().toString()).toBe(secretWord);
  });

  test('an empty file is refused, a short secret gives a warning', () => {
    write('blank', '\n');
    expect(problemLines('chargePoints: [{id: A, password: {file: blank}}]')).toEqual([
      './site.yaml:1:34 chargePoints[0].password: names the file "./blank", which is empty',
    ]);
    expect(warningLines('chargePoints: [{id: A, password: {env: PW}}]', { env: { PW: 'short' } })).toEqual([
      './site.yaml:1:34 chargePoints[0].password: is shorter than 16 bytes, which is easy to guess',
    ]);
  });

  test('an id with a colon cannot have a password, but may stand without', () => {
    const env = { PW: secretWord };
    expect(problemLines('chargePoints: [{id: "a:b", password: {env: PW}}]', { env })).toEqual([
      './site.yaml:1:21 chargePoints[0].id: contains a colon, so it cannot log in with a password: HTTP Basic ends the user name there',
    ]);
    expect(valid('chargePoints: [{id: "a:b"}]').chargePoints[0]?.id).toBe('a:b');
  });

  test('they are not printed by anything', () => {
    const config = valid('chargePoints: [{id: A, password: {env: PW}}]', { env: { PW: secretWord } });
    const { password } = config.chargePoints[0] ?? {};
    const printed = [JSON.stringify(config), inspect(config, { depth: 9, showHidden: true }), String(password)];
    for (const text of printed) {
      expect(text).toContain('***');
      expect(text).not.toContain(secretWord);
      expect(text).not.toContain(Buffer.from(secretWord).toString('hex').slice(0, 8));
    }
  });

  test.each([
    `chargePoints: [{id: A, password: ${secretWord}}]`,
    `chargePoints: [{id: A, pasword: ${secretWord}}]`,
    `chargePoints: [{id: A, password: [${secretWord}]}]`,
    `chargePoints: [{id: A, password: {value: ${secretWord}}}]`,
    `chargePoints: [{id: A, password: {env: ${secretWord}}}]`,
    `chargePoints: ${secretWord}`,
    `password: "${secretWord}`,
    `password: *${secretWord}`,
    `password: !${secretWord}`,
    `password: @${secretWord}`,
  ])('a misplaced one is not quoted: %s', (text) => {
    const lines = problemLines(text);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('\n')).not.toMatch(/correct|horse|battery/);
  });
});
