/** The local authorization list, with the messages that an operator sends by hand. */
import { expect } from 'vitest';
import { conformance, type Lab } from './conforms.ts';
import { ready } from './scenes.ts';
import type { Payload } from './tester.ts';

const conforms = conformance();
const accepted = { status: 'Accepted' };

conforms('TC_042_1_CSMS', async (lab) => {
  await ready(lab);
  const operation = await lab.operate('GetLocalListVersion', {}, { listVersion: -1 });
  await lab.leaves.operation(operation, 'done');
  await lab.leaves.localList({ supported: false });
});

conforms('TC_042_2_CSMS', async (lab) => {
  await ready(lab);
  const operation = await lab.operate('GetLocalListVersion', {}, { listVersion: 0 });
  await lab.leaves.operation(operation, 'done');
  await lab.leaves.localList({ supported: true, reportedVersion: 0 }, []);
});

conforms('TC_043_1_CSMS', async (lab) => {
  await ready(lab);
  const operation = await lab.operate('SendLocalList', full(1, await lab.card()), { status: 'NotSupported' });
  await lab.leaves.operation(operation, 'refused', { response: { status: 'NotSupported' } });
  await lab.leaves.localList({ supported: false });
});

conforms('TC_043_3_CSMS', async (lab) => {
  await ready(lab);
  await lab.operate('GetLocalListVersion', {}, { listVersion: 0 });
  const operation = await lab.operate('SendLocalList', full(1, await lab.card()), { status: 'Failed' });
  await lab.leaves.operation(operation, 'refused', { response: { status: 'Failed' } });
  await lab.leaves.localList({ supported: true, reportedVersion: 0 }, []);
});

conforms('TC_043_4_CSMS', async (lab) => {
  await ready(lab);
  const idTags = [await lab.card(), await lab.card()];
  const request = full(1, ...idTags);
  expect(request.localAuthorizationList.every(({ idTagInfo }) => idTagInfo.status === 'Accepted')).toBe(true);
  const operation = await lab.operate('SendLocalList', request, accepted);
  await lab.leaves.operation(operation, 'done', { request });
  await lab.leaves.localList({ sentVersion: 1 }, idTags);
  await lab.operate('GetLocalListVersion', {}, { listVersion: 1 });
  await lab.leaves.localList({ supported: true, reportedVersion: 1 }, idTags);
});

conforms('TC_043_5_CSMS (2024-04)', async (lab) => {
  await ready(lab);
  const first = await lab.card();
  await lab.operate('SendLocalList', full(1, first), accepted);
  const second = await addOne(lab, 2);
  await lab.leaves.localList({ sentVersion: 2 }, [first, second]);
});

// This edition sets the list first, and asks for its version in between.
conforms('TC_043_5_CSMS (2025-11)', async (lab) => {
  await ready(lab);
  const first = await lab.card();
  await lab.operate('SendLocalList', full(7, first), accepted);
  await lab.operate('GetLocalListVersion', {}, { listVersion: 7 });
  await lab.leaves.localList({ supported: true, reportedVersion: 7 }, [first]);
  const second = await addOne(lab, 8);
  await lab.operate('GetLocalListVersion', {}, { listVersion: 8 });
  await lab.leaves.localList({ supported: true, reportedVersion: 8 }, [first, second]);
});

/** One card more, and nothing but that one in the message. */
async function addOne(lab: Lab, listVersion: number): Promise<string> {
  const idTag = await lab.card();
  const request = { listVersion, updateType: 'Differential', localAuthorizationList: [entry(idTag)] };
  const operation = await lab.operate('SendLocalList', request, accepted);
  await lab.leaves.operation(operation, 'done', { request });
  return idTag;
}

const entry = (idTag: string) => ({ idTag, idTagInfo: { status: 'Accepted' } });

function full(listVersion: number, ...idTags: readonly string[]) {
  return { listVersion, updateType: 'Full', localAuthorizationList: idTags.map(entry) } satisfies Payload;
}
