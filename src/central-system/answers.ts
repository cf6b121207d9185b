import type { Event } from '../domain/events.ts';
import type { CentralSystemAction } from '../ocpp/messages/actions.ts';
import type { AnswerHandler } from './answer.ts';
import { certificatesListed } from './certificates.ts';
import { profileSent, profilesCleared, remoteStartAnswered, scheduleReported } from './charging-profiles/answers.ts';
import { configurationChanged, configurationRead, restartAsked } from './configuration/answers.ts';
import {
  getDiagnosticsAnswered,
  getLogAnswered,
  signedUpdateFirmwareAnswered,
  updateFirmwareAnswered,
} from './file-jobs/following.ts';
import { localListVersionAnswered, sendLocalListAnswered } from './local-lists/answers.ts';
import { cancelReservationAnswered, reserveNowAnswered } from './reservations/answers.ts';
import { clearCacheAnswered } from './tokens/clear-caches.ts';

/** The answer goes to whoever asked; the site's record does not change by it. */
const forTheAskerOnly = (): readonly Event[] => [];

/** What the answer to each message of ours changes. An action without a line here does not compile. */
export const answers: { readonly [A in CentralSystemAction]: AnswerHandler<A> } = {
  CancelReservation: cancelReservationAnswered,
  CertificateSigned: forTheAskerOnly,
  ChangeAvailability: forTheAskerOnly,
  ChangeConfiguration: configurationChanged,
  ClearCache: clearCacheAnswered,
  ClearChargingProfile: profilesCleared,
  DataTransfer: forTheAskerOnly,
  DeleteCertificate: forTheAskerOnly,
  ExtendedTriggerMessage: forTheAskerOnly,
  GetCompositeSchedule: scheduleReported,
  GetConfiguration: configurationRead,
  GetDiagnostics: getDiagnosticsAnswered,
  GetInstalledCertificateIds: certificatesListed,
  GetLocalListVersion: localListVersionAnswered,
  GetLog: getLogAnswered,
  InstallCertificate: forTheAskerOnly,
  RemoteStartTransaction: remoteStartAnswered,
  RemoteStopTransaction: forTheAskerOnly,
  ReserveNow: reserveNowAnswered,
  Reset: restartAsked,
  SendLocalList: sendLocalListAnswered,
  SetChargingProfile: profileSent,
  SignedUpdateFirmware: signedUpdateFirmwareAnswered,
  TriggerMessage: forTheAskerOnly,
  UnlockConnector: forTheAskerOnly,
  UpdateFirmware: updateFirmwareAnswered,
};
