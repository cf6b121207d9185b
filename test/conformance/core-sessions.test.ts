/** Core: boot, charging sessions, cards that are refused, power loss and offline times. */
import { expect } from 'vitest';
import { conformance } from './conforms.ts';
import {
  authorize,
  bootOnly,
  charging,
  expectNow,
  finish,
  ready,
  report,
  reportAll,
  stamp,
  start,
  stop,
} from './scenes.ts';

const conforms = conformance();

conforms('TC_001_CSMS', async (lab) => {
  await lab.charger.connect();
  await bootOnly(lab);
  for (const connectorId of [0, 1, 2]) expect(await report(lab, connectorId, 'Available')).toEqual({});
  for (let beat = 0; beat < 2; beat += 1) expectNow((await lab.charger.tell('Heartbeat', {})).currentTime);
  await lab.leaves.chargePoint({ status: 'online', registration: 'accepted', boots: 1, vendor: 'Conformance' });
  await lab.leaves.chargePoint({ reported: { status: 'Available' } });
  await lab.leaves.connectors('Available', 'Available');
});

conforms('TC_003_CSMS', async (lab) => {
  const idTag = await lab.card();
  await ready(lab);
  await report(lab, 1, 'Preparing');
  await authorize(lab, idTag);
  const transactionId = await start(lab, idTag);
  await report(lab, 1, 'Charging');
  await lab.leaves.transaction(transactionId, {
    connectorId: 1,
    idTag,
    state: 'running',
    meterStartWh: 1_000,
    authorization: 'Accepted',
  });
  await lab.leaves.connectors('Charging', 'Available');
});

conforms('TC_004_1_CSMS', async (lab) => {
  const idTag = await lab.card({ parentIdTag: 'GROUP' });
  await ready(lab);
  const transactionId = await charging(lab, idTag);
  await lab.leaves.transaction(transactionId, { connectorId: 1, idTag, parentIdTag: 'GROUP', state: 'running' });
  await lab.leaves.connectors('Charging', 'Available');
});

conforms('TC_004_2_CSMS', async (lab) => {
  const idTag = await lab.card();
  await ready(lab);
  await authorize(lab, idTag);
  expect(await report(lab, 1, 'Preparing')).toEqual({});
  expect(await report(lab, 1, 'Available')).toEqual({});
  await lab.leaves.transactions(0);
  await lab.leaves.connectors('Available', 'Available');
  // Nothing of the first attempt stands in the way of another.
  await lab.leaves.transaction(await charging(lab, idTag), { state: 'running' });
});

conforms('TC_005_1_CSMS', async (lab) => {
  const idTag = await lab.card();
  await ready(lab);
  const transactionId = await charging(lab, idTag);
  await report(lab, 1, 'SuspendedEV');
  await lab.leaves.connectors('SuspendedEV', 'Available');
  expect(await stop(lab, transactionId, 'EVDisconnected')).toEqual({});
  await finish(lab);
  await lab.leaves.transaction(transactionId, {
    state: 'stopped',
    reason: 'EVDisconnected',
    stopIdTag: null,
    meterStopWh: 1_500,
    energyWh: 500,
  });
  await lab.leaves.connectors('Available', 'Available');
});

conforms('TC_007_CSMS', async (lab) => {
  const idTag = await lab.card();
  await ready(lab);
  await report(lab, 1, 'Preparing');
  const transactionId = await start(lab, idTag);
  await report(lab, 1, 'Charging');
  await lab.leaves.transaction(transactionId, { idTag, state: 'running', authorization: 'Accepted' });
});

conforms('TC_023_1_CSMS', async (lab) => {
  await ready(lab);
  await report(lab, 1, 'Preparing');
  await authorize(lab, 'NOBODY-KNOWS', 'Invalid');
  await lab.leaves.transactions(0);
});

conforms('TC_023_2_CSMS', async (lab) => {
  const idTag = await lab.card({ expiresAt: stamp(-3_600) });
  await ready(lab);
  await report(lab, 1, 'Preparing');
  await authorize(lab, idTag, 'Expired');
  await lab.leaves.transactions(0);
  await authorize(lab, await lab.card({ status: 'Expired' }), 'Expired');
});

conforms('TC_023_3_CSMS', async (lab) => {
  const idTag = await lab.card({ status: 'Blocked' });
  await ready(lab);
  await report(lab, 1, 'Preparing');
  await authorize(lab, idTag, 'Blocked');
  await lab.leaves.transactions(0);
  await lab.leaves.token(idTag, { status: 'Blocked' });
});

