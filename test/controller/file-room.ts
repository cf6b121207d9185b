import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Policy } from '../../src/central-system/handler.ts';
import type { FilePlaces } from '../../src/controller/file-door.ts';
import type { FileJobKind, FileJobRequest } from '../../src/domain/file-job.ts';
import type { CampaignPlan } from '../../src/domain/firmware-campaign.ts';
import { fileTokenHash } from '../../src/runtime/file-tokens.ts';
import { createControlRoom } from '../support/control-room.ts';
import { scratchPaths } from '../support/scratch-folder.ts';

/** A control room with a place for files; the test plays the transport at its door. */

const scratch = scratchPaths();
export const limits = { waitMs: 3_600_000, beginMs: 600_000, transferMs: 900_000, installMs: 1_200_000 };
const files = { tokenKey: 'key', baseUrl: null, limits };
export const firmware = { kind: 'download', path: '/fw', size: 100, sha256: 'ab', name: 'fw 2.bin' } as const;
export const request: FileJobRequest = {
  location: null,
  firmwareId: null,
  name: null,
  retrieveAt: null,
  installAt: null,
  retries: null,
  retryIntervalS: null,
  signature: null,
  signingCertificate: null,
  from: null,
  to: null,
  logType: null,
};
export const fw: FileJobRequest = { ...request, firmwareId: 'FW', name: 'fw 2.bin' };

export function openRoom(
  change: {
    quota?: FilePlaces['quota'];
    database?: ReturnType<typeof createControlRoom>['database'];
    key?: string;
    policy?: Partial<Policy>;
  } = {},
) {
  const uploads = scratch('uploads');
  mkdirSync(uploads, { recursive: true });
  const places: FilePlaces = {
    openFirmware: (id) => (id === 'FW' ? firmware : null),
    uploads,
    maxUploadBytes: 1_000,
    quota: change.quota ?? { files: 10, bytes: 10_000 },
  };
  const room = createControlRoom({
    policy: { files: { ...files, tokenKey: change.key ?? 'key' }, unknownCards: 'accept', ...change.policy },
    files: places,
    timeZone: 'UTC',
    ...(change.database === undefined ? {} : { database: change.database }),
  });
  const { door } = room.controller.files;
  const job = (id: string) => room.controller.reader.fileJob(id);
  return {
    ...room,
    door,
    uploads,
    job,
    async begin(chargePointId: string, kind: FileJobKind, wanted: FileJobRequest): Promise<string> {
      const result = await room.execute({ type: 'create-file-job', chargePointId, kind, request: wanted }).promise;
      if (result.kind !== 'created') throw new Error(`not made: ${JSON.stringify(result)}`);
      return result.id;
    },
    ask: (tokenHash: string, method: 'GET' | 'PUT') => door.open({ tokenHash, method, remoteAddress: '10.0.0.9' }),
    /** A charge point that fetches the firmware of its last UpdateFirmware. */
    fetch(tokenHash: string): void {
      const transfer = { tokenHash, direction: 'download', remoteAddress: '10.0.0.9' } as const;
      door.started(transfer);
      room.clock.settle();
      void door.finished(transfer, { kind: 'download', from: 0, bytes: 100, reachedEnd: true });
      room.clock.settle();
    },
    /** One that brings a file of this id. */
    bring(tokenHash: string, id: string, size = 5): Promise<void> {
      const path = join(uploads, `${id}.bin`);
      writeFileSync(path, 'x'.repeat(size));
      const transfer = { tokenHash, direction: 'upload', remoteAddress: '10.0.0.9' } as const;
      door.started(transfer);
      const kept = door.finished(transfer, {
        kind: 'upload',
        path,
        size,
        sha256: 'cd',
        name: 'diag.zip',
        mediaType: null,
      });
      room.clock.settle();
      return Promise.resolve(kept);
    },
    campaign(chargePointIds: string[], change: Partial<CampaignPlan> = {}) {
      const plan: CampaignPlan = { ...plainPlan, ...change };
      return room.execute({ type: 'create-campaign', plan, chargePointIds }).promise;
    },
    items: (id: string) => room.controller.reader.campaign(id)?.items.map(({ state }) => state),
    alerts: () => room.values('SELECT text FROM alerts WHERE cleared_ms IS NULL') as string[],
  };
}

const plainPlan: CampaignPlan = {
  firmwareId: 'FW',
  name: 'fw 2.bin',
  version: null,
  onlyWhenIdle: true,
  window: null,
  atATime: 1,
  stopAfterFailures: 1,
  signature: null,
  signingCertificate: null,
  retries: null,
  retryIntervalS: null,
};

export type Room = ReturnType<typeof openRoom>;
export type Station = ReturnType<Room['boot']>;

/** The last call of an action that a charge point has received. */
export function callOf(
  station: Station,
  action: string,
): { id: unknown; location: string; payload: Record<string, unknown> } {
  const call = station.calls().findLast(([, each]) => each === action);
  if (call === undefined) throw new Error(`no ${action} came`);
  const payload = call[2] as { location?: string; log?: { remoteLocation: string }; firmware?: { location: string } };
  const location = payload.location ?? payload.log?.remoteLocation ?? payload.firmware?.location ?? '';
  return { id: call[0], location, payload };
}

export const hashIn = (location: string): string => fileTokenHash(/\/files\/([^/]{32})\//.exec(location)?.[1] ?? '');
export const SETTLED_MS = 6_000;
