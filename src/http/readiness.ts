import type { Controller } from '../controller/controller.ts';
import type { Clock } from '../runtime/ports.ts';

/** A commit proves for this long that the store can be written, ms; after that a small one is made, but no more often. */
const PROOF_HOLDS_MS = 30_000;

/** Whether the store takes writes, from the commits that happen anyway or else from one of its own. */
export function createReadiness(site: { controller: Controller; prove: () => number; clock: Clock }) {
  const { controller, prove, clock } = site;
  let known: { commits: number; failedCommits: number; atMs: number; good: boolean } | null = null;
  let probing: Promise<boolean> | null = null;

  return async (): Promise<boolean> => {
    const { commits, failedCommits } = controller.figures();
    const now = clock.monotonic();
    if (known !== null && commits > known.commits && failedCommits === known.failedCommits) {
      known = { commits, failedCommits, atMs: now, good: true };
    }
    const newFailure = known !== null && failedCommits > known.failedCommits;
    if (known !== null && !newFailure && now - known.atMs < PROOF_HOLDS_MS) return known.good;
    probing ??= probe().finally(() => {
      probing = null;
    });
    return probing;
  };

  async function probe(): Promise<boolean> {
    const good = await controller.housekeep(prove).then(
      () => true,
      () => false,
    );
    const { commits, failedCommits } = controller.figures();
    known = { commits, failedCommits, atMs: clock.monotonic(), good };
    return good;
  }
}
