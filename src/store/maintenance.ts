import { Worker } from 'node:worker_threads';
import type { MaintenanceAnswer, MaintenanceJob } from './maintenance-worker.ts';

export type Maintenance = {
  checkpoint(): Promise<void>;
  backup(to: string): Promise<void>;
  close(): Promise<void>;
};

/** Starts the thread that checkpoints and copies the store at `path`. Calls reject with what went wrong. */
export function startMaintenance(path: string): Maintenance {
  const worker = new Worker(new URL('./maintenance-worker.js', import.meta.url), { workerData: { path } });
  const waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  let lastId = 0;
  worker.on('message', (answer: MaintenanceAnswer) => {
    const caller = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.ok) caller?.resolve();
    else caller?.reject(new Error(answer.reason));
  });
  const fail = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('the maintenance thread has ended')));

  const ask = (job: { kind: 'checkpoint' } | { kind: 'backup'; to: string } | { kind: 'close' }): Promise<void> =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      worker.postMessage({ ...job, id: lastId } satisfies MaintenanceJob);
    });
  return {
    checkpoint: () => ask({ kind: 'checkpoint' }),
    backup: (to) => ask({ kind: 'backup', to }),
    close: () => ask({ kind: 'close' }),
  };
}
