/** One site with one booted charge point and one known card, and the words to charge there; anew for each test. */
import { afterEach, beforeEach } from 'vitest';
import { type ChargePoint, connect, type Payload } from './charge-point.ts';
import { startSite, type TestSite } from './site.ts';
import { column, putToken } from './site-rows.ts';

export let site: TestSite;
export let charger: ChargePoint;
beforeEach(async () => {
  site = await startSite();
  charger = await bootedAs('CP1');
  await putToken(site, 'CARD');
});
afterEach(() => site.stop());

export async function bootedAs(id: string): Promise<ChargePoint> {
  const made = await connect(site.url, id);
  await made.boot();
  return made;
}

export const at = (secondsAgo: number): string => new Date(Date.now() - secondsAgo * 1_000).toISOString();

export const startOf = (more: Payload = {}): Payload => ({
  connectorId: 1,
  idTag: 'CARD',
  meterStart: 1_000,
  timestamp: at(30),
  ...more,
});

export async function start(more: Payload = {}, by = charger): Promise<number> {
  const { transactionId } = await by.ask('StartTransaction', startOf(more));
  return Number(transactionId);
}

export const stopOf = (transactionId: number, more: Payload = {}): Payload => ({
  transactionId,
  meterStop: 2_000,
  timestamp: at(1),
  ...more,
});

export const stop = (transactionId: number, more: Payload = {}, by = charger): Promise<Payload> =>
  by.ask('StopTransaction', stopOf(transactionId, more));

export const findings = (transactionId: number): unknown[] =>
  column(site, 'SELECT kind FROM findings WHERE transaction_id = ? ORDER BY kind', transactionId);

export const state = (transactionId: number): unknown[] =>
  column(site, 'SELECT state FROM transactions WHERE id = ?', transactionId);
