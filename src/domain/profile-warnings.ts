/**
 * What is odd about a charging profile before it is sent. Whether somebody has to insist on it is the caller's affair: a
 * person, or a test, may send what OCPP 1.6 forbids and see what the charge point answers.
 */
import type { ChargingCapabilities } from './charging-capabilities.ts';
import type { ChargingProfile, InstalledProfile } from './charging-profile.ts';
import { install } from './installed-profiles.ts';
import type { ProfileWarning } from './profile-warning.ts';
import { scheduleWarnings } from './schedule-warnings.ts';
import type { Instant } from './units.ts';

export type ProfileToSend = {
  readonly action: 'SetChargingProfile' | 'RemoteStartTransaction';
  /** Null for a remote start that leaves the choice to the charge point. */
  readonly connectorId: number | null;
  readonly profile: ChargingProfile;
  readonly now: Instant;
  /** What runs at the charge point as far as we know. */
  readonly running: readonly { readonly id: number; readonly connectorId: number }[];
  /** What it holds as far as we know. */
  readonly installed: readonly InstalledProfile[];
  readonly capabilities: ChargingCapabilities;
};

/** In the order of the fields that they concern; empty for a profile without oddities. */
export function profileWarnings(request: ProfileToSend): ProfileWarning[] {
  return [
    ...placeWarnings(request),
    ...transactionWarnings(request),
    ...stackWarnings(request),
    ...validityWarnings(request),
    ...scheduleWarnings(request.profile, request.now, request.capabilities),
  ];
}

function placeWarnings({ action, connectorId, profile }: ProfileToSend): ProfileWarning[] {
  const found: ProfileWarning[] = [];
  const { purpose } = profile;
  if (action === 'RemoteStartTransaction') {
    if (purpose !== 'TxProfile') {
      found.push({
        kind: 'remote-start-purpose',
        text: `a remote start carries a TxProfile, not a ${purpose} (OCPP 1.6 §5.16.2)`,
      });
    }
    return found;
  }
  if (purpose === 'ChargePointMaxProfile' && connectorId !== 0) {
    found.push({
      kind: 'max-profile-off-connector-0',
      text: `a ChargePointMaxProfile belongs to connector 0, not ${connectorId} (OCPP 1.6 §3.13.1)`,
    });
  }
  if (purpose === 'TxProfile' && connectorId === 0) {
    found.push({
      kind: 'tx-profile-on-connector-0',
      text: 'a TxProfile belongs to a connector above 0 (OCPP 1.6 §3.13.1)',
    });
  }
  return found;
}

function transactionWarnings({ action, connectorId, profile, running }: ProfileToSend): ProfileWarning[] {
  const { transactionId, purpose } = profile;
  if (action === 'RemoteStartTransaction' || purpose !== 'TxProfile') {
    const where = action === 'RemoteStartTransaction' ? 'a remote start' : `a ${purpose}`;
    if (transactionId === null) return [];
    return [{ kind: 'transaction-not-allowed', text: `${where} names no transaction (OCPP 1.6 §5.16.2, §7.8)` }];
  }
  const here = running.filter((one) => one.connectorId === connectorId);
  const found: ProfileWarning[] = [];
  if (transactionId === null) {
    found.push({
      kind: 'tx-profile-without-transaction',
      text: 'without a transactionId it may limit another transaction than the one meant (OCPP 1.6 §7.8)',
    });
  }
  const isThere = transactionId === null ? here.length > 0 : here.some((one) => one.id === transactionId);
  if (!isThere) {
    const what = transactionId === null ? 'no transaction' : `no transaction ${transactionId}`;
    found.push({
      kind: 'transaction-not-running',
      text: `${what} is known to run at connector ${connectorId}: the charge point must refuse it (OCPP 1.6 §3.13.1)`,
    });
  }
  return found;
}

function stackWarnings({ connectorId, profile, installed, capabilities }: ProfileToSend): ProfileWarning[] {
  const found: ProfileWarning[] = [];
  const { stackLevel, purpose, schedule } = profile;
  const { maxStackLevel, maxInstalled } = capabilities;
  if (stackLevel < 0) {
    found.push({ kind: 'stack-level-negative', text: 'the lowest stack level is 0 (OCPP 1.6 §7.8)' });
  }
  if (maxStackLevel !== null && stackLevel > maxStackLevel) {
    found.push({
      kind: 'stack-level-too-high',
      text: `stack level ${stackLevel} is above the charge point's ChargeProfileMaxStackLevel ${maxStackLevel}`,
    });
  }
  const after = install(installed, connectorId ?? -1, profile);
  if (maxInstalled !== null && after.length > maxInstalled) {
    found.push({
      kind: 'too-many-profiles',
      text: `it would be profile ${after.length} of MaxChargingProfilesInstalled ${maxInstalled}`,
    });
  }
  const below = after.filter(
    (one) =>
      one.profile.purpose === purpose &&
      one.profile.stackLevel < stackLevel &&
      (one.connectorId === connectorId || one.connectorId === 0),
  );
  const endless = schedule.durationS === null && profile.kind !== 'Recurring' && profile.validTo === null;
  if (endless && below.length > 0) {
    const ids = below.slice(0, 5).map((one) => one.profile.id);
    found.push({
      kind: 'hides-lower-levels',
      text: `without duration or validTo it hides the profiles below it for good, such as ${ids.join(', ')} (errata 3.7)`,
    });
  }
  return found;
}

function validityWarnings({ profile, now }: ProfileToSend): ProfileWarning[] {
  const { validFrom, validTo } = profile;
  const found: ProfileWarning[] = [];
  if (validFrom !== null && validFrom > now) {
    found.push({
      kind: 'valid-from-in-future',
      text: 'until validFrom there is a gap: what it replaces is gone at once (OCPP 1.6 §3.13.2)',
    });
  }
  if (validTo !== null && validTo <= now) {
    found.push({ kind: 'valid-to-in-past', text: 'validTo has passed: it would never be in force (OCPP 1.6 §7.8)' });
  } else if (validFrom !== null && validTo !== null && validTo <= validFrom) {
    found.push({
      kind: 'never-valid',
      text: 'validTo lies before validFrom: it would never be in force (OCPP 1.6 §7.8)',
    });
  }
  return found;
}
