import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folder, problemLines } from './scratch.ts';

describe('each kind of error names its place, what is wrong and what is allowed', () => {
  const port = 'a whole number from 0 to 65535';
  const password = 'either {file: path} or {env: NAME}; a secret never stands in this file itself';
  const profile = '0 (nothing), 1 (password), 2 (TLS and password) or 3 (TLS and a certificate of the charge point)';
  const cases: [string, string, string[]][] = [
    [
      'unknown key, near a known one',
      'log:\n  levl: info\n',
      ['2:3 log.levl: is not a known key; allowed: level; did you mean level?'],
    ],
    ['unknown key, near none', 'log: {colour: red}', ['1:7 log.colour: is not a known key; allowed: level']],
    ['duplicate key', 'http:\n  port: 1\n  port: 2\n', ['3:3 http.port: is written twice; the first is in line 2']],
    ['number too large', 'ocpp:\n  port: 70000', [`2:9 ocpp.port: is 70000; allowed: ${port}`]],
    ['number too small', 'ocpp: {port: -1}', [`1:14 ocpp.port: is -1; allowed: ${port}`]],
    ['not a whole number', 'ocpp: {port: 1.5}', [`1:14 ocpp.port: is 1.5; allowed: ${port}`]],
    [
      'number in quotes',
      'ocpp: {port: "1"}',
      [`1:14 ocpp.port: is "1", which is text: leave out the quotes; allowed: ${port}`],
    ],
    [
      'number for text',
      'chargePoints:\n  - id: 0012\n',
      [
        '2:9 chargePoints[0].id: is the number 12, not text: put it in quotes; allowed: 1 to 48 characters, without / and without control characters',
      ],
    ],
    ['empty value', 'ocpp:\n  port:\n', [`2:3 ocpp.port: is empty; allowed: ${port}`]],
    ['section for a value', 'ocpp: {port: {a: 1}}', [`1:14 ocpp.port: is a section; allowed: ${port}`]],
    ['value for a section', 'log: info', ['1:6 log: is text; allowed: a section with the keys level']],
    [
      'section for a list',
      'chargePoints: {id: A}',
      ['1:15 chargePoints: is a section; allowed: a list of at most 2000 entries'],
    ],
    [
      'word that is not allowed',
      'ocpp: {unknownChargePoints: acept}',
      ['1:29 ocpp.unknownChargePoints: is "acept"; allowed: refuse | pending | accept; did you mean accept?'],
    ],
    [
      'time zone',
      'site: {timeZone: Europe/Berln}',
      [
        '1:18 site.timeZone: is "Europe/Berln"; allowed: an IANA time zone such as Europe/Berlin, or UTC; did you mean Europe/Berlin?',
      ],
    ],
    [
      'offset for a time zone',
      'site: {timeZone: "+01:00"}',
      ['1:18 site.timeZone: is "+01:00"; allowed: an IANA time zone such as Europe/Berlin, or UTC'],
    ],
    [
      'missing key',
      'chargePoints:\n  - connectors: []\n',
      ['2:5 chargePoints[0].id: is missing; allowed: 1 to 48 characters, without / and without control characters'],
    ],
    ['profile', 'ocpp: {securityProfile: 4}', [`1:25 ocpp.securityProfile: is 4; allowed: ${profile}`]],
    [
      'file of tokens that is not there',
      'authorization: {tokens: {file: a.csv}}',
      ['1:32 authorization.tokens.file: names the file "a.csv", which does not exist'],
    ],
    [
      'half a certificate',
      'http: {tls: {certFile: web.pem}}',
      ['1:13 http.tls: needs both certFile and keyFile, or neither'],
    ],
    [
      'id with a slash',
      'chargePoints: [{id: a/b}]',
      ['1:21 chargePoints[0].id: is "a/b"; allowed: 1 to 48 characters, without / and without control characters'],
    ],
    [
      'id too long',
      `chargePoints: [{id: ${'x'.repeat(49)}}]`,
      [
        `1:21 chargePoints[0].id: is "${'x'.repeat(40)}..."; allowed: 1 to 48 characters, without / and without control characters`,
      ],
    ],
    [
      'id with a control character',
      'chargePoints: [{id: "a\\u0000b"}]',
      [
        '1:21 chargePoints[0].id: is "a\\u0000b"; allowed: 1 to 48 characters, without / and without control characters',
      ],
    ],
    ['id twice', 'chargePoints:\n- id: A\n- id: A\n', ['3:7 chargePoints[1].id: is already the id of chargePoints[0]']],
    [
      'connector twice',
      'chargePoints: [{id: A, connectors: [{id: 1}, {id: 1}]}]',
      ['1:51 chargePoints[0].connectors[1].id: is 1, as of another connector of this charge point'],
    ],
    [
      'connector 0',
      'chargePoints: [{id: A, connectors: [{id: 0}]}]',
      ['1:42 chargePoints[0].connectors[0].id: is 0; allowed: a whole number from 1 to 64'],
    ],
    [
      'same port in both',
      'ocpp: {port: 1}\nhttp: {port: 1}',
      ['2:14 http.port: is 1, the same as ocpp.port; the two need different ports'],
    ],
    [
      'same port',
      'ocpp: {port: 8080}',
      ['1:14 ocpp.port: is 8080, the same as http.port; the two need different ports'],
    ],
    [
      'secret in the file',
      'chargePoints:\n- id: A\n  password: hunter2\n',
      [`3:13 chargePoints[0].password: is text; allowed: ${password}`],
    ],
    [
      'numeric secret in the file',
      'chargePoints: [{id: A, password: 123456}]',
      [`1:34 chargePoints[0].password: is a number; allowed: ${password}`],
    ],
    [
      'secret as the name of a variable',
      'chargePoints: [{id: A, password: {env: "hunter2 !"}}]',
      [
        '1:40 chargePoints[0].password.env: is not valid; allowed: the name of an environment variable: letters, digits and _',
      ],
    ],
    [
      'secret from two places',
      'chargePoints: [{id: A, password: {file: a, env: B}}]',
      [`1:34 chargePoints[0].password: has 2 keys; allowed: ${password}`],
    ],
    [
      'secret from nowhere',
      'chargePoints: [{id: A, password: {}}]',
      [`1:34 chargePoints[0].password: has 0 keys; allowed: ${password}`],
    ],
    [
      'secret file that is missing',
      'chargePoints: [{id: A, password: {file: gone}}]',
      ['1:34 chargePoints[0].password: names the file "./gone", which does not exist'],
    ],
    [
      'secret file that is a folder',
      'chargePoints: [{id: A, password: {file: .}}]',
      ['1:34 chargePoints[0].password: names the file ".", which is not a file'],
    ],
    [
      'secret variable that is not set',
      'chargePoints: [{id: A, password: {env: NOPE}}]',
      ['1:34 chargePoints[0].password: names the environment variable "NOPE", which is not set'],
    ],
    [
      'secret variable of the prototype',
      'chargePoints: [{id: A, password: {env: constructor}}]',
      ['1:34 chargePoints[0].password: names the environment variable "constructor", which is not set'],
    ],
    [
      'profile 1 without a password',
      'chargePoints: [{id: A, securityProfile: 1}]',
      ['1:16 chargePoints[0].password: is missing: security profile 1 needs {file: path} or {env: NAME}'],
    ],
    [
      'inherited profile 1 without a password',
      'ocpp: {securityProfile: 1}\nchargePoints: [{id: A}]',
      [
        '2:16 chargePoints[0].password: is missing: security profile 1 (from ocpp.securityProfile) needs {file: path} or {env: NAME}',
      ],
    ],
    [
      'prototype keys',
      '__proto__: {ocpp: {port: 1}}',
      [
        '1:1 __proto__: is not a known key; allowed: site, ocpp, http, certificates, store, files, authorization, reservations, blackBox, log, chargePoints, groups, circuits, meters, policy, limits, upstream',
      ],
    ],
    [
      'key with control characters',
      'log: {"a\\e[31m": 1}',
      ['1:7 log."a\\u001b[31m": is not a known key; allowed: level'],
    ],
    ['alias', 'site: &a {id: x}\nhttp: *a\n', ['2:7 http: YAML aliases are not supported; write the value out']],
    ['tag', 'site: !!binary aGk=', ['1:16 site: YAML tags are not supported; write the value plainly']],
    ['complex key', '? [a]\n: 1', ['1:3 a key must be a plain word']],
    ['two documents', 'log: {level: info}\n---\nlog: {level: warn}\n', ['2:1 holds more than one YAML document']],
    [
      'a group that there is not',
      'chargePoints: [{id: A, group: hall}]',
      ['1:31 chargePoints[0].group: is hall, and groups has none of this name'],
    ],
    ['two groups of one name', 'groups: [{id: a}, {id: a}]', ['1:24 groups[1].id: is already the id of groups[0]']],
    [
      'a secret among the keys of charge points',
      'ocpp: {configuration: {AuthorizationKey: abc}}',
      [
        '1:42 ocpp.configuration.AuthorizationKey: is a secret, and secrets do not stand in this file: send it over the API',
      ],
    ],
    [
      'the same key twice, in another case',
      'ocpp: {configuration: {LightIntensity: 1, lightintensity: 2}}',
      ['1:59 ocpp.configuration.lightintensity: is the same key as LightIntensity: upper and lower case do not count'],
    ],
    [
      'a key without a value',
      'ocpp: {configuration: {LightIntensity: }}',
      [
        '1:24 ocpp.configuration.LightIntensity: is empty; allowed: text of up to 500 characters, a number, true or false',
      ],
    ],
    [
      'a list of keys',
      'ocpp: {configuration: [LightIntensity]}',
      [
        '1:23 ocpp.configuration: is a list; allowed: a section of keys and values, such as MeterValueSampleInterval: 60',
      ],
    ],
    ['tab', 'log:\n\tlevel: info\n', ['2:1 a tab is used for indentation; YAML wants spaces']],
    [
      'open quote',
      'site: {name: "x',
      ['1:16 a character is missing here: a closing quote or bracket, a comma, a colon, or a space after it'],
    ],
    [
      'two keys in a line',
      'site: id: x',
      ['1:7 a second key cannot begin in the same line: is a line break or quoting missing?'],
    ],
    ['deep nesting', '['.repeat(100_000), ['1:1 is nested deeper than 32 levels']],
    [
      'directive alone',
      '%YAML\n',
      [
        '1:1 a line that begins with % has a meaning of its own in YAML: put it in quotes',
        '2:1 a character is missing here: a closing quote or bracket, a comma, a colon, or a space after it',
      ],
    ],
  ];

  test.each(cases)('%s', (_name, text, expected) => {
    expect(problemLines(text)).toEqual(expected.map((line) => `./site.yaml:${line}`));
  });

  test('everything wrong is reported at once, in the order of the file', () => {
    const lines = problemLines('log: {level: loud}\nhttp: {port: x}\nocpp: {port: y}\n');
    expect(lines.map((line) => line.split(' ')[1])).toEqual(['log.level:', 'http.port:', 'ocpp.port:']);
  });

  test('more than a hundred problems end in their number', () => {
    const text = Array.from({ length: 250 }, (_, index) => `wrong${index}: 1\n`).join('');
    const lines = problemLines(text);
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe('./site.yaml: has 150 more problems, which are not listed');
  });

  test('a file that is missing, a folder, too large, or not UTF-8', () => {
    expect(problemLines('', { file: join(folder, 'gone.yaml') })).toEqual(['./gone.yaml: does not exist']);
    expect(problemLines('', { file: folder })).toEqual(['.: is not a file']);
    expect(problemLines('#'.repeat(1_048_577))).toEqual(['./site.yaml: is larger than 1048576 bytes']);
    expect(problemLines(Buffer.from('site: {name: B\xfcro}', 'latin1'))).toEqual([
      './site.yaml: is not UTF-8 text; save it as UTF-8',
    ]);
  });
});
