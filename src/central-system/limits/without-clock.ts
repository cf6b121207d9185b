/** What is left of a grant once a power cut has taken the clock by which it ends, and nobody has told the time since. */
import type { Dialect } from '../../domain/dialect.ts';
import type { LimitText } from './grant-profile.ts';

export type WithoutClock =
  /** It ends all the same, or is gone with its transaction, or never was to end. */
  | 'ends'
  /** It may hold on: a clock that stands behind comes late to the step, and one that counts from the start of power begins anew. */
  | 'stays'
  /**
   * A schedule that begins in what its clock takes for the future says nothing. Where nothing else of its purpose lies below,
   * nothing limits: a TxProfile keeps every TxDefaultProfile out until its transaction ends (OCPP 1.6 §3.13.1).
   */
  | 'unlimited';

export function withoutClock({ installed, booked, mode, erasesFloor }: LimitText, dialect: Dialect): WithoutClock {
  const { purpose, kind } = installed.profile;
  const { keepsTime, outlivesCut, relativeFrom } = dialect;
  if (booked.untilMs === null || (purpose === 'TxProfile' && outlivesCut === false)) return 'ends';
  if (kind === 'Relative') return keepsTime === true && relativeFrom === 'transaction' ? 'ends' : 'stays';
  if (keepsTime === true) return 'ends';
  const isAboveAnother = mode === 'E' || (purpose === 'TxDefaultProfile' && !erasesFloor);
  return isAboveAnother ? 'stays' : 'unlimited';
}
