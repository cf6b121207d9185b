/**
 * Our schemas against the official ones as the package ocpp-rpc ships them, which hold the 28 actions of OCPP 1.6 and the
 * 11 of the security extension: samples of either side, sound and spoilt, must get the same verdict from both, apart from
 * the differences listed here.
 */
import fc from 'fast-check';
import official from 'ocpp-rpc/lib/schemas/ocpp1_6.json' with { type: 'json' };
import { createValidator } from 'ocpp-rpc/lib/validator.js';
import { describe, expect, test } from 'vitest';
import { type Action, actions } from '../../src/ocpp/messages/actions.ts';
import { parseTimestamp } from '../../src/ocpp/timestamp.ts';
import { checkRequest, checkResponse } from '../../src/ocpp/validate.ts';
import type { Violation } from '../../src/ocpp/violation.ts';
import { type JsonSchema, spoil, spoiling, validFor } from './samples.ts';

const theirs = createValidator('ocpp1.6', official);
const names = Object.keys(actions) as Action[];
const messages = names.flatMap((action) => [
  { message: `${action}.req`, schema: actions[action].request, check: (it: unknown) => checkRequest(action, it) },
  { message: `${action}.conf`, schema: actions[action].response, check: (it: unknown) => checkResponse(action, it) },
]);

function officialSchema(message: string): JsonSchema {
  const found: unknown = official.find((each) => each.$id === `urn:${message}`);
  if (found === undefined) throw new Error(`the package has no ${message}`);
  return found as JsonSchema;
}

function theyAccept(message: string, payload: unknown): boolean {
  try {
    return theirs.validate(`urn:${message}`, payload) === true;
  } catch {
    return false;
  }
}

/** Where we refuse what the official validator accepts, and why. `value` is what our violation points at. */
const stricter: readonly { readonly why: string; readonly holds: (value: unknown) => boolean }[] = [
  {
    why: 'RFC 3339 wants T, a zone, a colon in it: ajv-formats takes less; the tolerance list reads those',
    holds: (value) =>
      typeof value === 'string' && /^\d{4}-\d\d-\d\d(?:\s.*|[T].*(?:[+-]\d\d(?:\d\d)?|\d))$/i.test(value),
  },
  {
    why: 'a time before 1970 or after 2199 is a broken clock',
    holds: (value) =>
      typeof value === 'string' && /^\d{4}-/.test(value) && (value < '1970-01-02' || value > '2199-12-30'),
  },
  {
    why: 'whole numbers beyond 2^53 are not exact, and OCPP-S had 32 bits',
    holds: (value) => typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value),
  },
  {
    why: 'the package allows a float error in a limit; on the wire it is a long row of digits, so we send none',
    holds: (value) => typeof value === 'number' && Math.abs(value * 10 - Math.round(value * 10)) < 1e-6,
  },
];

/** Where we accept what the official validator refuses, and why. */
const looser: readonly { readonly why: string; readonly holds: (values: readonly unknown[]) => boolean }[] = [
  {
    why: 'ajv-formats knows a leap second by its local time 23:59:60, RFC 3339 by its UTC time',
    holds: (values) =>
      values.some((each) => typeof each === 'string' && /:60/.test(each) && parseTimestamp(each) !== null),
  },
];

function at(payload: unknown, path: string): unknown {
  return path
    .split('/')
    .slice(1)
    .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], payload);
}

function leaves(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value];
}

function isListed(payload: unknown, violation: Violation | null): boolean {
  if (violation === null) return looser.some(({ holds }) => holds(leaves(payload)));
  return stricter.some(({ holds }) => holds(at(payload, violation.path)));
}

function compare(message: string, payload: unknown, violation: Violation | null): void {
  if (theyAccept(message, payload) === (violation === null) || isListed(payload, violation)) return;
  expect.unreachable(`${message} ${JSON.stringify(payload)}: we say ${violation?.message ?? 'sound'}`);
}

