import { expect } from 'vitest';
import type { Lab } from './conforms.ts';
import type { Payload } from './tester.ts';

/** States that cases begin from, and steps that many of them share. */

/** Now, as charge points write it, or so many seconds away from it. */
export const stamp = (secondsFromNow = 0): string => new Date(Date.now() + secondsFromNow * 1_000).toISOString();

export function report({ charger }: Pick<Lab, 'charger'>, connectorId: number, status: string, more: Payload = {}) {
  return charger.tell('StatusNotification', { connectorId, errorCode: 'NoError', status, timestamp: stamp(), ...more });
}

/** Every connector, and the charge point as a whole (0), in the same status. */
export async function reportAll(lab: Pick<Lab, 'charger'>, status: string): Promise<void> {
  for (const connectorId of [0, 1, 2]) await report(lab, connectorId, status);
}

/** BootNotification, which must be accepted, then the status of everything. */
export async function boot(lab: Pick<Lab, 'charger'>): Promise<void> {
  await bootOnly(lab);
  await reportAll(lab, 'Available');
}

export async function bootOnly({ charger }: Pick<Lab, 'charger'>): Promise<void> {
  const answer = await charger.tell('BootNotification', {
    chargePointVendor: 'Conformance',
    chargePointModel: 'Tester',
    chargePointSerialNumber: 'CT-1',
    firmwareVersion: '1.0',
  });
  expect(answer).toMatchObject({ status: 'Accepted' });
  expect(Number(answer.interval)).toBeGreaterThan(0);
  expectNow(answer.currentTime);
}

/** Connected, accepted, everything Available. */
export async function ready(lab: Pick<Lab, 'charger'>): Promise<void> {
  await lab.charger.connect();
  await boot(lab);
}

/** It resets: the connection is gone, and it comes back with a boot. */
export async function restart(lab: Pick<Lab, 'charger'>): Promise<void> {
  await lab.charger.disconnect();
  await ready(lab);
}

export async function authorize({ charger }: Pick<Lab, 'charger'>, idTag: string, status = 'Accepted'): Promise<void> {
  expect(await charger.tell('Authorize', { idTag })).toMatchObject({ idTagInfo: { status } });
}

/** StartTransaction, which must be accepted; returns its transactionId. */
export async function start({ charger }: Pick<Lab, 'charger'>, idTag: string, more: Payload = {}): Promise<number> {
  const request = { connectorId: 1, idTag, meterStart: 1_000, timestamp: stamp(), ...more };
  const answer = await charger.tell('StartTransaction', request);
  expect(answer).toMatchObject({ idTagInfo: { status: 'Accepted' } });
  return Number(answer.transactionId);
}

export function stop({ charger }: Pick<Lab, 'charger'>, transactionId: number, reason: string, more: Payload = {}) {
  return charger.tell('StopTransaction', { transactionId, meterStop: 1_500, timestamp: stamp(), reason, ...more });
}

/** The state Charging on connector 1: authorized, plugged in, started, reported. Returns the transactionId. */
export async function charging(lab: Pick<Lab, 'charger'>, idTag: string, more: Payload = {}): Promise<number> {
  await authorize(lab, idTag);
  await report(lab, 1, 'Preparing');
  const transactionId = await start(lab, idTag, more);
  await report(lab, 1, 'Charging');
  return transactionId;
}

/** What every charge point says when the cable is gone after a session. */
export async function finish(lab: Pick<Lab, 'charger'>): Promise<void> {
  await report(lab, 1, 'Finishing');
  await report(lab, 1, 'Available');
}

/** A time of day that the Central System gives must be ours, give or take what a slow machine needs. */
export function expectNow(text: unknown): void {
  expect(Math.abs(Date.parse(String(text)) - Date.now())).toBeLessThan(10_000);
}
