import type { InstalledProfile } from '../../src/domain/charging-profile.ts';
import type { InstalledProfile as Simulated } from '../../src/sim/composite-schedule.ts';

/** A profile of ours as the simulated charge point holds it, since `installedAt`. */
export function asSimulated({ connectorId, profile }: InstalledProfile, installedAt: number): Simulated {
  const { id, schedule, ...rest } = profile;
  return {
    ...rest,
    connectorId,
    chargingProfileId: id,
    installedAt,
    durationSeconds: schedule.durationS,
    startSchedule: schedule.startAt,
    unit: schedule.unit,
    periods: schedule.periods.map(({ startS, limit, phases }) => ({
      startPeriod: startS,
      limit,
      numberPhases: phases,
    })),
  };
}
