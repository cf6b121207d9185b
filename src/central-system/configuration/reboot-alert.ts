import type { Event } from '../../domain/events.ts';
import type { Instant } from '../../domain/units.ts';

/** Stable: one for each charge point, however many of its keys wait. */
export const rebootAlertId = (chargePointId: string): string => `configuration:reboot:${chargePointId}`;

/** Somebody has to see to the restart that a value waits for. `again`: it has restarted for it once, in vain. */
export function rebootAlert(chargePointId: string, key: string, again: boolean, at: Instant): Event {
  return {
    type: 'alert-raised',
    alert: {
      id: rebootAlertId(chargePointId),
      kind: 'reboot-required',
      chargePointId,
      text: again
        ? `${chargePointId} has restarted for its new ${key}, and asks for another restart.`
        : `${chargePointId} uses its new ${key} only after a restart.`,
      fix: again
        ? 'Look at what the charge point itself says about this key, or take the wish back.'
        : 'Restart it when nobody is charging, or set ocpp.rebootForConfiguration to when-idle.',
    },
    at,
  };
}
