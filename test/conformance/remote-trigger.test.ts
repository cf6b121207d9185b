/** TriggerMessage: the charge point is asked to say something, and says it. */
import { expect } from 'vitest';
import { conformance, type Lab } from './conforms.ts';
import { ready, stamp } from './scenes.ts';
import type { Payload } from './tester.ts';

const conforms = conformance();
const accepted = { status: 'Accepted' };

conforms('TC_054_CSMS', async (lab) => {
  await ready(lab);
  const sampledValue = [{ value: '1234', measurand: 'Energy.Active.Import.Register', unit: 'Wh' }];
  await triggered(lab, 'MeterValues', { connectorId: 1, meterValue: [{ timestamp: stamp(), sampledValue }] });
  await triggered(lab, 'Heartbeat', {});
  const status = { connectorId: 1, status: 'Available', errorCode: 'NoError', timestamp: stamp() };
  await triggered(lab, 'StatusNotification', status);
  await triggered(lab, 'DiagnosticsStatusNotification', { status: 'Idle' });
  await triggered(lab, 'FirmwareStatusNotification', { status: 'Idle' });
  await lab.leaves.chargePoint({ connectors: [{ id: 1, status: 'Available', energyWh: 1_234 }, { id: 2 }] });
  await lab.leaves.job('diagnostics', 'Idle');
  await lab.leaves.job('firmware', 'Idle');

  const request = { requestedMessage: 'FirmwareStatusNotification' };
  const unknown = await lab.operate('TriggerMessage', request, { status: 'NotImplemented' });
  await lab.leaves.operation(unknown, 'refused');
});

conforms('TC_055_CSMS (2024-04)', (lab) => refused(lab, 3));

// This edition leaves the connector open: here it is one that exists.
conforms('TC_055_CSMS (2025-11)', (lab) => refused(lab, 2));

/** Asks for a message, about connector 1 where it is about one, gets it and answers it. */
async function triggered(lab: Lab, requestedMessage: string, message: Payload): Promise<void> {
  const request = { requestedMessage, ...('connectorId' in message ? { connectorId: 1 } : {}) };
  const operation = await lab.operate('TriggerMessage', request, accepted);
  await lab.leaves.operation(operation, 'accepted', { request });
  const answer = await lab.charger.tell(requestedMessage, message);
  if (requestedMessage !== 'Heartbeat') expect(answer).toEqual({});
  await lab.leaves.operation(operation, 'done');
}

async function refused(lab: Lab, connectorId: number): Promise<void> {
  await ready(lab);
  const request = { requestedMessage: 'MeterValues', connectorId };
  const operation = await lab.operate('TriggerMessage', request, { status: 'Rejected' });
  await lab.leaves.operation(operation, 'refused', { request });
  await lab.leaves.connectors('Available', 'Available');
}
