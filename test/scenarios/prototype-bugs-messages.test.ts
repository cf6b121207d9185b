import { expect, it } from 'vitest';
import {
  ampsOf,
  expectSafe,
  expectShared,
  isAnswerTo,
  isLimitFor,
  outOfReach,
  settledSite,
  trustedSite,
  untilSent,
} from './prodded-site.ts';

/** Bugs that broke prototypes of load balancing (design: safety, section 2): messages that are late, lost or out of order. */

const limitFor1 = isLimitFor('CP01');
const onTime = (): number => 0;

it('a late acknowledgement of an older limit says nothing of the newer one', () => {
  const { site, begun } = trustedSite({ limitA: 40, chargePoints: 3 });
  const { network } = site.world;
  site.plugIn(0);
  const raise = untilSent(site, (frame) => limitFor1(frame) && ampsOf(frame) > 30);
  // Its answer comes when a lower limit is decided and waits for it; that one is lost, and its silence takes 30 s to show.
  const isAnswer = isAnswerTo(raise);
  network.lateMs = (frame) => (isAnswer(frame) ? 1_900 : limitFor1(frame) ? Number.POSITIVE_INFINITY : 0);
  const from = network.frames.length;
  site.plugIn(1);
  site.advance(1.5);
  expect(site.plan()[0]?.limitA).toBeLessThan(30);
  expect(network.frames.slice(from).some(limitFor1)).toBe(false);
  site.advance(28);
  expect(network.frames.slice(from).filter(limitFor1)).toHaveLength(1);
  network.lateMs = onTime;
  site.advance(300);
  expectSafe(site, begun);
  expectShared(site, 40, [0, 1]);
  site.stop();
});

it('a higher limit that arrives after the lower one that was sent behind it is counted with', () => {
  const { site, begun } = trustedSite({ limitA: 40, chargePoints: 3 });
  const { network } = site.world;
  site.plugIn(0);
  network.lateMs = (frame) => (limitFor1(frame) && ampsOf(frame) > 30 ? 6_000 : 0);
  untilSent(site, (frame) => limitFor1(frame) && ampsOf(frame) > 30);
  const from = network.frames.length;
  site.plugIn(1);
  site.advance(5);
  expect(network.frames.slice(from).filter(limitFor1).map(ampsOf)).toEqual([19]);
  site.advance(295);
  expectSafe(site, begun);
  expectShared(site, 40, [0, 1]);
  site.stop();
});

it('the acknowledgement of a lower limit that overlapped a higher one does not release the higher one', () => {
  const { site, begun } = trustedSite({ limitA: 40, chargePoints: 3 });
  const { network } = site.world;
  site.plugIn(0);
  // It is carried out only when the lag of the lower one is long over.
  network.lateMs = (frame) => (limitFor1(frame) && ampsOf(frame) > 30 ? 24_000 : 0);
  const raise = untilSent(site, (frame) => limitFor1(frame) && ampsOf(frame) > 30);
  const from = network.frames.length;
  site.plugIn(1);
  site.advance(20);
  const lower = network.frames.slice(from).filter(limitFor1);
  expect(lower.map(ampsOf)).toEqual([19]);
  expect(network.frames.some(isAnswerTo(JSON.parse(lower[0]?.text ?? '')[1]))).toBe(true);
  expect(network.frames.some(isAnswerTo(raise))).toBe(false);
  site.advance(280);
  expectSafe(site, begun);
  expectShared(site, 40, [0, 1]);
  site.stop();
});

it('a limit that can not be recorded is not sent: a process that dies then has promised nothing', () => {
  const { site, begun } = settledSite({ limitA: 40, chargePoints: 3 });
  const { network } = site.world;
  const from = network.frames.length;
  site.world.database.exec(`
    CREATE TEMP TRIGGER full BEFORE UPDATE ON commitments BEGIN SELECT RAISE(ABORT, 'no room on the disk'); END`);
  site.plugIn(0);
  site.advance(30);
  expect(site.plan()[0]?.transactionId).not.toBeNull();
  expect(network.frames.slice(from).filter(limitFor1)).toEqual([]);
  site.world.killController();
  outOfReach(site, 'CP01');
  site.world.database.exec('DROP TRIGGER full');
  site.world.startController();
  site.advance(30);
  site.plugIn(1);
  site.plugIn(2);
  site.advance(300);
  network.unreachable.clear();
  site.advance(400);
  expectSafe(site, begun);
  expectShared(site, 40, [0, 1, 2]);
  site.stop();
});

it('a limit whose bytes have left is on record: the next process counts with it, though it was never answered', () => {
  const { site, begun } = settledSite({ limitA: 40, chargePoints: 3, leaseS: 120 });
  site.plugIn(0);
  untilSent(site, (frame) => limitFor1(frame) && ampsOf(frame) > 30);
  site.advance(0.05);
  site.world.killController();
  expect(site.electricity.allowedSums().get('grid')?.[0]).toBeGreaterThan(30);
  outOfReach(site, 'CP01');
  site.advance(1);
  site.world.startController();
  site.advance(30);
  site.plugIn(1);
  site.plugIn(2);
  site.advance(300);
  site.world.network.unreachable.clear();
  site.advance(400);
  expectSafe(site, begun);
  expectShared(site, 40, [0, 1, 2]);
  site.stop();
});
