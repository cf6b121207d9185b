import { Refusal } from '../fields.ts';
import type { Quirks } from '../quirks.ts';
import { changeAvailability, clearCache, dataTransfer, reset, unlockConnector } from './availability.ts';
import {
  certificateSigned,
  deleteCertificate,
  getInstalledCertificateIds,
  installCertificate,
} from './certificates.ts';
import { changeConfiguration, getConfiguration } from './configuration.ts';
import { signedUpdateFirmware, updateFirmware } from './firmware.ts';
import { getLocalListVersion, sendLocalList } from './local-list.ts';
import { getDiagnostics, getLog } from './logs.ts';
import type { Operation } from './operation.ts';
import { remoteStartTransaction, remoteStopTransaction } from './remote.ts';
import { cancelReservation, reserveNow } from './reservation.ts';
import { clearChargingProfile, getCompositeSchedule, setChargingProfile } from './smart-charging.ts';
import { extendedTriggerMessage, triggerMessage } from './trigger.ts';

/** Null: this firmware doesn't know the action, which is NotImplemented; one it knows of but lacks is NotSupported. */
export function operationFor(action: string, quirks: Quirks): Operation | null {
  if (quirks.noSecurityExtension && securityOperations.has(action)) {
    throw new Refusal('NotSupported', 'this firmware has no security extension');
  }
  return operations.get(action) ?? securityOperations.get(action) ?? null;
}

/** Every action that a Central System may send by OCPP 1.6. */
const operations: ReadonlyMap<string, Operation> = new Map([
  ['CancelReservation', cancelReservation],
  ['ChangeAvailability', changeAvailability],
  ['ChangeConfiguration', changeConfiguration],
  ['ClearCache', clearCache],
  ['ClearChargingProfile', clearChargingProfile],
  ['DataTransfer', dataTransfer],
  ['GetCompositeSchedule', getCompositeSchedule],
  ['GetConfiguration', getConfiguration],
  ['GetDiagnostics', getDiagnostics],
  ['GetLocalListVersion', getLocalListVersion],
  ['RemoteStartTransaction', remoteStartTransaction],
  ['RemoteStopTransaction', remoteStopTransaction],
  ['ReserveNow', reserveNow],
  ['Reset', reset],
  ['SendLocalList', sendLocalList],
  ['SetChargingProfile', setChargingProfile],
  ['TriggerMessage', triggerMessage],
  ['UnlockConnector', unlockConnector],
  ['UpdateFirmware', updateFirmware],
]);

/** Those of the security whitepaper, edition 3. */
const securityOperations: ReadonlyMap<string, Operation> = new Map([
  ['CertificateSigned', certificateSigned],
  ['DeleteCertificate', deleteCertificate],
  ['ExtendedTriggerMessage', extendedTriggerMessage],
  ['GetInstalledCertificateIds', getInstalledCertificateIds],
  ['GetLog', getLog],
  ['InstallCertificate', installCertificate],
  ['SignedUpdateFirmware', signedUpdateFirmware],
]);
