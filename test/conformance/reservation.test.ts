/** Reservations, from ReserveNow to what becomes of them. */
import { expect } from 'vitest';
import { conformance, type Lab } from './conforms.ts';
import { authorize, charging, ready, report, stamp, stop } from './scenes.ts';
import type { Payload } from './tester.ts';

const conforms = conformance();
const accepted = { status: 'Accepted' };

let lastReservation = 0;

conforms('TC_046_CSMS', async (lab) => {
  const idTag = await lab.card();
  await ready(lab);
  const { reservationId } = await reserved(lab, { idTag });
  const transactionId = await charging(lab, idTag, { reservationId });
  await lab.leaves.transaction(transactionId, { idTag, reservationId, state: 'running' });
  await lab.leaves.reservation(reservationId, { state: 'used', transactionId });
});

conforms('TC_047_CSMS', async (lab) => {
  const idTag = await lab.card();
  await ready(lab);
  const expiryDate = stamp(3);
  const { reservationId } = await reserved(lab, { idTag, expiryDate });
  await lab.leaves.reservation(reservationId, { expiresAt: expiryDate });
  await lab.leaves.reservationTurned(reservationId, 'expired');
  await report(lab, 1, 'Available');
  await lab.leaves.reservation(reservationId, { state: 'expired', transactionId: null });
  await lab.leaves.connectors('Available', 'Available');
});

conforms('TC_048_1_CSMS', (lab) => refused(lab, 'Faulted'));

conforms('TC_048_2_CSMS', async (lab) => {
  await refused(lab, 'Occupied', () => report(lab, 1, 'Preparing'));
  await lab.leaves.connectors('Preparing', 'Available');
});

conforms('TC_048_3_CSMS', async (lab) => {
  await refused(lab, 'Unavailable', async () => {
    const change = await lab.operate('ChangeAvailability', { connectorId: 1, type: 'Inoperative' }, accepted);
    await report(lab, 1, 'Unavailable');
    await lab.leaves.operation(change, 'done');
  });
  await lab.leaves.connectors('Unavailable', 'Available');
});

conforms('TC_048_4_CSMS', (lab) => refused(lab, 'Rejected'));

conforms('TC_049_CSMS', async (lab) => {
  await ready(lab);
  const { reservationId } = await reserved(lab, { connectorId: 0 });
  await lab.leaves.reservation(reservationId, { connectorId: 0, state: 'active' });
  await lab.leaves.chargePoint({ reported: { status: 'Reserved' } });
});

conforms('TC_051_CSMS', async (lab) => {
  await ready(lab);
  const { reservationId } = await reserved(lab);
  const operation = await lab.operate('CancelReservation', { reservationId }, accepted);
  await report(lab, 1, 'Available');
  await lab.leaves.operation(operation, 'done');
  await lab.leaves.reservation(reservationId, { state: 'cancelled' });
  await lab.leaves.connectors('Available', 'Available');
});

conforms('TC_052_CSMS (2024-04)', async (lab) => {
  await ready(lab);
  const { reservationId } = await reserved(lab);
  const unknown = reservationId + 1_000_000;
  const operation = await lab.operate('CancelReservation', { reservationId: unknown }, { status: 'Rejected' });
  await lab.leaves.operation(operation, 'refused', { request: { reservationId: unknown } });
  await lab.leaves.reservation(reservationId, { state: 'active' });
  await lab.leaves.connectors('Reserved', 'Available');
});

// This edition leaves the id open, so here it is one that the operator made up, with nothing reserved under it at all.
conforms('TC_052_CSMS (2025-11)', async (lab) => {
  await ready(lab);
  const { reservationId } = await reserved(lab);
  const operation = await lab.operate('CancelReservation', { reservationId: 0 }, { status: 'Rejected' });
  await lab.leaves.operation(operation, 'refused', { request: { reservationId: 0 } });
  await lab.leaves.reservation(reservationId, { state: 'active' });
});

conforms('TC_053_CSMS (2024-04)', async (lab) => {
  const parentIdTag = 'RESERVING-GROUP';
  const [idTag, other] = [await lab.card({ parentIdTag }), await lab.card({ parentIdTag })];
  await ready(lab);
  const { reservationId } = await reserved(lab, { idTag, parentIdTag });
  await lab.leaves.reservation(reservationId, { parentIdTag });
  const transactionId = await charging(lab, idTag, { reservationId });
  // Although a transaction of the group runs: ConcurrentTx is for StartTransaction alone (OCPP 1.6 §7.2).
  const answer = await lab.charger.tell('Authorize', { idTag: other });
  expect(answer).toMatchObject({ idTagInfo: { status: 'Accepted', parentIdTag } });
  await stop(lab, transactionId, 'Local', { idTag: other });
  await report(lab, 1, 'Finishing');
  await lab.leaves.transaction(transactionId, { idTag, stopIdTag: other, parentIdTag, state: 'stopped' });
  await lab.leaves.reservation(reservationId, { state: 'used', transactionId });
  await authorize(lab, idTag);
});

/** ReserveNow that is accepted, and the status that follows. */
async function reserved(lab: Lab, fields: Payload = {}) {
  const request = await requestOf(lab, fields);
  const { reservationId, connectorId, idTag } = request;
  const operation = await lab.operate('ReserveNow', request, accepted);
  await report(lab, connectorId, 'Reserved');
  await lab.leaves.operation(operation, 'done');
  await lab.leaves.reservation(reservationId, { connectorId, idTag, state: 'active', transactionId: null });
  return request;
}

/** ReserveNow that the charge point does not grant, after `before`. */
async function refused(lab: Lab, status: string, before?: () => Promise<unknown>): Promise<void> {
  await ready(lab);
  await before?.();
  const request = await requestOf(lab, {});
  const operation = await lab.operate('ReserveNow', request, { status });
  await lab.leaves.operation(operation, 'refused', { response: { status } });
  await lab.leaves.reservation(request.reservationId, { state: 'refused' });
}

async function requestOf(lab: Lab, fields: Payload) {
  lastReservation += 1;
  const idTag = await lab.card();
  return { connectorId: 1, expiryDate: stamp(600), idTag, reservationId: lastReservation, ...fields };
}
