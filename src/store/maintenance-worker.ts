import { workerData } from 'node:worker_threads';
import { checkpoint, makeBackup } from './backup.ts';
import { connect } from './database.ts';

/** The thread for one piece of slow work on the store, so that no turn waits for it. It writes no rows. */

export type MaintenanceJob = { readonly path: string; readonly backupTo: string | null };

const { path, backupTo } = workerData as MaintenanceJob;
if (backupTo === null) {
  const database = connect(path);
  try {
    checkpoint(database);
  } finally {
    database.close();
  }
} else {
  makeBackup(path, backupTo);
}
