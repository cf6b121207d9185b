/** Core: what the operator does to a charge point from afar. */
import { expect } from 'vitest';
import { conformance } from './conforms.ts';
import { authorize, charging, finish, ready, report, restart, start, stop } from './scenes.ts';

const conforms = conformance();
const accepted = { status: 'Accepted' };

conforms('TC_061_CSMS', async (lab) => {
  await ready(lab);
  const operation = await lab.operate('ClearCache', {}, accepted);
  await lab.leaves.operation(operation, 'done', { action: 'ClearCache', response: accepted });
});

conforms('TC_010_CSMS', async (lab) => {
  const idTag = await lab.card();
  await ready(lab);
  await report(lab, 1, 'Preparing');
  const operation = await lab.operate('RemoteStartTransaction', { idTag, connectorId: 1 }, accepted);
  await lab.leaves.operation(operation, 'accepted');
  await authorize(lab, idTag);
  const transactionId = await start(lab, idTag);
  await report(lab, 1, 'Charging');
  await lab.leaves.operation(operation, 'done');
  await lab.leaves.transaction(transactionId, { idTag, connectorId: 1, state: 'running' });
});

conforms('TC_011_1_CSMS', async (lab) => {
  const idTag = await lab.card();
  await ready(lab);
  const operation = await lab.operate('RemoteStartTransaction', { idTag, connectorId: 1 }, accepted);
  await authorize(lab, idTag);
  await report(lab, 1, 'Preparing');
  await lab.leaves.operation(operation, 'accepted');
  const transactionId = await start(lab, idTag);
  await report(lab, 1, 'Charging');
  await lab.leaves.operation(operation, 'done');
  await lab.leaves.transaction(transactionId, { idTag, connectorId: 1, state: 'running' });
});

conforms('TC_011_2_CSMS', async (lab) => {
  const idTag = await lab.card();
  await ready(lab);
  const operation = await lab.operate('RemoteStartTransaction', { idTag, connectorId: 1 }, accepted);
  await authorize(lab, idTag);
  await report(lab, 1, 'Preparing');
  await report(lab, 1, 'Available');
  await lab.leaves.operation(operation, ['accepted', 'timed-out']);
  await lab.leaves.transactions(0);
  await lab.leaves.connectors('Available', 'Available');
  // The card is free for another attempt.
  await lab.leaves.transaction(await charging(lab, idTag), { state: 'running' });
});

conforms('TC_012_CSMS', async (lab) => {
  const idTag = await lab.card();
  await ready(lab);
  const transactionId = await charging(lab, idTag);
  const operation = await lab.operate('RemoteStopTransaction', { transactionId }, accepted);
  await lab.leaves.operation(operation, 'accepted');
  await lab.leaves.transaction(transactionId, { state: 'running' });
  await stop(lab, transactionId, 'Remote');
  await finish(lab);
  await lab.leaves.operation(operation, 'done');
  await lab.leaves.transaction(transactionId, { state: 'stopped', reason: 'Remote', energyWh: 500 });
  await lab.leaves.connectors('Available', 'Available');
});

conforms('TC_013_CSMS', async (lab) => {
  await ready(lab);
  const operation = await lab.operate('Reset', { type: 'Hard' }, accepted);
  await lab.leaves.operation(operation, 'accepted', { request: { type: 'Hard' } });
  await restart(lab);
  await lab.leaves.operation(operation, 'done');
  await lab.leaves.chargePoint({ status: 'online', boots: 2 });
  await lab.leaves.connectors('Available', 'Available');
});

conforms('TC_014_CSMS', async (lab) => {
  await ready(lab);
  const operation = await lab.operate('Reset', { type: 'Soft' }, accepted);
  await lab.leaves.operation(operation, 'accepted', { request: { type: 'Soft' } });
  await restart(lab);
  await lab.leaves.operation(operation, 'done');
  await lab.leaves.chargePoint({ status: 'online', boots: 2 });
  await lab.leaves.connectors('Available', 'Available');
});

conforms('TC_017_1_CSMS', async (lab) => {
  await ready(lab);
  const operation = await lab.operate('UnlockConnector', { connectorId: 1 }, { status: 'Unlocked' });
  await lab.leaves.operation(operation, 'done', { response: { status: 'Unlocked' } });
  await lab.leaves.transactions(0);
});

conforms('TC_017_2_CSMS', async (lab) => {
  await ready(lab);
  const operation = await lab.operate('UnlockConnector', { connectorId: 1 }, { status: 'NotSupported' });
  await lab.leaves.operation(operation, 'refused', { response: { status: 'NotSupported' } });
});

conforms('TC_018_1_CSMS', async (lab) => {
  const idTag = await lab.card();
  await ready(lab);
  const transactionId = await charging(lab, idTag);
  const operation = await lab.operate('UnlockConnector', { connectorId: 1 }, { status: 'Unlocked' });
  // Unlocking ends no transaction by itself (OCPP 1.6 §5.18): the stop comes in its own time.
  await report(lab, 1, 'Finishing');
  await lab.leaves.transaction(transactionId, { state: 'running' });
  await stop(lab, transactionId, 'UnlockCommand');
  await report(lab, 1, 'Available');
  await lab.leaves.operation(operation, 'done');
  await lab.leaves.transaction(transactionId, { state: 'stopped', reason: 'UnlockCommand', energyWh: 500 });
  await lab.leaves.connectors('Available', 'Available');
});

conforms('TC_026_CSMS', async (lab) => {
  const idTag = await lab.card();
  await ready(lab);
  const operation = await lab.operate('RemoteStartTransaction', { idTag, connectorId: 1 }, { status: 'Rejected' });
  await lab.leaves.operation(operation, 'refused', { response: { status: 'Rejected' } });
  await lab.leaves.transactions(0);
});

conforms('TC_028_CSMS', async (lab) => {
  const idTag = await lab.card();
  await ready(lab);
  const running = await charging(lab, idTag);
  const unknown = running + 1_000_000;
  const operation = await lab.operate('RemoteStopTransaction', { transactionId: unknown }, { status: 'Rejected' });
  await lab.leaves.operation(operation, 'refused', { request: { transactionId: unknown } });
  await lab.leaves.transaction(running, { state: 'running', reason: null });
  await lab.leaves.connectors('Charging', 'Available');
});

conforms('TC_030_CSMS', async (lab) => {
  await ready(lab);
  const operation = await lab.operate('UnlockConnector', { connectorId: 1 }, { status: 'UnlockFailed' });
  await lab.leaves.operation(operation, 'refused', { response: { status: 'UnlockFailed' } });
  await lab.leaves.connectors('Available', 'Available');
});

conforms('TC_031_CSMS', async (lab) => {
  await ready(lab);
  const operation = await lab.operate('UnlockConnector', { connectorId: 99 }, { status: 'NotSupported' });
  await lab.leaves.operation(operation, 'refused', { request: { connectorId: 99 } });
  // Asking for a connector makes none.
  const { connectors } = await lab.operator.get(`/charge-points/${lab.charger.id}`);
  expect(connectors).toHaveLength(2);
});
