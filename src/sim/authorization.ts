import { optionalText, optionalTime, Refusal } from './fields.ts';
import type { Flash, IdTagInfo, Reservation } from './flash.ts';
import { isPayload, type Payload } from './frames.ts';
import type { Station } from './station.ts';

/** Who may charge: by the Central System, and offline by local list and cache (OCPP 1.6 §3.5, §4.1). */

/** Cached idTags; the memory of a small controller. The oldest goes first. */
const mostCached = 200;

/** Ends with the idTag's standing; a status other than Accepted means no. */
export function authorize(station: Station, idTag: string, done: (info: IdTagInfo) => void): void {
  const { configuration } = station;
  const known = lookUp(station, idTag);
  if (known?.status === 'Accepted' && station.online() && configuration.flag('LocalPreAuthorize')) {
    done(known);
    return;
  }
  station.call('Authorize', { idTag }, (outcome) => {
    if (outcome.kind !== 'answer') {
      done(decideOffline(station, known));
      return;
    }
    const info = readIdTagInfo(outcome.payload) ?? unknown;
    remember(station, idTag, info);
    done(info);
  });
}

/** What the Central System said of an idTag goes into the cache, unless the local list knows it (§3.5.3). */
export function remember(station: Station, idTag: string, info: IdTagInfo): void {
  const { flash, configuration } = station;
  const listed = configuration.flag('LocalAuthListEnabled') ? flash.localList.get(keyOf(idTag)) : undefined;
  if (listed !== undefined) {
    if (listed.status === 'Accepted' && info.status !== 'Accepted') reportConflict(station);
    return;
  }
  if (!configuration.flag('AuthorizationCacheEnabled')) return;
  flash.cache.delete(keyOf(idTag));
  flash.cache.set(keyOf(idTag), info);
  for (const oldest of flash.cache.keys()) {
    if (flash.cache.size <= mostCached) break;
    flash.cache.delete(oldest);
  }
}

/** The idTagInfo of a conf; null where it is missing or unreadable. */
export function readIdTagInfo(payload: Payload): IdTagInfo | null {
  const info = payload.idTagInfo;
  return isPayload(info) ? parseIdTagInfo(info) : null;
}

export function parseIdTagInfo(info: Payload): IdTagInfo | null {
  try {
    const status = optionalText(info, 'status', 50);
    if (status === null) return null;
    return { status, parentIdTag: optionalText(info, 'parentIdTag', 20), expiryDate: optionalTime(info, 'expiryDate') };
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** Identifiers are compared without regard to case (§7.28). */
export function sameTag(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && keyOf(one) === keyOf(other);
}

export function keyOf(idTag: string): string {
  return idTag.toLowerCase();
}

/** The reservation is for this idTag or its group (§5.13). */
export function isFor(reservation: Reservation, idTag: string, parentIdTag: string | null): boolean {
  return sameTag(reservation.idTag, idTag) || sameTag(reservation.parentIdTag, parentIdTag);
}

const unknown: IdTagInfo = { status: 'Invalid', parentIdTag: null, expiryDate: null };

function lookUp(station: Station, idTag: string): IdTagInfo | null {
  const { flash, configuration } = station;
  const info = find(
    flash,
    idTag,
    configuration.flag('LocalAuthListEnabled'),
    configuration.flag('AuthorizationCacheEnabled'),
  );
  if (info === null || info.expiryDate === null || info.expiryDate > station.time()) return info;
  return { ...info, status: 'Expired' };
}

function find(flash: Flash, idTag: string, list: boolean, cache: boolean): IdTagInfo | null {
  const listed = list ? flash.localList.get(keyOf(idTag)) : undefined;
  return listed ?? (cache ? flash.cache.get(keyOf(idTag)) : undefined) ?? null;
}

function decideOffline(station: Station, known: IdTagInfo | null): IdTagInfo {
  const { configuration } = station;
  if (known !== null) return configuration.flag('LocalAuthorizeOffline') ? known : unknown;
  return configuration.flag('AllowOfflineTxForUnknownId') ? { ...unknown, status: 'Accepted' } : unknown;
}

/** §3.5.2: list and Central System disagree. */
function reportConflict(station: Station): void {
  const status = station.flash.inoperative.has(0) ? 'Unavailable' : 'Available';
  station.call('StatusNotification', { connectorId: 0, errorCode: 'LocalListConflict', status });
}
