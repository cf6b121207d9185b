import { describe, expect, it } from 'vitest';
import { type ProfileWarningKind, profileWarningKinds } from '../../src/domain/profile-warning.ts';
import { type ProfileToSend, profileWarnings } from '../../src/domain/profile-warnings.ts';
import { at, DAY_S, inSeconds, NOW, profile } from '../support/charging-profiles.ts';

const silent = { maxStackLevel: null, maxPeriods: null, maxInstalled: null, units: null };

type Sent = Partial<ProfileToSend> & Pick<ProfileToSend, 'profile'>;

function warnings(sent: Sent) {
  return profileWarnings({
    action: 'SetChargingProfile',
    connectorId: 1,
    now: NOW,
    running: [{ id: 7, connectorId: 1 }],
    installed: [],
    capabilities: silent,
    ...sent,
  });
}

const max = (fields = {}) => profile('0:50', { purpose: 'ChargePointMaxProfile', ...fields });
const tx = (fields = {}) => profile('0:10', { purpose: 'TxProfile', transactionId: 7, ...fields });
const daily = { kind: 'Recurring', recurrency: 'Daily' } as const;
const remote = { action: 'RemoteStartTransaction', running: [] } as const;

const fine: readonly (readonly [string, Sent])[] = [
  ['a default for a connector', { profile: profile('0:6 60:7.5', { durationS: 61 }) }],
  ['a maximum on connector 0', { connectorId: 0, profile: max() }],
  ['a profile for the running transaction', { profile: tx({ validFrom: inSeconds(-1), validTo: inSeconds(1) }) }],
  ['a profile in a remote start', { ...remote, connectorId: null, profile: tx({ transactionId: null }) }],
  ['a daily schedule', { profile: profile('0:6', { ...daily, durationS: DAY_S }) }],
  ['a weekly schedule', { profile: profile('0:6 90000:8', { ...daily, recurrency: 'Weekly' }) }],
  ['a relative schedule', { profile: profile('0:6', { kind: 'Relative', startAt: null }) }],
  [
    'all that the charge point can take',
    {
      profile: profile('0:6 60:7', { id: 2, stackLevel: 3, durationS: 100 }),
      capabilities: { maxStackLevel: 3, maxPeriods: 2, maxInstalled: 2, units: ['A'] },
      installed: [at(1, profile('0:6', { id: 1, stackLevel: 3 })), at(0, max({ id: 3 }))],
    },
  ],
];

const odd: readonly (readonly [ProfileWarningKind, Sent, RegExp?])[] = [
  ['max-profile-off-connector-0', { profile: max() }, /not 1/],
  ['tx-profile-on-connector-0', { connectorId: 0, running: [{ id: 7, connectorId: 0 }], profile: tx() }],
  ['tx-profile-without-transaction', { profile: tx({ transactionId: null }) }],
  ['transaction-not-running', { profile: tx({ transactionId: 8 }) }, /transaction 8/],
  ['transaction-not-running', { connectorId: 2, profile: tx() }],
  ['transaction-not-allowed', { profile: profile('0:6', { transactionId: 7 }) }],
  ['transaction-not-allowed', { ...remote, profile: tx() }],
  ['remote-start-purpose', { ...remote, profile: profile('0:6') }],
  ['stack-level-negative', { profile: profile('0:6', { stackLevel: -1 }) }],
  [
    'stack-level-too-high',
    { profile: profile('0:6', { stackLevel: 4 }), capabilities: { ...silent, maxStackLevel: 3 } },
  ],
  [
    'too-many-profiles',
    {
      profile: profile('0:6', { id: 2 }),
      installed: [at(2, profile('0:6'))],
      capabilities: { ...silent, maxInstalled: 1 },
    },
  ],
  [
    'hides-lower-levels',
    { profile: profile('0:6', { id: 2, stackLevel: 1 }), installed: [at(0, profile('0:6'))] },
    /as 1/,
  ],
  ['valid-from-in-future', { profile: profile('0:6', { validFrom: inSeconds(1) }) }],
  ['valid-to-in-past', { profile: profile('0:6', { validTo: NOW }) }],
  ['never-valid', { profile: profile('0:6', { validFrom: inSeconds(20), validTo: inSeconds(10) }) }],
  ['recurring-without-recurrence', { profile: profile('0:6', { kind: 'Recurring' }) }],
  ['recurring-without-start', { profile: profile('0:6', { ...daily, startAt: null }) }],
  ['recurrence-without-recurring', { profile: profile('0:6', { recurrency: 'Daily' }) }],
  ['relative-with-start', { profile: profile('0:6', { kind: 'Relative' }) }],
  ['absolute-without-start', { profile: profile('0:6', { startAt: null }) }],
  ['starts-in-future', { profile: profile('0:6', { startAt: inSeconds(1) }) }],
  ['no-periods', { profile: profile('', { periods: [] }) }],
  ['first-period-not-0', { profile: profile('1:6') }],
  ['periods-out-of-order', { profile: profile('0:6 60:7 30:8') }],
  ['periods-out-of-order', { profile: profile('0:6 60:7 60:8') }],
  ['no-duration', { profile: profile('0:6', { durationS: 0 }) }],
  ['period-beyond-duration', { profile: profile('0:6 60:7', { durationS: 60 }) }],
  ['period-beyond-recurrence', { profile: profile(`0:6 ${DAY_S}:7`, daily) }, /a day/],
  ['period-beyond-recurrence', { profile: profile('0:6', { ...daily, durationS: DAY_S + 1 }) }],
  ['too-many-periods', { profile: profile('0:6 60:7'), capabilities: { ...silent, maxPeriods: 1 } }],
  ['too-many-decimals', { profile: profile('0:6.25') }, /6\.25/],
  ['too-many-decimals', { profile: profile('0:0.30000000000000004') }],
  ['too-many-decimals', { profile: profile('0:6', { minChargingRate: 4.01 }) }],
  ['fraction-refused-by-some', { profile: profile('0:8.1 1:0.3 2:1.2 3:2.3') }, /8\.1, 0\.3, 1\.2 and others/],
  ['negative-limit', { profile: profile('0:-1') }],
  ['phases-out-of-range', { profile: profile('', { periods: [{ startS: 0, limit: 6, phases: 4 }] }) }],
  ['unit-not-allowed', { profile: profile('0:6'), capabilities: { ...silent, units: ['W'] } }],
];

describe('a charging profile to be sent', () => {
  it.each(fine)('is not warned of: %s', (_, sent) => {
    expect(warnings(sent)).toEqual([]);
  });

  it.each(odd.map(([kind, sent, text = /\w/]) => ({ kind, sent, text })))(
    'has the oddity $kind',
    ({ kind, sent, text }) => {
      const found = warnings(sent);
      const others: readonly ProfileWarningKind[] = kind === 'never-valid' ? ['valid-from-in-future'] : [];
      expect(found.map((one) => one.kind).filter((one) => !others.includes(one))).toEqual([kind]);
      expect(found.find((one) => one.kind === kind)?.text).toMatch(text);
    },
  );

  it('has no oddity that these tests leave out', () => {
    expect([...new Set(odd.map(([kind]) => kind))].sort()).toEqual([...profileWarningKinds].sort());
  });

  it('may have several at once', () => {
    const found = warnings({ connectorId: 0, running: [], profile: tx({ transactionId: null, recurrency: 'Weekly' }) });
    expect(found.map((one) => one.kind)).toEqual([
      'tx-profile-on-connector-0',
      'tx-profile-without-transaction',
      'transaction-not-running',
      'recurrence-without-recurring',
    ]);
  });
});
