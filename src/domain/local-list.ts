import type { AuthorizationStatus } from './token.ts';
import type { Instant } from './units.ts';

/** The list of idTags that a charge point keeps for times without a connection (OCPP 1.6 §3.5.2), as we know it. */

/** One idTag as it stands on a charge point. */
export type ListEntry = {
  readonly idTag: string;
  readonly status: AuthorizationStatus;
  readonly expiresAt: Instant | null;
  readonly parentIdTag: string | null;
};

/** What one SendLocalList changes: a full one replaces everything, any other adds, changes and removes. */
export type ListUpdate = {
  readonly version: number;
  readonly full: boolean;
  readonly put: readonly ListEntry[];
  readonly removed: readonly string[];
};

export type LocalListState =
  /** Nothing is known of it yet. */
  | 'unknown'
  /** It is being changed, or a change has yet to be verified. */
  | 'updating'
  /** It holds what it should, and has said so by its version. */
  | 'in-line'
  /** The charge point keeps no list, or its list is switched off. */
  | 'unsupported'
  /** It could not be brought in line; `nextTryAt` says when it is tried again. */
  | 'gave-up';

/** What was learnt from updates that failed. */
export type LearnedLimits = {
  /** Entries of one message. */
  readonly chunk: number | null;
  /** Entries in total. */
  readonly room: number | null;
  readonly at: Instant;
  readonly firmware: string | null;
};

/** What a list was in line with: nothing has to be looked at until it changes. */
export type Settlement = {
  /** Of the tokens. */
  readonly revision: string;
  /** The day, and the limits of the charge point. */
  readonly basis: string;
  /** There was room for all tokens. */
  readonly all: boolean;
};

/** All that is known of a charge point's list but the entries themselves. */
export type LocalList = {
  readonly state: LocalListState;
  /** As it was last reported; below 0: there is no list. */
  readonly reportedVersion: number | null;
  /** When it reported that; null when it has to be asked again. */
  readonly askedAt: Instant | null;
  /** The version of the content that is on record; 0: empty. Null when what it holds is not known. */
  readonly heldVersion: number | null;
  /** The highest version that was ever sent; 0: none. It only rises, and a version is sent with one content only. */
  readonly sentVersion: number;
  /** Set aside for the next update. */
  readonly reservedVersion: number | null;
  /** Sent, and not answered: the charge point may hold it or not. */
  readonly pending: ListUpdate | null;
  readonly verifiedAt: Instant | null;
  /** When it last accepted a full list. */
  readonly fullAt: Instant | null;
  /** When it reported that its list contradicts our answers. */
  readonly conflictAt: Instant | null;
  readonly nextTryAt: Instant | null;
  /** Updates that failed since it was last in line. */
  readonly failures: number;
  /** Updates that were accepted and not kept since it was last in line. */
  readonly fruitless: number;
  /** Questions for its version without a proper answer, in a row. */
  readonly silences: number;
  readonly learned: LearnedLimits | null;
  /** What it was last in line with; null once it holds what was not sent for that. */
  readonly settledFor: Settlement | null;
  /** idTags that may charge and found no room. */
  readonly missing: number;
  /** What is wrong and what to do about it, for a person. */
  readonly problem: string | null;
  /** Somebody has asked for it: say so where there can be none. */
  readonly wanted: boolean;
};

export type LocalListEvent = {
  type: 'local-list-changed';
  chargePointId: string;
  list: LocalList;
  /** What it holds now; null where that stays as it is on record. */
  content: ListUpdate | null;
  at: Instant;
};

/** Of a charge point whose list nobody has asked for yet. */
export const unknownList: LocalList = {
  state: 'unknown',
  reportedVersion: null,
  askedAt: null,
  heldVersion: null,
  sentVersion: 0,
  reservedVersion: null,
  pending: null,
  verifiedAt: null,
  fullAt: null,
  conflictAt: null,
  nextTryAt: null,
  failures: 0,
  fruitless: 0,
  silences: 0,
  learned: null,
  settledFor: null,
  missing: 0,
  problem: null,
  wanted: false,
};

/** Begins anew, by hand: what it holds and what was learnt is forgotten, never the versions that were used. */
export function resynced(list: LocalList): LocalList {
  const { reportedVersion, sentVersion, reservedVersion, verifiedAt, fullAt, missing } = list;
  return { ...unknownList, reportedVersion, sentVersion, reservedVersion, verifiedAt, fullAt, missing, wanted: true };
}
