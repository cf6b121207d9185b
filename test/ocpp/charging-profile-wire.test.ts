import fc from 'fast-check';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import type { ChargingProfile } from '../../src/domain/charging-profile.ts';
import { instant } from '../../src/domain/units.ts';
import {
  clearCriteriaFromWire,
  installedFromWire,
  installedToWire,
  profileFromWire,
  profileToWire,
  reportedScheduleFromWire,
} from '../../src/ocpp/charging-profile-wire.ts';
import { SetChargingProfileRequest } from '../../src/ocpp/messages/smart-charging.ts';
import { anyInstalled, at, inSeconds, NOW, profile } from '../support/charging-profiles.ts';

const bare = {
  chargingProfileId: 5,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile' as const,
  chargingProfileKind: 'Relative' as const,
  chargingSchedule: { chargingRateUnit: 'A' as const, chargingSchedulePeriod: [{ startPeriod: 0, limit: 8.1 }] },
};

const full = {
  ...bare,
  transactionId: 7,
  stackLevel: 3,
  chargingProfilePurpose: 'TxProfile' as const,
  chargingProfileKind: 'Recurring' as const,
  recurrencyKind: 'Weekly' as const,
  validFrom: '2026-03-02T09:00:00+01:00',
  validTo: '2026-03-02T08:10:00Z',
  chargingSchedule: {
    duration: 600,
    startSchedule: '2026-03-02T08:00:00.000Z',
    chargingRateUnit: 'W' as const,
    chargingSchedulePeriod: [{ startPeriod: 0, limit: 11_000.5, numberPhases: 3 }],
    minChargingRate: 1400,
  },
};

const fullInside: ChargingProfile = {
  id: 5,
  transactionId: 7,
  stackLevel: 3,
  purpose: 'TxProfile',
  kind: 'Recurring',
  recurrency: 'Weekly',
  validFrom: NOW,
  validTo: inSeconds(600),
  schedule: {
    durationS: 600,
    startAt: NOW,
    unit: 'W',
    minChargingRate: 1400,
    periods: [{ startS: 0, limit: 11_000.5, phases: 3 }],
  },
};

describe('a charging profile', () => {
  it('is read with all its fields, and with the fewest', () => {
    expect(profileFromWire(full)).toEqual(fullInside);
    const inside = profile('0:8.1', { id: 5, kind: 'Relative', startAt: null });
    expect(profileFromWire(bare)).toEqual(inside);
    expect(installedFromWire({ connectorId: 2, csChargingProfiles: bare })).toEqual(at(2, inside));
  });

  it('is written with the fields that it has and no others', () => {
    expect(profileToWire(profileFromWire(bare))).toEqual(bare);
    const times = { validFrom: '2026-03-02T08:00:00.000Z', validTo: '2026-03-02T08:10:00.000Z' };
    expect(profileToWire(fullInside)).toEqual({ ...full, ...times });
  });

  it('is the same after being written as a message that its schema accepts, and read again', () => {
    fc.assert(
      fc.property(anyInstalled(250), (held) => {
        for (const one of held) {
          const message: unknown = JSON.parse(JSON.stringify(installedToWire(one)));
          if (!Value.Check(SetChargingProfileRequest, message)) throw new Error('its schema refuses it');
          expect(installedFromWire(message)).toEqual(one);
        }
      }),
    );
  });

  it('with a time that no schema would pass is refused, not taken as endless', () => {
    expect(() => profileFromWire({ ...bare, validTo: 'tomorrow' })).toThrow(RangeError);
  });
});

describe('the criteria of a ClearChargingProfile', () => {
  it('are null where they are left out', () => {
    const none = { id: null, connectorId: null, purpose: null, stackLevel: null };
    expect(clearCriteriaFromWire({})).toEqual(none);
    expect(clearCriteriaFromWire({ id: 0, connectorId: 0, stackLevel: 0 })).toEqual({
      ...none,
      id: 0,
      connectorId: 0,
      stackLevel: 0,
    });
    expect(clearCriteriaFromWire({ chargingProfilePurpose: 'TxProfile' })).toEqual({ ...none, purpose: 'TxProfile' });
  });
});

describe('the answer to a GetCompositeSchedule', () => {
  const scheduleStart = '2026-03-02T08:00:00Z';
  const schedule = (limit: number, numberPhases?: number) => ({
    chargingRateUnit: 'A' as const,
    chargingSchedulePeriod: [{ startPeriod: 0, limit, ...(numberPhases === undefined ? {} : { numberPhases }) }],
  });

  it('is read with its periods', () => {
    const chargingSchedule = { duration: 60, ...schedule(8.1, 1) };
    expect(reportedScheduleFromWire({ status: 'Accepted', connectorId: 1, scheduleStart, chargingSchedule })).toEqual({
      accepted: true,
      startAt: NOW,
      durationS: 60,
      unit: 'A',
      periods: [{ startS: 0, limit: 8.1, phases: 1 }],
    });
  });

  it('may say -1 for no limit and for any number of phases (MicroOcpp)', () => {
    const answer = { status: 'Accepted' as const, scheduleStart, chargingSchedule: schedule(-1, -1) };
    expect(reportedScheduleFromWire(answer).periods).toEqual([{ startS: 0, limit: null, phases: null }]);
  });

  it('may name its start in the schedule, against errata 3.57', () => {
    const chargingSchedule = { ...schedule(8), startSchedule: '2026-03-02T08:00:01Z' };
    expect(reportedScheduleFromWire({ status: 'Accepted', chargingSchedule }).startAt).toBe(instant(NOW + 1000));
    expect(reportedScheduleFromWire({ status: 'Accepted', scheduleStart, chargingSchedule }).startAt).toBe(NOW);
  });

  it.each(['Accepted', 'Rejected'] as const)('may be %s and nothing else', (status) => {
    const nothing = { accepted: status === 'Accepted', startAt: null, durationS: null, unit: null, periods: [] };
    expect(reportedScheduleFromWire({ status })).toEqual(nothing);
  });
});
