import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { load } from './scratch.ts';

describe('whatever the file holds, loading returns', () => {
  const word = fc.constantFrom(
    ...[
      'site',
      'ocpp',
      'port',
      'chargePoints',
      'id',
      'password',
      'file',
      'env',
      'connectors',
      'circuits',
      'log',
      'level',
    ],
    ...[
      ': ',
      ':',
      '- ',
      '\n',
      '\n  ',
      '\n    ',
      '\t',
      '{',
      '}',
      '[',
      ']',
      ', ',
      '"',
      "'",
      '#',
      '&a ',
      '*a',
      '!t ',
      '|',
      '>',
      '?',
    ],
    ...[
      '1',
      '-0',
      '1e9',
      'null',
      'true',
      '~',
      '__proto__',
      'constructor',
      '<<',
      '---\n',
      '...\n',
      '%',
      '\u0000',
      '\ufeff',
    ],
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(word, { maxLength: 60 }).map((words) => words.join('')),
    fc.json(),
  );

  test('with a configuration, or with problems that stand inside the file', () => {
    fc.assert(
      fc.property(text, (source) => {
        const result = load(source);
        if (result.ok) {
          expect(result.config.ocpp.port).toBeTypeOf('number');
          return;
        }
        expect(result.problems.length).toBeGreaterThan(0);
        const lines = source.split(/\r\n|\n|\r/).length;
        for (const { line, column, message } of result.problems) {
          expect(message).not.toBe('does not fit the schema');
          expect(line).toBeLessThanOrEqual(lines + 1);
          expect(column).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 1000 },
    );
  });

  const scalar = fc.oneof(fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.string({ unit: 'grapheme' }));
  const section = (...keys: string[]) => fc.dictionary(fc.constantFrom(...keys), fc.oneof(scalar, fc.array(scalar)));

  test('and the walk beside the schema agrees with the schema itself', () => {
    const shape = fc.record(
      {
        site: section('id', 'name', 'timeZone', 'nominalVoltageV', 'country'),
        ocpp: section('host', 'port', 'unknownChargePoints', 'securityProfile', 'callTimeoutS'),
        store: section('path', 'retentionDays', 'telemetryFlushS'),
        chargePoints: fc.array(section('id', 'password', 'securityProfile', 'connectors', 'allowMissingSubprotocol')),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(shape, (value) => {
        const result = load(JSON.stringify(value));
        const messages = result.ok ? [] : result.problems.map(({ message }) => message);
        expect(messages).not.toContain('does not fit the schema');
      }),
      { numRuns: 500 },
    );
  });
});
