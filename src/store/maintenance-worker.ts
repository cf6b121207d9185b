import { parentPort, workerData } from 'node:worker_threads';
import { checkpoint, makeBackup } from './backup.ts';
import { connect } from './database.ts';

/** The thread for slow work on the store, so that no turn waits for it. Its own connection; never writes rows. */

const { path } = workerData as { path: string };
const database = connect(path);

parentPort?.on('message', (job: MaintenanceJob) => {
  try {
    if (job.kind === 'close') {
      database.close();
      parentPort?.postMessage({ id: job.id, ok: true });
      parentPort?.close();
      return;
    }
    if (job.kind === 'checkpoint') checkpoint(database);
    else makeBackup(path, job.to);
    parentPort?.postMessage({ id: job.id, ok: true });
  } catch (error) {
    parentPort?.postMessage({ id: job.id, ok: false, reason: error instanceof Error ? error.message : String(error) });
  }
});

export type MaintenanceJob =
  | { id: number; kind: 'checkpoint' }
  | { id: number; kind: 'backup'; to: string }
  | { id: number; kind: 'close' };
export type MaintenanceAnswer = { id: number; ok: true } | { id: number; ok: false; reason: string };
