import type { ConnectorState } from './state.ts';

/**
 * A connector that goes on taking more than it may is taken out of service, and no restart of ours or of its own puts it back:
 * that is said for as long as it is so.
 */

export const takenOutAlert = ({ key }: Pick<ConnectorState, 'key'>): string => `out-of-service:${key}`;

/** It is asked to; with a transaction it leaves when that has ended (OCPP 1.6 §5.2). */
export function takenOut(state: ConnectorState): void {
  state.service = 'leaving';
}

/** Its status has come: it is out, or somebody has put it back. */
export function noteStatus(state: ConnectorState): void {
  const isOut = state.status === 'Unavailable';
  if (isOut && state.service === 'leaving') state.service = 'out';
  // A fault says nothing of it.
  else if (!isOut && state.service === 'out' && state.status !== 'Faulted') state.service = 'in';
}

/** For people: what has happened, and what only they can do about it. */
export function takenOutFinding({ key, service, model: { chargePointId, connectorId } }: ConnectorState) {
  if (service === 'in') return null;
  const place = `connector ${connectorId} of ${chargePointId}`;
  return {
    id: takenOutAlert({ key }),
    kind: 'out-of-service',
    chargePointId,
    afterMs: 0,
    text: `Busbar has taken ${place} out of service, because it went on drawing more than its limits allowed.`,
    fix:
      'Find out why it does not keep to its limits, such as a setting in its own menu or somebody else who sets limits there. ' +
      `Then put it back: send ChangeAvailability with type Operative to ${place}.`,
  };
}
