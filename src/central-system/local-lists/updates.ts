import type { ListChange } from '../../domain/desired-list.ts';
import type { ListEntry, ListUpdate, LocalList } from '../../domain/local-list.ts';
import { idTagKey } from '../../domain/token.ts';
import { instant } from '../../domain/units.ts';
import type { RequestOf } from '../../ocpp/messages/actions.ts';
import { parseTimestamp } from '../../ocpp/timestamp.ts';
import { idTagInfo } from '../authorization.ts';

/** Updates of a local list as they go on the wire (OCPP 1.6 §5.15, §7.1). */

type Request = RequestOf<'SendLocalList'>;

/** Versions from here on are none of ours; a charge point that reports one has them from somebody else. */
const FOREIGN_VERSION = 2 ** 30;

/** Higher than anything that was ever sent or that the charge point holds; above 0 (errata 3.52). */
export function nextVersion({ sentVersion, reservedVersion, reportedVersion }: LocalList): number {
  const reported = reportedVersion === null || reportedVersion >= FOREIGN_VERSION ? 0 : reportedVersion;
  return Math.max(sentVersion, reservedVersion ?? 0, reported, 0) + 1;
}

/** The highest version sent so far, with this one. */
export function withVersion(list: LocalList, version: number): number {
  return version < FOREIGN_VERSION ? Math.max(list.sentVersion, version) : list.sentVersion;
}

/** A full list: every entry says what it is worth. */
export function fullRequest(version: number, entries: readonly ListEntry[]): Request {
  return { listVersion: version, updateType: 'Full', localAuthorizationList: entries.map(entryOf) };
}

/** Changes alone: what has no idTagInfo is removed. */
export function differentialRequest(version: number, changes: readonly ListChange[]): Request {
  return {
    listVersion: version,
    updateType: 'Differential',
    localAuthorizationList: changes.map((change) =>
      change.kind === 'put' ? entryOf(change.entry) : { idTag: change.idTag },
    ),
  };
}

/** What a request changes, ours or anybody's. Of an idTag that comes twice the last one counts. */
export function updateOf({ listVersion, updateType, localAuthorizationList = [] }: Request): ListUpdate {
  const full = updateType === 'Full';
  const put = new Map<string, ListEntry>();
  const removed = new Map<string, string>();
  for (const { idTag, idTagInfo } of localAuthorizationList) {
    const key = idTagKey(idTag);
    put.delete(key);
    removed.delete(key);
    if (idTagInfo === undefined) removed.set(key, idTag);
    else {
      put.set(key, {
        idTag,
        status: idTagInfo.status,
        expiresAt: idTagInfo.expiryDate === undefined ? null : parseTimestamp(idTagInfo.expiryDate),
        parentIdTag: idTagInfo.parentIdTag ?? null,
      });
    }
  }
  return { version: listVersion, full, put: [...put.values()], removed: full ? [] : [...removed.values()] };
}

function entryOf(entry: ListEntry) {
  // An entry was judged when it was put together, and not again now.
  return { idTag: entry.idTag, idTagInfo: idTagInfo(entry, instant(0)) };
}
