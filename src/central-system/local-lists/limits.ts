import type { LearnedLimits, LocalList } from '../../domain/local-list.ts';
import type { Instant } from '../../domain/units.ts';
import type { Records } from '../records.ts';

/** How much a charge point's list takes, from what it reports and from what has failed; and whether it has a list. */

/** Entries of one message, and in total, where the charge point does not say: less than any that is known to have a list. */
const CHUNK_UNSAID = 20;
const ROOM_UNSAID = 100;
/** Whatever it says: messages of some 60 kB, and lists that a gateway with many charge points can still compare. */
const MAX_CHUNK = 500;
const MAX_ROOM = 20_000;
/** What was learnt from failures is tried anew after this, ms: it may have been a bad day. */
const LEARNT_FOR_MS = 7 * 86_400_000;

export type ListLimits = {
  /** Entries of one message at most. */
  readonly chunk: number;
  /** Entries in total at most. */
  readonly room: number;
};

export function limitsOf(chargePointId: string, { learned }: LocalList, now: Instant, records: Records): ListLimits {
  const holds = isInForce(learned, records.nameplate(chargePointId)?.firmwareVersion ?? null, now) ? learned : null;
  const chunk = reportedCount(chargePointId, 'SendLocalListMaxLength', records) ?? CHUNK_UNSAID;
  const room = reportedCount(chargePointId, 'LocalAuthListMaxLength', records) ?? ROOM_UNSAID;
  return {
    chunk: Math.min(chunk, holds?.chunk ?? MAX_CHUNK, MAX_CHUNK),
    room: Math.min(room, holds?.room ?? MAX_ROOM, MAX_ROOM),
  };
}

/** What failed with one firmware says nothing about the next. */
function isInForce(learned: LearnedLimits | null, firmware: string | null, now: Instant): boolean {
  return learned !== null && learned.firmware === firmware && now - learned.at < LEARNT_FOR_MS;
}

/** Adds to what is known by now of this firmware. */
export function learnt(
  chargePointId: string,
  { learned }: LocalList,
  more: { readonly chunk?: number; readonly room?: number },
  at: Instant,
  records: Records,
): LearnedLimits {
  const firmware = records.nameplate(chargePointId)?.firmwareVersion ?? null;
  const known = isInForce(learned, firmware, at) ? learned : null;
  return { chunk: more.chunk ?? known?.chunk ?? null, room: more.room ?? known?.room ?? null, at, firmware };
}

/** Why there can be no list, by the charge point's own configuration; null where nothing speaks against one. */
export function refusalOf(chargePointId: string, records: Records): { text: string; fix: string } | null {
  const profiles = records.reportedConfiguration(chargePointId, 'SupportedFeatureProfiles');
  if (profiles !== null && profiles.trim() !== '' && !/\bLocalAuthListManagement\b/i.test(profiles)) {
    return {
      text: `${chargePointId} keeps no local list: it does not name LocalAuthListManagement in SupportedFeatureProfiles.`,
      fix: 'Nothing can be done from here; new firmware may bring it.',
    };
  }
  if (/^\s*false\s*$/i.test(records.reportedConfiguration(chargePointId, 'LocalAuthListEnabled') ?? '')) {
    return {
      text: `The local list of ${chargePointId} is switched off: its configuration key LocalAuthListEnabled is false.`,
      fix: 'Set LocalAuthListEnabled to true, and the list is sent.',
    };
  }
  return null;
}

function reportedCount(chargePointId: string, key: string, records: Records): number | null {
  const text = records.reportedConfiguration(chargePointId, key)?.trim() ?? '';
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}
