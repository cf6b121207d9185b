/** Messages of the Core profile (OCPP 1.6 §6). */
import { Type } from 'typebox';
import {
  AcceptedOrRejected,
  ChargingProfile,
  closed,
  Empty,
  IdTagInfo,
  IdToken,
  Integer,
  MeterValue,
  Text,
  Timestamp,
} from './common.ts';

/** OCPP 1.6 §6.1. */
export const AuthorizeRequest = closed({ idTag: IdToken });
/** OCPP 1.6 §6.2. */
export const AuthorizeResponse = closed({ idTagInfo: IdTagInfo });

/** OCPP 1.6 §6.3. */
export const BootNotificationRequest = closed({
  chargePointVendor: Text(20),
  chargePointModel: Text(20),
  chargePointSerialNumber: Type.Optional(Text(25)),
  chargeBoxSerialNumber: Type.Optional(Text(25)),
  firmwareVersion: Type.Optional(Text(50)),
  iccid: Type.Optional(Text(20)),
  imsi: Type.Optional(Text(20)),
  meterType: Type.Optional(Text(25)),
  meterSerialNumber: Type.Optional(Text(25)),
});
/** OCPP 1.6 §6.4: interval in seconds; heartbeat when Accepted, wait before the next boot otherwise. */
export const BootNotificationResponse = closed({
  status: Type.Enum(['Accepted', 'Pending', 'Rejected']),
  currentTime: Timestamp,
  interval: Integer,
});

/** OCPP 1.6 §6.7: connector 0 is the whole charge point. */
export const ChangeAvailabilityRequest = closed({
  connectorId: Integer,
  type: Type.Enum(['Inoperative', 'Operative']),
});
/** OCPP 1.6 §6.8. */
export const ChangeAvailabilityResponse = closed({ status: Type.Enum(['Accepted', 'Rejected', 'Scheduled']) });

/** OCPP 1.6 §6.9. */
export const ChangeConfigurationRequest = closed({ key: Text(50), value: Text(500) });
/** OCPP 1.6 §6.10. */
export const ChangeConfigurationResponse = closed({
  status: Type.Enum(['Accepted', 'Rejected', 'RebootRequired', 'NotSupported']),
});

/** OCPP 1.6 §6.11. */
export const ClearCacheRequest = Empty;
/** OCPP 1.6 §6.12. */
export const ClearCacheResponse = closed({ status: AcceptedOrRejected });

/** OCPP 1.6 §6.15. */
export const DataTransferRequest = closed({
  vendorId: Text(255),
  messageId: Type.Optional(Text(50)),
  data: Type.Optional(Type.String()),
});
/** OCPP 1.6 §6.16. */
export const DataTransferResponse = closed({
  status: Type.Enum(['Accepted', 'Rejected', 'UnknownMessageId', 'UnknownVendorId']),
  data: Type.Optional(Type.String()),
});

/** OCPP 1.6 §6.23: no key, or an empty list, asks for all. */
export const GetConfigurationRequest = closed({ key: Type.Optional(Type.Array(Text(50))) });
/** OCPP 1.6 §6.24. */
export const GetConfigurationResponse = closed({
  configurationKey: Type.Optional(
    Type.Array(closed({ key: Text(50), readonly: Type.Boolean(), value: Type.Optional(Text(500)) })),
  ),
  unknownKey: Type.Optional(Type.Array(Text(50))),
});

/** OCPP 1.6 §6.29. */
export const HeartbeatRequest = Empty;
/** OCPP 1.6 §6.30. */
export const HeartbeatResponse = closed({ currentTime: Timestamp });

/** OCPP 1.6 §6.31: connector 0 is the main meter. */
export const MeterValuesRequest = closed({
  connectorId: Integer,
  transactionId: Type.Optional(Integer),
  meterValue: Type.Array(MeterValue),
});
/** OCPP 1.6 §6.32. */
export const MeterValuesResponse = Empty;

/** OCPP 1.6 §6.33. */
export const RemoteStartTransactionRequest = closed({
  connectorId: Type.Optional(Integer),
  idTag: IdToken,
  chargingProfile: Type.Optional(ChargingProfile),
});
/** OCPP 1.6 §6.34. */
export const RemoteStartTransactionResponse = closed({ status: AcceptedOrRejected });

/** OCPP 1.6 §6.35. */
export const RemoteStopTransactionRequest = closed({ transactionId: Integer });
/** OCPP 1.6 §6.36. */
export const RemoteStopTransactionResponse = closed({ status: AcceptedOrRejected });

/** OCPP 1.6 §6.39. */
export const ResetRequest = closed({ type: Type.Enum(['Hard', 'Soft']) });
/** OCPP 1.6 §6.40. */
export const ResetResponse = closed({ status: AcceptedOrRejected });

/** OCPP 1.6 §6.45: meterStart in Wh. */
export const StartTransactionRequest = closed({
  connectorId: Integer,
  idTag: IdToken,
  meterStart: Integer,
  reservationId: Type.Optional(Integer),
  timestamp: Timestamp,
});
/** OCPP 1.6 §6.46. */
export const StartTransactionResponse = closed({ idTagInfo: IdTagInfo, transactionId: Integer });

/** OCPP 1.6 §6.47. */
export const StatusNotificationRequest = closed({
  connectorId: Integer,
  errorCode: Type.Enum([
    'ConnectorLockFailure',
    'EVCommunicationError',
    'GroundFailure',
    'HighTemperature',
    'InternalError',
    'LocalListConflict',
    'NoError',
    'OtherError',
    'OverCurrentFailure',
    'PowerMeterFailure',
    'PowerSwitchFailure',
    'ReaderFailure',
    'ResetFailure',
    'UnderVoltage',
    'OverVoltage',
    'WeakSignal',
  ]),
  info: Type.Optional(Text(50)),
  status: Type.Enum([
    'Available',
    'Preparing',
    'Charging',
    'SuspendedEVSE',
    'SuspendedEV',
    'Finishing',
    'Reserved',
    'Unavailable',
    'Faulted',
  ]),
  timestamp: Type.Optional(Timestamp),
  vendorId: Type.Optional(Text(255)),
  vendorErrorCode: Type.Optional(Text(50)),
});
/** OCPP 1.6 §6.48. */
export const StatusNotificationResponse = Empty;

/** OCPP 1.6 §6.49: meterStop in Wh; an absent reason means Local (OCPP-J errata §2.6). */
export const StopTransactionRequest = closed({
  idTag: Type.Optional(IdToken),
  meterStop: Integer,
  timestamp: Timestamp,
  transactionId: Integer,
  reason: Type.Optional(
    Type.Enum([
      'EmergencyStop',
      'EVDisconnected',
      'HardReset',
      'Local',
      'Other',
      'PowerLoss',
      'Reboot',
      'Remote',
      'SoftReset',
      'UnlockCommand',
      'DeAuthorized',
    ]),
  ),
  transactionData: Type.Optional(Type.Array(MeterValue)),
});
/** OCPP 1.6 §6.50. */
export const StopTransactionResponse = closed({ idTagInfo: Type.Optional(IdTagInfo) });

/** OCPP 1.6 §6.53. */
export const UnlockConnectorRequest = closed({ connectorId: Integer });
/** OCPP 1.6 §6.54. */
export const UnlockConnectorResponse = closed({ status: Type.Enum(['Unlocked', 'UnlockFailed', 'NotSupported']) });
