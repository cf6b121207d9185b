import { Worker } from 'node:worker_threads';
import type { MaintenanceJob } from './maintenance-worker.ts';

/**
 * Checkpoints the store at `path`, or copies it to `backupTo`, in a thread of its own that lives as long as the work: one
 * that waited would hold 11 MB for some tens of milliseconds a minute. Rejects with what went wrong.
 */
export function maintain(path: string, backupTo: string | null = null): Promise<void> {
  return new Promise((resolve, reject) => {
    const job: MaintenanceJob = { path, backupTo };
    const worker = new Worker(new URL('./maintenance-worker.js', import.meta.url), { workerData: job });
    worker.once('error', reject);
    worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the thread ended with code ${code}`))));
  });
}
