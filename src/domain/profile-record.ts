/**
 * What is on record about the charging profiles of a charge point: what it is believed to hold, what it is to hold, and
 * what became of each request. A limit counts as in force only in the state `installed`.
 */
import type { ChargingProfile, InstalledProfile, RateUnit } from './charging-profile.ts';
import type { ReportedSchedule, ScheduleDifference } from './schedule-agreement.ts';
import type { Instant } from './units.ts';

export const profileStates = [
  /** To be sent as soon as the charge point can be reached. */
  'wanted',
  /** Sent, and its answer has yet to come. */
  'sent',
  /** Went out with a remote start, and waits for the transaction. */
  'awaiting-transaction',
  /** Accepted. */
  'installed',
  /** Sent, and no answer came: it may be in force or not. */
  'unconfirmed',
  /** The charge point said no: it is not in force. */
  'refused',
  /** It was accepted, and after a boot the charge point reports something else: it is sent once more. */
  'lost',
  /** Accepted, and what the charge point reports is still not what its profiles come to. */
  'not-in-force',
  /** Of a transaction that has ended. The charge point should have dropped it (OCPP 1.6 §3.13.1). */
  'ended',
] as const;
export type ProfileState = (typeof profileStates)[number];

/** Who asked for it: somebody by way of the resource, a raw message, a remote start, or balancing. */
export type ProfileSource = 'resource' | 'operation' | 'remote-start' | 'balancing';

export type RecordedWarning = { readonly kind: string; readonly text: string };

/** What a charge point's own composite schedule says about a profile that is to be kept. */
export type ProfileCheck = {
  readonly connectorId: number;
  /** `undecided`: what was reported says nothing of this profile, see `speaksOf`. */
  readonly outcome: 'agrees' | 'differs' | 'no-report' | 'undecided';
  readonly at: Instant;
};

export type RecordedProfile = {
  /** Null: a remote start that left the choice to the charge point. */
  readonly connectorId: number | null;
  readonly profile: ChargingProfile;
  readonly state: ProfileState;
  /** Why it is in this state, in words for a person; null where the state says it all. */
  readonly why: string | null;
  readonly source: ProfileSource;
  /** To be held for good: sent when the charge point is back, verified, and sent anew after a boot that lost it. */
  readonly keep: boolean;
  /** Of a remote start. */
  readonly idTag: string | null;
  /** Times in a row that it was sent without an answer. */
  readonly tries: number;
  readonly warnings: readonly RecordedWarning[];
  /** Since it was last accepted, one for each connector that was asked. */
  readonly checks: readonly ProfileCheck[];
  /** When this state began. */
  readonly since: Instant;
  /** When it last came to an answer, or to none; null before. */
  readonly sentAt: Instant | null;
};

/** A charge point's composite schedule beside the one that its profiles come to. */
export type ScheduleComparison = {
  readonly connectorId: number;
  readonly at: Instant;
  readonly durationS: number;
  readonly unit: RateUnit;
  readonly outcome: ProfileCheck['outcome'];
  /** Why there is no report, or what is odd about it, in words. */
  readonly why: string | null;
  readonly differences: readonly ScheduleDifference[];
  readonly reported: ReportedSchedule | null;
};

/** A profile without what makes it that of one charge point: its id and its transaction. */
export type ProfileTerms = Omit<ChargingProfile, 'id' | 'transactionId'>;

/** A profile under a name, to be installed where it is needed. */
export type ProfileTemplate = { readonly id: string; readonly name: string; readonly terms: ProfileTerms };

export type ChargingProfileEvent =
  /** The whole list as it is from now on. `idGiven`: the chargingProfileId that was thereby used up. */
  | {
      type: 'charging-profiles-changed';
      chargePointId: string;
      profiles: readonly RecordedProfile[];
      idGiven: number | null;
      at: Instant;
    }
  | { type: 'composite-schedule-compared'; chargePointId: string; comparison: ScheduleComparison; at: Instant }
  | { type: 'profile-template-put'; template: ProfileTemplate; at: Instant }
  | { type: 'profile-template-removed'; id: string; at: Instant };

/** States in which the charge point has accepted it, and nothing has ended it since. */
const HELD: ReadonlySet<ProfileState> = new Set(['installed', 'lost', 'not-in-force']);

export const isHeld = ({ state }: RecordedProfile): boolean => HELD.has(state);

/** What the charge point has accepted: what its composite schedule should come from. */
export function heldOf(list: readonly RecordedProfile[]): InstalledProfile[] {
  return list.flatMap((one) =>
    isHeld(one) && one.connectorId !== null ? [{ connectorId: one.connectorId, profile: one.profile }] : [],
  );
}
