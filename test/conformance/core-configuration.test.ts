/** Core: reading and changing configuration keys. */
import { expect } from 'vitest';
import { conformance, type Lab } from './conforms.ts';
import { configurationKeys } from './habits.ts';
import { ready } from './scenes.ts';

const conforms = conformance();

conforms('TC_019_1_CSMS', async (lab) => {
  await ready(lab);
  expect(configurationKeys.length).toBeGreaterThanOrEqual(28);
  const answer = { configurationKey: configurationKeys };
  const operation = await lab.operate('GetConfiguration', {}, answer);
  await lab.leaves.operation(operation, 'done');
  await lab.leaves.configuration(...configurationKeys);
});

conforms('TC_019_2_CSMS', async (lab) => {
  await ready(lab);
  const configurationKey = configurationKeys.filter(({ key }) => key === 'SupportedFeatureProfiles');
  expect(configurationKey).toHaveLength(1);
  const operation = await lab.operate('GetConfiguration', { key: ['SupportedFeatureProfiles'] }, { configurationKey });
  await lab.leaves.operation(operation, 'done');
  await lab.leaves.configuration(...configurationKey);
});

conforms('TC_021_CSMS', async (lab) => {
  const key = 'MeterValueSampleInterval';
  await ready(lab);
  const before = [{ key, readonly: false, value: '900' }];
  await lab.operate('GetConfiguration', { key: [key] }, { configurationKey: before });
  await lab.leaves.configuration(...before);
  const operation = await lab.operate('ChangeConfiguration', { key, value: '60' }, { status: 'Accepted' });
  await lab.leaves.operation(operation, 'done', { response: { status: 'Accepted' } });
  await lab.leaves.configuration({ key, value: '60' });
});

conforms('TC_040_1_CSMS', async (lab) => {
  await ready(lab);
  const request = { key: 'NoSuchKeyAnywhere', value: 'x' };
  const operation = await lab.operate('ChangeConfiguration', request, { status: 'NotSupported' });
  await lab.leaves.operation(operation, 'refused', { response: { status: 'NotSupported' } });
});

conforms('TC_040_2_CSMS (2024-04)', (lab) => refusedValue(lab, '-1'));

// This edition names the key and leaves the value open.
conforms('TC_040_2_CSMS (2025-11)', (lab) => refusedValue(lab, 'often'));

async function refusedValue(lab: Lab, value: string): Promise<void> {
  const key = 'MeterValueSampleInterval';
  await ready(lab);
  const known = configurationKeys.filter((each) => each.key === key);
  await lab.operate('GetConfiguration', { key: [key] }, { configurationKey: known });
  const operation = await lab.operate('ChangeConfiguration', { key, value }, { status: 'Rejected' });
  await lab.leaves.operation(operation, 'refused', { request: { key, value } });
  await lab.leaves.configuration(...known);
}
