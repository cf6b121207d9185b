import { runClosedLoop } from './load-closed-loop.ts';
import { runIdle } from './load-idle.ts';
import { runPaced } from './load-paced.ts';
import { runStorm } from './load-storm.ts';

/** The load generator: a process of its own, so that the server alone is measured. One job, one result, the end. */

export type Job =
  | { readonly kind: 'closed-loop'; readonly options: Parameters<typeof runClosedLoop>[0] }
  | { readonly kind: 'paced'; readonly options: Parameters<typeof runPaced>[0] }
  | { readonly kind: 'idle'; readonly options: Parameters<typeof runIdle>[0] }
  | { readonly kind: 'storm'; readonly options: Parameters<typeof runStorm>[0] };

process.once('message', async (job: Job) => {
  process.send?.(await run(job), () => process.exit(0));
});

function run(job: Job): Promise<object> {
  switch (job.kind) {
    case 'closed-loop':
      return runClosedLoop(job.options);
    case 'paced':
      return runPaced(job.options);
    case 'idle':
      return runIdle(job.options);
    case 'storm':
      return runStorm(job.options);
  }
}
