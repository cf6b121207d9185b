import { describe, expect, it } from 'vitest';
import { openLedger } from '../support/ledger.ts';
import { NOON } from '../support/manual-clock.ts';
import { registered } from '../support/things.ts';

const reported = (chargePointId: string, value: string) =>
  ({
    type: 'configuration-reported',
    chargePointId,
    keys: [{ key: 'HeartbeatInterval', value, readonly: false, secret: false }],
    unknownKeys: [],
    complete: false,
    at: NOON,
  }) as const;

describe('what is kept of the rows of a charge point', () => {
  it('is what is committed: neither what was before, nor what was undone', () => {
    const { reader, database, given, record } = openLedger();
    given(registered('CP1'), registered('CP2'));
    const value = (id = 'CP1') => reader.reportedKeys(id)[0]?.value;
    expect(value()).toBeUndefined();
    given(reported('CP1', '10'), reported('CP2', '1'));
    expect([value(), value('CP2')]).toEqual(['10', '1']);
    given({ type: 'configuration-taken', chargePointId: 'CP1', key: 'HEARTBEATINTERVAL', value: '20', at: NOON });
    expect([value(), value('CP2')]).toEqual(['20', '1']);
    database.exec('BEGIN');
    expect(value()).toBe('20');
    record(reported('CP1', '30'));
    expect(value(), 'in its own transaction').toBe('30');
    database.exec('ROLLBACK');
    expect(value(), 'undone').toBe('20');
  });

  it('is read once for as long as nothing writes it, of those that were read last', () => {
    const { reader, given } = openLedger();
    const ids = Array.from({ length: 65 }, (_, index) => `CP${index}`);
    for (const id of ids) given(registered(id), reported(id, '10'));
    const first = reader.reportedKeys('CP0');
    given(reported('CP1', '20'));
    expect(reader.reportedKeys('CP0')).toBe(first);
    for (const id of ids.slice(1)) reader.reportedKeys(id);
    expect(reader.reportedKeys('CP0'), '64 others were read since').not.toBe(first);
    expect(reader.reportedKeys('CP0')).toEqual(first);
  });
});