conforms('TC_024_CSMS', async (lab) => {
  await ready(lab);
  await authorize(lab, await lab.card());
  expect(await report(lab, 1, 'Preparing')).toEqual({});
  expect(await report(lab, 1, 'Faulted', { errorCode: 'ConnectorLockFailure' })).toEqual({});
  await lab.leaves.transactions(0);
  await lab.leaves.chargePoint({
    connectors: [
      { id: 1, status: 'Faulted', errorCode: 'ConnectorLockFailure' },
      { id: 2, status: 'Available', errorCode: 'NoError' },
    ],
  });
});

conforms('TC_032_1_CSMS', async (lab) => {
  const idTag = await lab.card();
  await ready(lab);
  const transactionId = await charging(lab, idTag);
  await lab.charger.disconnect();
  await lab.charger.connect();
  await bootOnly(lab);
  await lab.leaves.transaction(transactionId, { state: 'running' });
  for (const [connectorId, status] of ['Available', 'Finishing', 'Available'].entries()) {
    await report(lab, connectorId, status);
  }
  await lab.leaves.transaction(transactionId, { state: 'running' });
  await stop(lab, transactionId, 'PowerLoss');
  await lab.leaves.transaction(transactionId, { state: 'stopped', reason: 'PowerLoss', energyWh: 500 });
  await lab.leaves.chargePoint({ boots: 2 });
  await lab.leaves.connectors('Finishing', 'Available');
});

conforms('TC_037_1_CSMS', async (lab) => {
  const idTag = await lab.card();
  await ready(lab);
  await lab.charger.disconnect();
  const startedAt = stamp(-600);
  await lab.charger.connect();
  const transactionId = await start(lab, idTag, { timestamp: startedAt });
  await report(lab, 1, 'Charging');
  await lab.leaves.transaction(transactionId, { idTag, startedAt, state: 'running', authorization: 'Accepted' });
  await lab.leaves.chargePoint({ status: 'online', boots: 1 });
});

conforms('TC_037_3_CSMS', async (lab) => {
  await ready(lab);
  await lab.charger.disconnect();
  await lab.charger.connect();
  const idTag = 'NOBODY-KNOWS';
  const answer = await lab.charger.tell('StartTransaction', {
    connectorId: 1,
    idTag,
    meterStart: 1_000,
    timestamp: stamp(-600),
  });
  expect(answer).toMatchObject({ transactionId: expect.any(Number), idTagInfo: { status: 'Invalid' } });
  const transactionId = Number(answer.transactionId);
  await report(lab, 1, 'Charging');
  await stop(lab, transactionId, 'DeAuthorized', { timestamp: stamp() });
  await report(lab, 1, 'Finishing');
  await lab.leaves.transaction(transactionId, {
    idTag,
    state: 'stopped',
    authorization: 'Invalid',
    reason: 'DeAuthorized',
    energyWh: 500,
  });
  await lab.leaves.connectors('Finishing', 'Available');
});

conforms('TC_039_CSMS', async (lab) => {
  const idTag = await lab.card();
  await ready(lab);
  await lab.charger.disconnect();
  const [startedAt, stoppedAt] = [stamp(-3_600), stamp(-600)];
  await lab.charger.connect();
  const transactionId = await start(lab, idTag, { timestamp: startedAt });
  const answer = await stop(lab, transactionId, 'Local', { timestamp: stoppedAt, idTag });
  expect(answer).toMatchObject({ idTagInfo: { status: 'Accepted' } });
  await lab.leaves.transaction(transactionId, {
    idTag,
    startedAt,
    stoppedAt,
    state: 'stopped',
    reason: 'Local',
    meterStartWh: 1_000,
    meterStopWh: 1_500,
  });
  await lab.leaves.transactions(1);
});

conforms('TC_064_CSMS', async (lab) => {
  await ready(lab);
  const answer = await lab.charger.tell('DataTransfer', {
    vendorId: 'org.example.nobody',
    messageId: 'hello',
    data: '{"a":1}',
  });
  // OCPP 1.6 §4.3: an unknown vendor is told so, and gets no data.
  expect(answer).toEqual({ status: 'UnknownVendorId' });
  await reportAll(lab, 'Available');
  await lab.leaves.chargePoint({ status: 'online' });
});
