import { expect } from 'vitest';
import { dialectKey, TRUSTED_AFTER } from '../../src/domain/dialect.ts';
import type { Frame } from '../../src/virtual-site/loopback.ts';
import { createBalancedSite, type SiteOptions } from './balanced-site.ts';

/** A site whose messages can be held up one by one, and what is asked of it afterwards: the electricity alone judges. */

export type Site = ReturnType<typeof createBalancedSite>;

/** With floors in place and proven. */
export function settledSite(options: SiteOptions): { site: Site; begun: number } {
  const site = createBalancedSite(options);
  site.powerOn();
  site.advance(60);
  return { site, begun: site.world.clock.sim.now() };
}

/** With a make that is believed on its word once its lag has passed, and nobody charging. */
export function trustedSite(options: SiteOptions): { site: Site; begun: number } {
  const { site } = settledSite(options);
  for (let index = 0; index < 3; index += 1) {
    site.plugIn(index);
    site.advance(60);
  }
  expect(site.world.controller().balancing?.world.chargePoints.get('CP01')?.dialect.proofs).toBe(TRUSTED_AFTER);
  for (const point of site.points) point.connectors[0]?.unplug();
  site.advance(90);
  return { site, begun: site.world.clock.sim.now() };
}

/** Its make is known to know the time after a loss of power. */
export function keepsTime(site: Site): void {
  const { reader, execute } = site.world.controller();
  const nameplate = reader.nameplate('CP01');
  if (nameplate === null) throw new Error('it has not booted');
  void execute({ type: 'set-dialect', key: dialectKey(nameplate), values: { keepsTime: true } });
}

/** No current above a limit and no permission for one, from then on. */
export function expectSafe({ electricity }: Site, begun: number): void {
  const since = ({ from }: { from: number }): boolean => from > begun;
  expect(electricity.overloads.kept().filter(since)).toEqual([]);
  expect(electricity.overcommitments.kept().filter(since)).toEqual([]);
}

/** These charge, and what the margin leaves is used but for remainders. */
export function expectShared(site: Site, limitA: number, indexes: readonly number[]): void {
  for (const index of indexes) expect(site.drawn(index)).toBeGreaterThanOrEqual(5.9);
  expect(site.flow()[0]).toBeGreaterThan(0.95 * limitA - 0.5 * site.points.length);
}

/** A limit for this charge point, or one of this purpose. */
export const isLimitFor =
  (id: string, purpose = 'TxProfile') =>
  (frame: Frame): boolean =>
    frame.id === id && !frame.up && frame.text.includes('"SetChargingProfile"') && frame.text.includes(`"${purpose}"`);

/** Until the next such frame has left; gives its message id. */
export function untilSent(site: Site, is: (frame: Frame) => boolean, mostS = 120): string {
  const { frames } = site.world.network;
  const from = frames.length;
  const find = (): Frame | undefined => frames.slice(from).find(is);
  for (let passed = 0; find() === undefined && passed < mostS; passed += 0.001) site.advance(0.001);
  const found = find();
  if (found === undefined) throw new Error(`nothing of the kind was sent within ${mostS} s`);
  return JSON.parse(found.text)[1];
}

/** The amps of the first period of a limit on its way. */
export function ampsOf({ text }: Frame): number {
  return JSON.parse(text)[3].csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0].limit;
}

export const isAnswerTo =
  (messageId: string) =>
  (frame: Frame): boolean =>
    frame.up && frame.text.startsWith(`[3,"${messageId}"`);

/** Out of reach until it is brought back. */
export function outOfReach({ world: { network } }: Site, id: string): void {
  network.unreachable.add(id);
  network.cut(id);
}
