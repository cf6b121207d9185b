import type { RateUnit } from '../../domain/charging-profile.ts';
import { type CompositeSchedule, compositeSchedule } from '../../domain/composite-schedule.ts';
import { heldOf } from '../../domain/profile-record.ts';
import type { Instant } from '../../domain/units.ts';
import type { AnswerContext } from '../answer.ts';

/** What the profiles that a charge point has accepted come to, from `at` on, with what runs at the connector. */
export function expectedSchedule(
  context: Omit<AnswerContext, 'at'>,
  asked: { connectorId: number; at: Instant; durationS: number; unit: RateUnit },
): CompositeSchedule {
  const { chargePointId, records, live, policy } = context;
  const id = live.runningTransaction(asked.connectorId);
  const running = id === null ? null : live.running(id);
  return compositeSchedule({
    ...asked,
    installed: heldOf(records.chargingProfiles(chargePointId)),
    transaction: running === null ? null : { id: running.transactionId, startedAt: running.startedAt },
    nominalVoltageV: policy.nominalVoltageMV / 1_000,
  });
}
