import { transactionOver } from '../../balancer/book.ts';
import { usedGridPhases } from '../../balancer/learned-phases.ts';
import type { Monotonic } from '../../domain/units.ts';
import { NOTHING_MA } from './samples.ts';
import type { ConnectorState } from './state.ts';

/** A transaction has stopped: what it was given is over only when its current is. */
export function transactionStopped(state: ConnectorState, transactionId: number, now: Monotonic): void {
  state.ending.set(transactionId, now);
  if (state.running?.id !== transactionId) return;
  state.endedOn.set(transactionId, usedGridPhases(state.learning, state.model.rotation));
  state.running = null;
  state.commanded = null;
  state.aboveSince = null;
  // What did not obey goes on from where it was, should it do so again.
  if (state.obedience !== 'disobedient') state.ladder = null;
}

/** After a restart: transactions that the ledger knows to be over may have ended while nobody was there to release them. */
export function endedMeanwhile(
  state: ConnectorState,
  hasStopped: (transactionId: number) => boolean,
  now: Monotonic,
): void {
  for (const { transactionId } of state.book.entries) {
    if (transactionId !== null && transactionId !== state.running?.id && hasStopped(transactionId)) {
      state.ending.set(transactionId, now);
    }
  }
}

/** Releases what ended transactions were given, once the connector shows no Charging, draws nothing, and the lag has passed. */
export function releaseEnded(state: ConnectorState, now: Monotonic, lagMs: number): boolean {
  let released = false;
  for (const [transactionId, since] of state.ending) {
    if (now - since < lagMs) continue;
    const isCharging = state.status === 'Charging' && state.running === null;
    const draws = state.draw !== null && state.draw.at > since + lagMs && state.draw.most >= NOTHING_MA;
    if (state.running === null && (isCharging || draws)) continue;
    state.ending.delete(transactionId);
    state.endedOn.delete(transactionId);
    state.currentEndsAt = Math.max(state.currentEndsAt, since + lagMs) as Monotonic;
    state.book = transactionOver(state.book, transactionId);
    // Its last sample is of what is over.
    if (state.draw !== null && state.draw.at <= since + lagMs && state.running === null) state.draw = null;
    released = true;
  }
  return released;
}
