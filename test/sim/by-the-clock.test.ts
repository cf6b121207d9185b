import { expect, it } from 'vitest';
import { begin, start, world } from './virtual-world.ts';

/** What happens by the clock and not by anybody's doing, in virtual time. */

it('StopTxnAlignedData: the readings by the clock come with the stop, and no others', () => {
  const one = world();
  one.clock.advance(5);
  const set = (key: string, value: string) => one.script.call('CP', 'ChangeConfiguration', { key, value });
  set('ClockAlignedDataInterval', '900');
  set('StopTxnAlignedData', 'Energy.Active.Import.Register');
  one.clock.advance(300);
  begin(one);
  one.clock.advance(3_600);
  one.connector.presentCard('CARD');
  one.clock.advance(5);
  const stop = one.script.sent.find(({ action }) => action === 'StopTransaction');
  const values: { timestamp: string; sampledValue: { context: string }[] }[] = JSON.parse(
    JSON.stringify(stop?.payload.transactionData),
  );
  expect(values.map(({ timestamp }) => Math.floor((Date.parse(timestamp) - start) / 1000))).toEqual([
    900, 1_800, 2_700, 3_600,
  ]);
  expect(new Set(values.flatMap(({ sampledValue }) => sampledValue.map(({ context }) => context)))).toEqual(
    new Set(['Sample.Clock']),
  );
});

it('a reservation of connector 0 keeps the last free connector until it expires', () => {
  const one = world();
  one.clock.advance(5);
  const expiryDate = new Date(start + 600_000).toISOString();
  const reserve = { connectorId: 0, idTag: 'GUEST', reservationId: 1, expiryDate };
  expect(one.script.call('CP', 'ReserveNow', reserve)).toContain('Accepted');
  begin(one);
  const [, second] = one.point.connectors;
  const present = (): boolean | null => {
    let effective: boolean | null = null;
    second?.presentCard('OTHER', (result) => {
      effective = result;
    });
    one.clock.advance(1);
    return effective;
  };
  expect(present()).toBe(false);
  one.clock.advance(600);
  expect(present()).toBe(true);
  const late = { ...reserve, reservationId: 2 };
  expect(one.script.call('CP', 'ReserveNow', late)).toContain('Rejected');
});