test('the package holds all that we do, and nothing more', () => {
  expect(official.map((each) => each.$id).sort()).toEqual(messages.map(({ message }) => `urn:${message}`).sort());
  expect(messages).toHaveLength(78);
});

describe.each(messages)('$message', ({ message, schema, check }) => {
  const ofTheirs = validFor(officialSchema(message));
  const ofOurs = validFor(schema);

  test('sound samples of either side are sound to both', () => {
    fc.assert(
      fc.property(ofTheirs, (payload) => {
        expect(check(payload)).toBeNull();
      }),
      { seed: 16, numRuns: 100 },
    );
    fc.assert(
      fc.property(ofOurs, (payload) => {
        expect(check(payload)).toBeNull();
        expect(theyAccept(message, payload)).toBe(true);
      }),
      { seed: 16, numRuns: 100 },
    );
  });

  test('spoilt samples get the same verdict', () => {
    const samples = fc.oneof(ofTheirs, ofOurs);
    fc.assert(
      fc.property(samples, spoiling, fc.option(spoiling), (sample, first, second) => {
        const once = spoil(sample, first);
        const payload = second === null ? once : spoil(once, second);
        compare(message, payload, check(payload));
      }),
      { seed: 16, numRuns: 400 },
    );
  });
});

describe('each listed difference is real', () => {
  const heartbeat = (currentTime: string) => ({ currentTime });

  test.each(['2026-11-22T10:00:00+0100', '2026-11-22T10:00:00+01', '2026-11-22 10:00:00Z', '1960-01-01T00:00:00Z'])(
    'only we refuse the time %s',
    (text) => {
      expect(theyAccept('Heartbeat.conf', heartbeat(text))).toBe(true);
      expect(checkResponse('Heartbeat', heartbeat(text))).not.toBeNull();
    },
  );

  test('only we refuse whole numbers beyond 2^53', () => {
    expect(theyAccept('RemoteStopTransaction.req', { transactionId: 2 ** 53 })).toBe(true);
    expect(checkRequest('RemoteStopTransaction', { transactionId: 2 ** 53 })).not.toBeNull();
  });

  test('only we refuse the float error of a limit', () => {
    const reply = (limit: number) => ({
      status: 'Accepted',
      chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
    });
    expect(theyAccept('GetCompositeSchedule.conf', reply(3 * 0.1))).toBe(true);
    expect(checkResponse('GetCompositeSchedule', reply(3 * 0.1))).not.toBeNull();
  });

  test('only we know a leap second in another zone', () => {
    expect(theyAccept('Heartbeat.conf', heartbeat('2017-01-01T01:59:60+02:00'))).toBe(false);
    expect(checkResponse('Heartbeat', heartbeat('2017-01-01T01:59:60+02:00'))).toBeNull();
  });
});

test.each([0.3, 1.2, 2.3, 8.1, 6, 32, 22_000.1])('Q15: a limit of %d is sound to both', (limit) => {
  const payload = {
    connectorId: 1,
    csChargingProfiles: {
      chargingProfileId: 1,
      stackLevel: 0,
      chargingProfilePurpose: 'TxDefaultProfile',
      chargingProfileKind: 'Relative',
      chargingSchedule: {
        chargingRateUnit: 'A',
        chargingSchedulePeriod: [{ startPeriod: 0, limit }],
        minChargingRate: limit,
      },
    },
  };
  expect(checkRequest('SetChargingProfile', payload)).toBeNull();
  expect(theyAccept('SetChargingProfile.req', payload)).toBe(true);
});

test('all one-decimal limits up to 320 pass, and none with two decimals', () => {
  const schedule = (limit: number) => ({
    status: 'Accepted',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
  });
  for (let tenths = 0; tenths <= 3200; tenths += 1) {
    expect(checkResponse('GetCompositeSchedule', schedule(tenths / 10))).toBeNull();
    expect(checkResponse('GetCompositeSchedule', schedule(tenths / 10 + 0.05))).not.toBeNull();
  }
});
