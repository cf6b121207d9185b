import type { InstalledProfile } from '../../domain/charging-profile.ts';
import type { AnswerContext } from '../answer.ts';

/** What a refusal of a profile may come from, in words for a person: what charge points in use refuse, and what helps. */
export function refusalOf(said: string, { profile }: InstalledProfile, context: AnswerContext): string {
  const causes = [
    ...(profile.stackLevel > 0 ? ['some take only stack level 0, whatever they say: try 0'] : []),
    ...(profile.purpose === 'ChargePointMaxProfile'
      ? ['some know no ChargePointMaxProfile: try a TxDefaultProfile']
      : []),
    ...(profile.purpose === 'TxProfile'
      ? ['a TxProfile is refused unless its transaction runs there; some know none at all: try a TxDefaultProfile']
      : []),
    ...(profile.schedule.unit === 'A' && unitsUnknown(context) ? ['some take only watts: try the unit W'] : []),
    ...(profile.kind === 'Absolute' ? ['some take only Relative profiles'] : []),
    'some refuse every limit until load balancing or external control is switched on in their own settings',
  ];
  return `${said} The limit is not in force. Likely causes: ${causes.join('; ')}.`;
}

function unitsUnknown({ records, chargePointId }: AnswerContext): boolean {
  return records.reportedConfiguration(chargePointId, 'ChargingScheduleAllowedChargingRateUnit') === null;
}
