import type { Monotonic } from '../../domain/units.ts';
import type { Step } from './reconcile.ts';
import { type ConnectorState, commandedMA } from './state.ts';

/**
 * What is done about a connector that takes more than it may (design: safety, rule 3), one rung after the other until its
 * current comes down: the limit once more, the limit in another way, its floor, the end of the transaction, out of service.
 */

export const rungs = ['resend', 'other-way', 'floor', 'remote-stop', 'inoperative'] as const;
export type Rung = (typeof rungs)[number];

/** Where one that has refused every limit stands from the beginning. */
export const REFUSED_ALREADY = rungs.indexOf('floor');

type Means = {
  readonly operate: (action: string, payload: object) => void;
  /** Another way of giving it limits, where its make knows one; false where there is none left. */
  readonly otherWay: () => boolean;
  readonly climbed: (rung: Rung, text: string) => void;
};

/** The step of the next rung when the one before has had its time; null where there is nothing to send. */
export function nextRung(state: ConnectorState, now: Monotonic, lagMs: number, means: Means): Step | null {
  const { ladder, running, model } = state;
  // Without a transaction nothing flows that could come down; its rating counts until the next one shows something.
  if (running === null && (state.draw === null || state.draw.at <= state.currentEndsAt)) return null;
  if (ladder !== null && now - ladder.at < lagMs + 2 * state.intervalMs && !hasFailed(state, lagMs)) return null;
  const step = ladder === null ? 0 : Math.min(ladder.step + 1, rungs.length - 1);
  if (ladder?.step === step) return null;
  const rung = rungs[step] ?? 'inoperative';
  state.ladder = { ...ladder, step, at: now };
  state.because = { kind: 'disobedient', step: rung };
  means.climbed(rung, texts[rung]);
  const { connectorId } = model;
  if (rung === 'inoperative') {
    means.operate('ChangeAvailability', { connectorId, type: 'Inoperative' });
    return null;
  }
  if (running === null) return null;
  const limit = (grantMA: number): Step => ({ kind: 'decrease', state, grantMA, transactionId: running.id });
  switch (rung) {
    case 'resend':
      return limit(commandedMA(state));
    case 'other-way':
      return means.otherWay() ? limit(commandedMA(state)) : null;
    case 'floor':
      return limit(Math.min(model.floorMA, commandedMA(state)));
    case 'remote-stop':
      means.operate('RemoteStopTransaction', { transactionId: running.id });
      return null;
  }
}

/** The limit of this rung was accepted, had its time, and a sample shows that it changed nothing. */
function hasFailed({ ladder, commanded, draw }: ConnectorState, lagMs: number): boolean {
  if (ladder === null || commanded?.acceptedAt == null || draw === null || commanded.acceptedAt < ladder.at)
    return false;
  return draw.at > commanded.acceptedAt + lagMs;
}

const texts: Readonly<Record<Rung, string>> = {
  resend: 'the limit is sent once more',
  'other-way': 'the limit is sent in another way',
  floor: 'it is told its floor',
  'remote-stop': 'its transaction is ended',
  inoperative: 'it is taken out of service',
};
