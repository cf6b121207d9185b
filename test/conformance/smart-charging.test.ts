/** Charging profiles, as messages: what the operator sends arrives as it is, and what is installed is known. */
import { expect } from 'vitest';
import { conformance, type Lab } from './conforms.ts';
import { authorize, charging, ready, report, stamp, start } from './scenes.ts';
import type { Payload } from './tester.ts';

const conforms = conformance();
const accepted = { status: 'Accepted' };

const inAmps = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 6, numberPhases: 3 }] };
const inWatts = { chargingRateUnit: 'W', chargingSchedulePeriod: [{ startPeriod: 0, limit: 6_000, numberPhases: 3 }] };

conforms('TC_056_CSMS (2024-04)', async (lab) => {
  await ready(lab);
  const profile = absolute(1, 'TxDefaultProfile', inWatts);
  expect(profile).toMatchObject({ validFrom: expect.any(String), validTo: expect.any(String) });
  expect(profile.chargingSchedule).toMatchObject({ startSchedule: expect.any(String), duration: 86_400 });
  await install(lab, profile);
  await lab.leaves.chargingProfiles(1);
});

conforms('TC_056_CSMS (2025-11)', async (lab) => {
  await ready(lab);
  const profile = absolute(1, 'TxDefaultProfile', inAmps);
  expect(Object.keys(profile)).not.toContain('transactionId');
  expect(Object.keys(profile)).not.toContain('recurrencyKind');
  await install(lab, profile);
  await lab.leaves.chargingProfiles(1);
});

conforms('TC_057_CSMS (2024-04)', async (lab) => {
  await ready(lab);
  const transactionId = await charging(lab, await lab.card());
  await install(lab, relative(1, 'TxProfile', { transactionId }));
  await lab.leaves.chargingProfiles(1);
  await lab.leaves.transaction(transactionId, { state: 'running' });
});

conforms('TC_057_CSMS (2025-11)', async (lab) => {
  await ready(lab);
  const transactionId = await charging(lab, await lab.card());
  const profiles = [relative(1, 'TxProfile', { transactionId }), absolute(1, 'TxProfile', inAmps, { transactionId })];
  for (const profile of profiles) {
    expect(Object.keys(profile)).not.toContain('recurrencyKind');
    expect('startSchedule' in profile.chargingSchedule).toBe(profile.chargingProfileKind === 'Absolute');
    await install(lab, profile);
    await lab.leaves.chargingProfiles(1);
  }
});

conforms('TC_066_CSMS', async (lab) => {
  await ready(lab);
  await install(lab, absolute(1, 'TxDefaultProfile', inAmps));
  const request = { connectorId: 1, duration: 300, chargingRateUnit: 'A' };
  const answer = {
    status: 'Accepted',
    connectorId: 1,
    scheduleStart: stamp(),
    chargingSchedule: {
      duration: 300,
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [
        { startPeriod: 0, limit: 6, numberPhases: 3 },
        { startPeriod: 120, limit: 8.1, numberPhases: 3 },
      ],
    },
  };
  const operation = await lab.operate('GetCompositeSchedule', request, answer);
  await lab.leaves.operation(operation, 'done', { request, response: answer });
  await lab.leaves.chargingProfiles(1);
});

conforms('TC_067_CSMS (2024-04)', async (lab) => {
  await ready(lab);
  for (const id of [1, 2, 3]) {
    await install(lab, absolute(id, 'TxDefaultProfile', inAmps, { stackLevel: id }));
  }
  await lab.leaves.chargingProfiles(1, 2, 3);
  await clear(lab, { id: 1 });
  await lab.leaves.chargingProfiles(2, 3);
  await clear(lab, { connectorId: 1, chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 2 });
  await lab.leaves.chargingProfiles(3);
  await clear(lab, {});
  await lab.leaves.chargingProfiles();
});

conforms('TC_067_CSMS (2025-11)', async (lab) => {
  await ready(lab);
  const transactionId = await charging(lab, await lab.card());
  await install(lab, absolute(1, 'ChargePointMaxProfile', inAmps), 0);
  await install(lab, absolute(2, 'TxDefaultProfile', inAmps));
  await install(lab, absolute(3, 'TxProfile', inAmps, { transactionId }));
  await lab.leaves.chargingProfiles(1, 2, 3);
  await clear(lab, { id: 1 });
  await lab.leaves.chargingProfiles(2, 3);
  await clear(lab, { connectorId: 1, chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 1 });
  await lab.leaves.chargingProfiles(3);
  await clear(lab, {});
  await lab.leaves.chargingProfiles();
  await lab.leaves.transaction(transactionId, { state: 'running' });
});

conforms('TC_059_CSMS (2024-04)', (lab) => startWith(lab, relative(1, 'TxProfile')));

conforms('TC_059_CSMS (2025-11)', (lab) => startWith(lab, absolute(1, 'TxProfile', inAmps)));

/** A remote start that brings its profile along; the transaction it is for has no number yet. */
async function startWith(lab: Lab, chargingProfile: Profile): Promise<void> {
  expect(Object.keys(chargingProfile)).not.toContain('transactionId');
  expect(Object.keys(chargingProfile)).not.toContain('recurrencyKind');
  expect(chargingProfile.chargingSchedule.chargingSchedulePeriod[0]).toMatchObject({ startPeriod: 0 });
  const idTag = await lab.card();
  await ready(lab);
  const request = { idTag, connectorId: 1, chargingProfile };
  const operation = await lab.operate('RemoteStartTransaction', request, accepted);
  await authorize(lab, idTag);
  await report(lab, 1, 'Preparing');
  await lab.leaves.operation(operation, 'accepted', { request });
  await lab.leaves.chargingProfiles();
  const transactionId = await start(lab, idTag);
  await report(lab, 1, 'Charging');
  await lab.leaves.operation(operation, 'done');
  await lab.leaves.chargingProfiles(1);
  await lab.leaves.transaction(transactionId, { idTag, connectorId: 1, state: 'running' });
}

async function install(lab: Lab, csChargingProfiles: Profile, connectorId = 1): Promise<void> {
  const operation = await lab.operate('SetChargingProfile', { connectorId, csChargingProfiles }, accepted);
  await lab.leaves.operation(operation, 'done');
}

async function clear(lab: Lab, criteria: Payload): Promise<void> {
  const operation = await lab.operate('ClearChargingProfile', criteria, accepted);
  await lab.leaves.operation(operation, 'done', { request: criteria });
}

type Schedule = typeof inAmps;
type Profile = ReturnType<typeof relative> | ReturnType<typeof absolute>;

/** Limits from the start of the transaction on; such a schedule has no start of its own. */
function relative(chargingProfileId: number, chargingProfilePurpose: string, more: Payload = {}) {
  return {
    chargingProfileId,
    stackLevel: 1,
    chargingProfilePurpose,
    chargingProfileKind: 'Relative',
    chargingSchedule: inAmps,
    ...more,
  };
}

function absolute(id: number, purpose: string, schedule: Schedule, more: Payload = {}) {
  return {
    ...relative(id, purpose),
    chargingProfileKind: 'Absolute',
    validFrom: stamp(-60),
    validTo: stamp(86_400),
    chargingSchedule: { ...schedule, startSchedule: stamp(-60), duration: 86_400 },
    ...more,
  };
}
