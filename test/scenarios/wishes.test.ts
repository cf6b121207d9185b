import { expect, it } from 'vitest';
import { noTerms } from '../../src/domain/charging-wish.ts';
import { instant } from '../../src/domain/units.ts';
import { createBalancedSite } from './balanced-site.ts';

const HOUR_MS = 3_600_000;

it('what was wished for a booking holds for the session that begins on it, and for no other', () => {
  const site = createBalancedSite({ limitA: 32, chargePoints: 3 });
  site.powerOn();
  site.advance(60);
  const { execute, reader } = site.world.controller();
  const now = site.world.clock.server.now();
  // Sent by hand, it has a number at the charge point that is not the id of its record.
  const expiryDate = new Date(now + HOUR_MS).toISOString();
  const payload = { connectorId: 1, reservationId: 77, idTag: 'CARD-0', expiryDate };
  void execute({ type: 'operate', chargePointId: 'CP01', action: 'ReserveNow', payload });
  site.advance(5);
  expect(reader.reservation(1)).toMatchObject({ chargePointId: 'CP01', reservationId: 77 });
  void execute({
    type: 'set-charging-wish',
    subject: { kind: 'reservation', id: 1 },
    terms: { ...noTerms, boostUntil: instant(now + HOUR_MS) },
  });
  for (const at of [0, 1, 2]) site.plugIn(at);
  site.advance(300);

  const limits = site.plan().map(({ limitA }) => limitA);
  // 30.4 A are free after the margin; who is boosted gets what the minimums of the others leave.
  expect(limits).toEqual([18, 6, 6]);
  expect(site.drawn(0)).toBeGreaterThan(17);
  site.stop();
});
