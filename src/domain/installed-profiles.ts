/**
 * What a charge point holds, as far as its answers tell: each function gives a new list and changes none. Only requests
 * that the charge point has Accepted belong here.
 */
import type { ChargingProfile, InstalledProfile, ProfilePurpose } from './charging-profile.ts';

/** OCPP 1.6 §6.13: null where the request leaves a field out. */
export type ClearCriteria = {
  readonly id: number | null;
  readonly connectorId: number | null;
  readonly purpose: ProfilePurpose | null;
  readonly stackLevel: number | null;
};

/**
 * After a SetChargingProfile. What has the same id anywhere, or the same purpose and stack level at the same connector, is
 * replaced (OCPP 1.6 §3.13.2, §5.16.3, §5.16.4); the new one comes last. A TxDefaultProfile of connector 0 stays beside
 * that of a connector, which replaces it there only (§3.13.1). A TxProfile replaces its equal whatever transaction either
 * names: that of a remote start names none (errata 3.42), and one of an ended transaction is to be gone anyway.
 */
export function install(
  list: readonly InstalledProfile[],
  connectorId: number,
  profile: ChargingProfile,
): InstalledProfile[] {
  return [...list.filter((one) => !isReplaced(one, connectorId, profile)), { connectorId, profile }];
}

/** What that installation would replace. */
export function replacedBy(
  list: readonly InstalledProfile[],
  connectorId: number,
  profile: ChargingProfile,
): InstalledProfile[] {
  return list.filter((one) => isReplaced(one, connectorId, profile));
}

/**
 * After a ClearChargingProfile. With an id nothing else counts; otherwise all that is given has to fit, and nothing given
 * means everything (OCPP 1.6 §6.13, errata 3.25, 3.26). Nothing removed is what a charge point answers Unknown to.
 */
export function clear(
  list: readonly InstalledProfile[],
  criteria: ClearCriteria,
): { readonly remaining: InstalledProfile[]; readonly removed: InstalledProfile[] } {
  return {
    remaining: list.filter((one) => !isMeant(one, criteria)),
    removed: list.filter((one) => isMeant(one, criteria)),
  };
}

/**
 * A transaction has begun: a TxProfile that came with its remote start is from now on that of this transaction (OCPP 1.6
 * §5.16.2, errata 3.42).
 */
export function beginTransaction(
  list: readonly InstalledProfile[],
  transaction: { readonly id: number; readonly connectorId: number },
): InstalledProfile[] {
  return list.map((one) =>
    isUnbound(one, transaction.connectorId)
      ? { ...one, profile: { ...one.profile, transactionId: transaction.id } }
      : one,
  );
}

/** A transaction has ended, and its TxProfiles with it, those that name no transaction included (OCPP 1.6 §3.13.1, §7.10). */
export function endTransaction(
  list: readonly InstalledProfile[],
  transaction: { readonly id: number; readonly connectorId: number },
): InstalledProfile[] {
  const isItsOwn = (one: InstalledProfile): boolean =>
    one.profile.purpose === 'TxProfile' && one.profile.transactionId === transaction.id;
  return list.filter((one) => !isItsOwn(one) && !isUnbound(one, transaction.connectorId));
}

function isReplaced(one: InstalledProfile, connectorId: number, profile: ChargingProfile): boolean {
  if (one.profile.id === profile.id) return true;
  const sameRank = one.profile.purpose === profile.purpose && one.profile.stackLevel === profile.stackLevel;
  return sameRank && one.connectorId === connectorId;
}

function isMeant({ connectorId, profile }: InstalledProfile, criteria: ClearCriteria): boolean {
  if (criteria.id !== null) return profile.id === criteria.id;
  return (
    (criteria.connectorId === null || connectorId === criteria.connectorId) &&
    (criteria.purpose === null || profile.purpose === criteria.purpose) &&
    (criteria.stackLevel === null || profile.stackLevel === criteria.stackLevel)
  );
}

function isUnbound({ connectorId, profile }: InstalledProfile, at: number): boolean {
  return profile.purpose === 'TxProfile' && profile.transactionId === null && connectorId === at;
}
