/** What a charge point forgets when its power is cut. */

export type Job = {
  /** What was last said of it; Idle when it is over. */
  status: string;
  /** Of the request that began it; null: that kind of request has none. */
  requestId: number | null;
  /** Ends it without another word; null: nothing is under way. */
  cancel: (() => void) | null;
};

export type Memory = {
  readonly diagnostics: Job;
  readonly log: Job;
  readonly firmware: Job;
  /** No transaction may begin, since a firmware is about to be installed. */
  closed: boolean;
  /** A full local list has come since the start. */
  fullListCame: boolean;
};

export function blankMemory(): Memory {
  const idle = (): Job => ({ status: 'Idle', requestId: null, cancel: null });
  return { diagnostics: idle(), log: idle(), firmware: idle(), closed: false, fullListCame: false };
}
