/** Every action of OCPP 1.6 and of its security extension: who may send it, and the schemas of both directions. */
import type { Static } from 'typebox';
import * as core from './core.ts';
import * as firmware from './firmware-management.ts';
import * as localList from './local-auth-list.ts';
import * as remoteTrigger from './remote-trigger.ts';
import * as reservation from './reservation.ts';
import * as security from './security.ts';
import * as smartCharging from './smart-charging.ts';

/**
 * The 28 actions of OCPP 1.6 and the 11 of the security whitepaper. Profiles bear the names of the configuration key
 * SupportedFeatureProfiles (OCPP 1.6 §9.1), `Security` excepted, which that key does not list.
 */
export const actions = {
  Authorize: {
    sentBy: 'charge-point',
    profile: 'Core',
    request: core.AuthorizeRequest,
    response: core.AuthorizeResponse,
  },
  BootNotification: {
    sentBy: 'charge-point',
    profile: 'Core',
    request: core.BootNotificationRequest,
    response: core.BootNotificationResponse,
  },
  ChangeAvailability: {
    sentBy: 'central-system',
    profile: 'Core',
    request: core.ChangeAvailabilityRequest,
    response: core.ChangeAvailabilityResponse,
  },
  ChangeConfiguration: {
    sentBy: 'central-system',
    profile: 'Core',
    request: core.ChangeConfigurationRequest,
    response: core.ChangeConfigurationResponse,
  },
  ClearCache: {
    sentBy: 'central-system',
    profile: 'Core',
    request: core.ClearCacheRequest,
    response: core.ClearCacheResponse,
  },
  DataTransfer: {
    sentBy: 'either',
    profile: 'Core',
    request: core.DataTransferRequest,
    response: core.DataTransferResponse,
  },
  GetConfiguration: {
    sentBy: 'central-system',
    profile: 'Core',
    request: core.GetConfigurationRequest,
    response: core.GetConfigurationResponse,
  },
  Heartbeat: {
    sentBy: 'charge-point',
    profile: 'Core',
    request: core.HeartbeatRequest,
    response: core.HeartbeatResponse,
  },
  MeterValues: {
    sentBy: 'charge-point',
    profile: 'Core',
    request: core.MeterValuesRequest,
    response: core.MeterValuesResponse,
  },
  RemoteStartTransaction: {
    sentBy: 'central-system',
    profile: 'Core',
    request: core.RemoteStartTransactionRequest,
    response: core.RemoteStartTransactionResponse,
  },
  RemoteStopTransaction: {
    sentBy: 'central-system',
    profile: 'Core',
    request: core.RemoteStopTransactionRequest,
    response: core.RemoteStopTransactionResponse,
  },
  Reset: { sentBy: 'central-system', profile: 'Core', request: core.ResetRequest, response: core.ResetResponse },
  StartTransaction: {
    sentBy: 'charge-point',
    profile: 'Core',
    request: core.StartTransactionRequest,
    response: core.StartTransactionResponse,
  },
  StatusNotification: {
    sentBy: 'charge-point',
    profile: 'Core',
    request: core.StatusNotificationRequest,
    response: core.StatusNotificationResponse,
  },
  StopTransaction: {
    sentBy: 'charge-point',
    profile: 'Core',
    request: core.StopTransactionRequest,
    response: core.StopTransactionResponse,
  },
  UnlockConnector: {
    sentBy: 'central-system',
    profile: 'Core',
    request: core.UnlockConnectorRequest,
    response: core.UnlockConnectorResponse,
  },
  DiagnosticsStatusNotification: {
    sentBy: 'charge-point',
    profile: 'FirmwareManagement',
    request: firmware.DiagnosticsStatusNotificationRequest,
    response: firmware.DiagnosticsStatusNotificationResponse,
  },
  FirmwareStatusNotification: {
    sentBy: 'charge-point',
    profile: 'FirmwareManagement',
    request: firmware.FirmwareStatusNotificationRequest,
    response: firmware.FirmwareStatusNotificationResponse,
  },
  GetDiagnostics: {
    sentBy: 'central-system',
    profile: 'FirmwareManagement',
    request: firmware.GetDiagnosticsRequest,
    response: firmware.GetDiagnosticsResponse,
  },
  UpdateFirmware: {
    sentBy: 'central-system',
    profile: 'FirmwareManagement',
    request: firmware.UpdateFirmwareRequest,
    response: firmware.UpdateFirmwareResponse,
  },
  GetLocalListVersion: {
    sentBy: 'central-system',
    profile: 'LocalAuthListManagement',
    request: localList.GetLocalListVersionRequest,
    response: localList.GetLocalListVersionResponse,
  },
  SendLocalList: {
    sentBy: 'central-system',
    profile: 'LocalAuthListManagement',
    request: localList.SendLocalListRequest,
    response: localList.SendLocalListResponse,
  },
  CancelReservation: {
    sentBy: 'central-system',
    profile: 'Reservation',
    request: reservation.CancelReservationRequest,
    response: reservation.CancelReservationResponse,
  },
  ReserveNow: {
    sentBy: 'central-system',
    profile: 'Reservation',
    request: reservation.ReserveNowRequest,
    response: reservation.ReserveNowResponse,
  },
  ClearChargingProfile: {
    sentBy: 'central-system',
    profile: 'SmartCharging',
    request: smartCharging.ClearChargingProfileRequest,
    response: smartCharging.ClearChargingProfileResponse,
  },
  GetCompositeSchedule: {
    sentBy: 'central-system',
    profile: 'SmartCharging',
    request: smartCharging.GetCompositeScheduleRequest,
    response: smartCharging.GetCompositeScheduleResponse,
  },
  SetChargingProfile: {
    sentBy: 'central-system',
    profile: 'SmartCharging',
    request: smartCharging.SetChargingProfileRequest,
    response: smartCharging.SetChargingProfileResponse,
  },
  TriggerMessage: {
    sentBy: 'central-system',
    profile: 'RemoteTrigger',
    request: remoteTrigger.TriggerMessageRequest,
    response: remoteTrigger.TriggerMessageResponse,
  },
  CertificateSigned: {
    sentBy: 'central-system',
    profile: 'Security',
    request: security.CertificateSignedRequest,
    response: security.CertificateSignedResponse,
  },
  DeleteCertificate: {
    sentBy: 'central-system',
    profile: 'Security',
    request: security.DeleteCertificateRequest,
    response: security.DeleteCertificateResponse,
  },
  ExtendedTriggerMessage: {
    sentBy: 'central-system',
    profile: 'Security',
    request: security.ExtendedTriggerMessageRequest,
    response: security.ExtendedTriggerMessageResponse,
  },
  GetInstalledCertificateIds: {
    sentBy: 'central-system',
    profile: 'Security',
    request: security.GetInstalledCertificateIdsRequest,
    response: security.GetInstalledCertificateIdsResponse,
  },
  GetLog: {
    sentBy: 'central-system',
    profile: 'Security',
    request: security.GetLogRequest,
    response: security.GetLogResponse,
  },
  InstallCertificate: {
    sentBy: 'central-system',
    profile: 'Security',
    request: security.InstallCertificateRequest,
    response: security.InstallCertificateResponse,
  },
  LogStatusNotification: {
    sentBy: 'charge-point',
    profile: 'Security',
    request: security.LogStatusNotificationRequest,
    response: security.LogStatusNotificationResponse,
  },
  SecurityEventNotification: {
    sentBy: 'charge-point',
    profile: 'Security',
    request: security.SecurityEventNotificationRequest,
    response: security.SecurityEventNotificationResponse,
  },
  SignCertificate: {
    sentBy: 'charge-point',
    profile: 'Security',
    request: security.SignCertificateRequest,
    response: security.SignCertificateResponse,
  },
  SignedFirmwareStatusNotification: {
    sentBy: 'charge-point',
    profile: 'Security',
    request: security.SignedFirmwareStatusNotificationRequest,
    response: security.SignedFirmwareStatusNotificationResponse,
  },
  SignedUpdateFirmware: {
    sentBy: 'central-system',
    profile: 'Security',
    request: security.SignedUpdateFirmwareRequest,
    response: security.SignedUpdateFirmwareResponse,
  },
} as const;

export type Action = keyof typeof actions;

type SentBy<Sender> = { [A in Action]: (typeof actions)[A]['sentBy'] extends Sender ? A : never }[Action];
/** What a charge point may send to us. */
export type ChargePointAction = SentBy<'charge-point' | 'either'>;
/** What we may send to a charge point. */
export type CentralSystemAction = SentBy<'central-system' | 'either'>;

export type RequestOf<A extends Action> = Static<(typeof actions)[A]['request']>;
export type ResponseOf<A extends Action> = Static<(typeof actions)[A]['response']>;

/** Own names only: `constructor` or `__proto__` is no action. Case-sensitive (OCPP-J §4.2.1). */
export function isAction(name: string): name is Action {
  return Object.hasOwn(actions, name);
}

export function isChargePointAction(name: string): name is ChargePointAction {
  return isAction(name) && actions[name].sentBy !== 'central-system';
}

export function isCentralSystemAction(name: string): name is CentralSystemAction {
  return isAction(name) && actions[name].sentBy !== 'charge-point';
}
