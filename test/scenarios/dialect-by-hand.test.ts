import { expect, it } from 'vitest';
import { dialectKey } from '../../src/domain/dialect.ts';
import { milliAmps } from '../../src/domain/units.ts';
import { createBalancedSite } from './balanced-site.ts';

it('what a person sets of a make holds from the next limit on, without a new connection', () => {
  const site = createBalancedSite({ limitA: 63, chargePoints: 4 });
  site.powerOn();
  site.advance(60);
  const { reader, execute } = site.world.controller();
  const nameplate = reader.nameplate('CP01');
  if (nameplate === null) throw new Error('it has not booted');
  void execute({ type: 'set-dialect', key: dialectKey(nameplate), values: { step: milliAmps(4_000) } });
  site.advance(1);
  for (let index = 0; index < 4; index += 1) site.plugIn(index);
  site.advance(60);
  // 59.85 A for four: 14.5 and 15 A in steps of half an amp.
  for (const { limitA } of site.plan()) expect([12, 16]).toContain(limitA);
  site.stop();
});
