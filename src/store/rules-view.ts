import type { Weekday } from '../domain/site-time.ts';
import { clockText, type TokenRules } from '../domain/token-rules.ts';

/** Rules as the outside sees them: times of day by the site's clock, energy in kWh. */
export type RulesView = {
  /** Empty: everywhere. */
  chargePoints: string[];
  /** Empty: always. */
  hours: { days: Weekday[]; from: string; to: string }[];
  /** Null: any amount. */
  energyPerMonthKWh: number | null;
};

export const rulesView = ({ chargePointIds, hours, energyPerMonthWh }: TokenRules): RulesView => ({
  chargePoints: [...chargePointIds],
  hours: hours.map(({ days, fromMinute, toMinute }) => ({
    days: [...days],
    from: clockText(fromMinute),
    to: clockText(toMinute),
  })),
  energyPerMonthKWh: energyPerMonthWh === null ? null : energyPerMonthWh / 1_000,
});
