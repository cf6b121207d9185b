/**
 * What a loss of power teaches about a make: whether its transactions outlive one, and whether its clock does. That a clock
 * does can't be seen from here: nothing may be sent before the answer to BootNotification, which tells the time (OCPP 1.6 §4.2).
 */
import type { Dialect, DialectValues } from '../../domain/dialect.ts';
import type { Instant } from '../../domain/units.ts';

/** Stamped so long after a boot, a reading is none from before it, ms. */
const AFTER_MS = 5_000;
/** A clock that is set right goes back by less than the head of a grant, a day; one that has lost the time begins years ago, ms. */
const LOST_MS = 86_400_000;

/**
 * A transaction ended because the power was gone. `Reboot` says so only of one that was running when its charge point booted.
 * One that was seen to go on before may do so again.
 */
export function learnedFromCutEnd({ outlivesCut }: Dialect, reason: string, hasBooted: boolean): DialectValues {
  const isByCut = reason === 'PowerLoss' || (reason === 'Reboot' && hasBooted);
  return isByCut && outlivesCut === null ? { outlivesCut: false } : {};
}

/** A reading of a transaction that was running before. `at` by our clock; null where that of the charge point is not known. */
export function learnedFromSurvival(
  { outlivesCut }: Dialect,
  at: Instant | null,
  bootedAt: Instant | null,
): DialectValues {
  const isLive = at !== null && bootedAt !== null && at > bootedAt + AFTER_MS;
  return isLive && outlivesCut !== true ? { outlivesCut: true } : {};
}

/** Stamped long before its own transaction began: the clock went back in between. What then still ends is Relative. */
export function learnedFromLostTime(dialect: Dialect, stampedAt: Instant, startedAt: Instant): DialectValues {
  if (dialect.keepsTime !== null || stampedAt > startedAt - LOST_MS) return {};
  const isByClock = dialect.mode === 'B' && dialect.kind === 'Absolute';
  return { keepsTime: false, ...(isByClock ? { kind: 'Relative' as const } : {}) };
}
