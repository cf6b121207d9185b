/** Firmware updates and diagnostics, as far as messages go. */
import { expect } from 'vitest';
import { conformance, type Lab } from './conforms.ts';
import { boot, ready, reportAll, stamp } from './scenes.ts';

const conforms = conformance();

conforms('TC_044_1_CSMS', async (lab) => {
  await ready(lab);
  const operation = await update(lab);
  await firmware(lab, 'Downloading', 'Downloaded');
  await install(lab);
  await lab.leaves.operation(operation, 'accepted');
  await firmware(lab, 'Installed');
  await lab.leaves.operation(operation, 'done');
  await lab.leaves.job('firmware', 'Installed');
  await lab.leaves.chargePoint({ boots: 2 });
  await lab.leaves.connectors('Available', 'Available');
});

conforms('TC_044_2_CSMS', async (lab) => {
  await ready(lab);
  const operation = await update(lab);
  await firmware(lab, 'Downloading', 'DownloadFailed');
  await lab.leaves.operation(operation, 'failed');
  await lab.leaves.job('firmware', 'DownloadFailed');
});

conforms('TC_044_3_CSMS', async (lab) => {
  await ready(lab);
  const operation = await update(lab);
  await firmware(lab, 'Downloading', 'Downloaded');
  await install(lab);
  await firmware(lab, 'InstallationFailed');
  await lab.leaves.operation(operation, 'failed');
  await lab.leaves.job('firmware', 'InstallationFailed');
  await lab.leaves.connectors('Available', 'Available');
});

conforms('TC_045_1_CSMS', async (lab) => {
  await ready(lab);
  const operation = await diagnostics(lab);
  await uploading(lab, 'Uploading', 'Uploaded');
  await lab.leaves.operation(operation, 'done');
  await lab.leaves.job('diagnostics', 'Uploaded');
});

conforms('TC_045_2_CSMS (2024-04)', async (lab) => {
  await ready(lab);
  const operation = await diagnostics(lab);
  await uploading(lab, 'Uploading', 'UploadFailed');
  await lab.leaves.operation(operation, 'failed');
  await lab.leaves.job('diagnostics', 'UploadFailed');
});

/** UpdateFirmware with the location that the operator names; its answer holds nothing (OCPP 1.6 §6.54). */
async function update(lab: Lab): Promise<string> {
  const request = { location: 'http://127.0.0.1/firmware-2.bin', retrieveDate: stamp() };
  const operation = await lab.operate('UpdateFirmware', request, {});
  await lab.leaves.operation(operation, 'accepted', { request });
  return operation;
}

/** Out of order while it installs, then back with a boot. */
async function install(lab: Lab): Promise<void> {
  await reportAll(lab, 'Unavailable');
  await lab.leaves.connectors('Unavailable', 'Unavailable');
  await firmware(lab, 'Installing');
  await lab.charger.disconnect();
  await lab.charger.connect();
  await boot(lab);
}

async function firmware({ charger }: Lab, ...statuses: readonly string[]): Promise<void> {
  for (const status of statuses) expect(await charger.tell('FirmwareStatusNotification', { status })).toEqual({});
}

async function diagnostics(lab: Lab): Promise<string> {
  const request = { location: 'ftp://127.0.0.1/uploads' };
  const operation = await lab.operate('GetDiagnostics', request, { fileName: 'diagnostics.zip' });
  await lab.leaves.operation(operation, 'accepted', { request });
  return operation;
}

async function uploading({ charger }: Lab, ...statuses: readonly string[]): Promise<void> {
  for (const status of statuses) expect(await charger.tell('DiagnosticsStatusNotification', { status })).toEqual({});
}
