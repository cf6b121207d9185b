import { expect, it } from 'vitest';
import { dialectKey } from '../../src/domain/dialect.ts';
import type { Quirks } from '../../src/sim/quirks.ts';
import { createAlertViews } from '../../src/store/alert-view.ts';
import { createBalancedSite } from './balanced-site.ts';

/**
 * A make that ends the transaction when it is paused: found out by the first one that it costs, and from then on held at its
 * minimum, also with a floor of 0 A, while others take turns.
 */

type Site = ReturnType<typeof createBalancedSite>;

const ending: Partial<Quirks> = { endsWhenPaused: true };
/** Two of the make are among six, on a connection that five of them fill with their minimums. */
const OF_THE_MAKE = [0, 1];

function site(quirks: Partial<Quirks> = {}): Site {
  const made = createBalancedSite({
    limitA: 33,
    chargePoints: 6,
    quirks: (index) => (OF_THE_MAKE.includes(index) ? { ...ending, ...quirks } : quirks),
  });
  made.powerOn();
  made.advance(90);
  return made;
}

const runs = ({ points }: Site, index: number): boolean => points[index]?.connectors[0]?.transaction != null;
const pause = ({ world }: Site) => world.controller().balancing?.world.chargePoints.get('CP01')?.dialect.pause;

it('costs one car its transaction, is then held at its minimum once it charges, and the others take turns', () => {
  const made = site();
  for (const index of OF_THE_MAKE) made.plugIn(index);
  made.advance(60);
  for (let index = 2; index < 6; index += 1) made.plugIn(index);
  let lost: number | undefined;
  for (let minute = 0; minute < 40 && lost === undefined; minute += 1) {
    made.advance(60);
    lost = OF_THE_MAKE.find((index) => !runs(made, index));
  }
  expect(pause(made)).toBe('never');
  // Nothing is wrong with a floor of 0 A, since it waits for its first current.
  expect(createAlertViews(made.world.database).alerts()).toEqual([]);
  made.points[lost ?? 0]?.connectors[0]?.unplug();
  made.advance(5);
  made.plugIn(lost ?? 0);
  // When its turn comes, it stays.
  made.advance(1_200);
  const served = new Set<number>();
  for (let minute = 0; minute < 40; minute += 1) {
    made.advance(60);
    for (const index of OF_THE_MAKE) {
      expect(runs(made, index)).toBe(true);
      expect(made.drawn(index)).toBeGreaterThanOrEqual(6);
    }
    for (let index = 2; index < 6; index += 1) if (made.drawn(index) >= 6) served.add(index);
  }
  expect(served.size).toBe(4);
  expect(made.electricity.overloads.kept()).toEqual([]);
  made.stop();
}, 60_000);

it.each<[string, Partial<Quirks>]>([
  ['of its transaction', {}],
  ['above the default one', { noTxProfile: true }],
  ['of the whole charge point', { onlyChargePointMax: true }],
])(
  'with a limit %s it outlives a restart of the controller',
  (_, quirks) => {
    const made = site(quirks);
    for (const index of OF_THE_MAKE) made.plugIn(index);
    made.advance(90);
    sayNever(made);
    for (let index = 2; index < 6; index += 1) made.plugIn(index);
    made.advance(90);
    for (let round = 0; round < 3; round += 1) {
      made.world.killController();
      made.advance(20);
      made.world.startController();
      for (let step = 0; step < 6; step += 1) {
        made.advance(20);
        for (const index of OF_THE_MAKE) {
          expect(runs(made, index)).toBe(true);
          expect(made.drawn(index)).toBeGreaterThanOrEqual(6);
        }
      }
    }
    expect(made.electricity.overloads.kept()).toEqual([]);
    made.stop();
  },
  60_000,
);

function sayNever({ world }: Site): void {
  const { reader, execute } = world.controller();
  const nameplate = reader.nameplate('CP01');
  if (nameplate === null) throw new Error('it has not booted');
  void execute({ type: 'set-dialect', key: dialectKey(nameplate), values: { pause: 'never' } });
}
