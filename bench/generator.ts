import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Job } from './load.ts';

/** Longest job, ms: one that takes longer has lost an answer. */
const JOB_WITHIN_MS = 180_000;

/** Runs one job in a process of its own. Rejects when it fails, or does not end in time. */
export function runJob<Result>(job: Job, onReady: () => void = () => undefined): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('load.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the load ${job.kind} did not end in time`));
    }, JOB_WITHIN_MS);
    child.on('message', (message) => {
      if (message === 'ready') {
        onReady();
        return;
      }
      clearTimeout(timer);
      child.once('exit', () => resolve(message as Result));
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      if (code !== 0) reject(new Error(`the load ${job.kind} ended with ${code}`));
    });
    child.send(job);
  });
}
