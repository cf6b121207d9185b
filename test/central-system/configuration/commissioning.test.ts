import { describe, expect, it } from 'vitest';
import { commissioningWishes } from '../../../src/central-system/configuration/commissioning.ts';
import { wishesFor } from '../../../src/domain/configuration.ts';
import {
  type KeyOnRecord,
  nextStep,
  type RecordedAttempt,
  serves,
  stateOf,
} from '../../../src/domain/configuration-state.ts';
import { instant } from '../../../src/domain/units.ts';

const at = instant(0);
const key = 'MeterValueSampleInterval';
const commissioning = commissioningWishes({});
const [interval] = commissioning;

const attempt = (sent: string, outcome: RecordedAttempt['outcome'], sinceBoot = true): RecordedAttempt => ({
  ...{ key, wanted: '10', sent, outcome, sinceBoot, reason: null, silences: 0, restarted: false, at },
});
const onRecord = (value: string, last: RecordedAttempt | null): KeyOnRecord => ({
  reported: { key, value, readonly: false, secret: false },
  untold: false,
  wish: interval ?? null,
  attempt: last,
});

describe('commissioning', () => {
  it('wishes less than anybody else', () => {
    const own = [{ key, value: '30', from: 'all' }] as const;
    const of = (all: typeof own | []) => wishesFor('CP1', { all, of: new Map(), commissioning }, []);
    expect(of([]).map((wish) => [wish.key, wish.from])).toEqual(
      [
        ['MeterValuesSampledData', 'commissioning'],
        [key, 'commissioning'],
      ].toSorted(([a = ''], [b = '']) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
    );
    expect(of(own).find((wish) => wish.key === key)).toEqual(own[0]);
    expect(commissioningWishes({ localAuthorizeOffline: false, webSocketPingInterval: 30 }).slice(2)).toEqual([
      { key: 'LocalAuthorizeOffline', value: 'false', from: 'commissioning' },
      { key: 'WebSocketPingInterval', value: '30', from: 'commissioning' },
    ]);
  });

  it('takes the first alternative that is accepted, and stays with it', () => {
    const next = (value: string, last: RecordedAttempt | null) => nextStep(onRecord(value, last), null, at);
    expect(next('60', null)).toEqual({ kind: 'change', value: '10' });
    expect(next('60', attempt('10', 'refused'))).toEqual({ kind: 'change', value: '15' });
    expect(next('60', attempt('15', 'not-applied'))).toEqual({ kind: 'change', value: '30' });
    expect(next('20', attempt('60', 'refused'))).toBeNull();
    expect(next('20', attempt('10', 'not-supported'))).toBeNull();
    expect(next('15', attempt('15', 'verified', false))).toBeNull();
    expect(stateOf(onRecord('15', attempt('15', 'verified')))).toEqual({ state: 'in-line', reason: null });
    expect(interval && ['10', '15', '20'].map((value) => serves(interval, value))).toEqual([true, true, false]);
  });
});
