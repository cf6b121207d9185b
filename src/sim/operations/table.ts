import { Refusal } from '../fields.ts';
import { changeAvailability, clearCache, dataTransfer, reset, unlockConnector } from './availability.ts';
import { changeConfiguration, getConfiguration } from './configuration.ts';
import { getLocalListVersion, sendLocalList } from './local-list.ts';
import { getDiagnostics, updateFirmware } from './maintenance.ts';
import type { Operation } from './operation.ts';
import { remoteStartTransaction, remoteStopTransaction } from './remote.ts';
import { cancelReservation, reserveNow } from './reservation.ts';
import { clearChargingProfile, getCompositeSchedule, setChargingProfile } from './smart-charging.ts';
import { extendedTriggerMessage, triggerMessage } from './trigger.ts';

/** Of the security extension this firmware has only the extended trigger. */
const notSupported: Operation = () => {
  throw new Refusal('NotSupported', 'this firmware has no certificates, logs or signed updates');
};

/** Every action a Central System may send; one that isn't here is NotImplemented (OCPP-J 1.6 §4.2.3). */
export const operations: ReadonlyMap<string, Operation> = new Map([
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
  ['ExtendedTriggerMessage', extendedTriggerMessage],
  ['CertificateSigned', notSupported],
  ['DeleteCertificate', notSupported],
  ['GetInstalledCertificateIds', notSupported],
  ['GetLog', notSupported],
  ['InstallCertificate', notSupported],
  ['SignedUpdateFirmware', notSupported],
]);
