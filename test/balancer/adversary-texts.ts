/** What the charge point of `adversary.ts` is like, and what it holds. */

export const RATED_MA = 32_000;
/** One thing that happens; the numbers choose among what is possible. */
export type Turn = readonly [what: number, a: number, b: number];

export type Habits = {
  /** Its clock is off by so much, ms, within the skew. */
  readonly clockOffMs: number;
  /** Its schedules count from receipt, and anew from each reboot. */
  readonly isRelative: boolean;
  /** In a power cut it loses the time: its clock stands behind then, or before all schedules, until it is told. */
  readonly losesTime: boolean;
  /** A grant for all transactions takes the floor's place. */
  readonly hasOneSlot: boolean;
};

export type Profile = {
  readonly xMA: number;
  readonly endsAt: number | null;
  readonly tailMA: number;
  readonly forMs: number;
};
export type Place = 'floor' | 'default' | 'foreign' | number;
export type Text = {
  readonly seq: number;
  readonly place: Place | 'clear';
  readonly xMA: number;
  readonly leaseMs: number | null;
  readonly tailMA: number;
  /** By the wall clock. */
  readonly writtenAt: number;
  /** Outstanding beside it when it was sent: it may overtake these. */
  readonly beside: readonly number[];
  overlapped: boolean;
  outcome: 'out' | 'ended';
};

/** What the book has to count of a grant while the charge point is out of sight. */
export function adriftOf(
  { isRelative, losesTime, hasOneSlot }: Habits,
  place: Place,
  xMA: number,
  leaseMs: number | null,
): number | null {
  if (leaseMs === null || !(losesTime || isRelative)) return null;
  const isAboveAnother = place === 'default' && !hasOneSlot;
  return isRelative || isAboveAnother ? xMA : RATED_MA;
}
