import { expect, it } from 'vitest';
import type { Event } from '../../src/domain/events.ts';
import { instant } from '../../src/domain/units.ts';
import { openLedger } from '../support/ledger.ts';
import { NOON } from '../support/manual-clock.ts';

const signal = (limitId: string, raw: string, afterMs = 0): Event => ({
  type: 'limit-evidence-noted',
  evidence: { limitId, circuit: 'main', source: limitId, kind: 'signal', raw, at: instant(NOON + afterMs) },
});

it('keeps of a source that never rests no more than its share, and what others asked for', () => {
  const { given, rows } = openLedger();
  given(signal('relay', 'asked'));
  given(...Array.from({ length: 20_200 }, (_, n) => signal('ems', String(n))));
  const [kept] = rows("SELECT count(*) AS n FROM limit_evidence WHERE limit_id = 'ems'") as { n: number }[];
  expect(kept?.n).toBeLessThanOrEqual(20_100);
  expect(kept?.n).toBeGreaterThanOrEqual(20_000);
  expect(rows("SELECT count(*) AS n FROM limit_evidence WHERE limit_id = 'relay'")).toEqual([{ n: 1 }]);
});

it('keeps evidence for two years, and drops it then', () => {
  const { given, rows } = openLedger();
  const day = 86_400_000;
  given(signal('a', 'old'), signal('a', 'later', 730 * day));
  expect(rows('SELECT id FROM limit_evidence')).toHaveLength(2);
  given(signal('a', 'last', 733 * day));
  expect(rows('SELECT id FROM limit_evidence')).toEqual([{ id: 2 }, { id: 3 }]);
});
