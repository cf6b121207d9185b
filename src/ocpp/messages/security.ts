/** Messages that the security whitepaper adds to OCPP 1.6 (whitepaper edition 3, §5 and §6). */
import { Type } from 'typebox';
import { AcceptedOrRejected, closed, Empty, Integer, Text, Timestamp } from './common.ts';

/** Whitepaper §6.1: serialNumber in hexadecimal digits without leading zeros. */
const CertificateHashData = closed({
  hashAlgorithm: Type.Enum(['SHA256', 'SHA384', 'SHA512']),
  issuerNameHash: Text(128),
  issuerKeyHash: Text(128),
  serialNumber: Text(40),
});

/** Whitepaper §6.4. */
const CertificateUse = Type.Enum(['CentralSystemRootCertificate', 'ManufacturerRootCertificate']);

/** Whitepaper §5.1: PEM, the charge point's certificate first. */
export const CertificateSignedRequest = closed({ certificateChain: Text(10_000) });
/** Whitepaper §5.2. */
export const CertificateSignedResponse = closed({ status: AcceptedOrRejected });

/** Whitepaper §5.3. */
export const DeleteCertificateRequest = closed({ certificateHashData: CertificateHashData });
/** Whitepaper §5.4. */
export const DeleteCertificateResponse = closed({ status: Type.Enum(['Accepted', 'Failed', 'NotFound']) });

/** Whitepaper §5.5: FirmwareStatusNotification here asks for SignedFirmwareStatusNotification (§6.16). */
export const ExtendedTriggerMessageRequest = closed({
  requestedMessage: Type.Enum([
    'BootNotification',
    'LogStatusNotification',
    'FirmwareStatusNotification',
    'Heartbeat',
    'MeterValues',
    'SignChargePointCertificate',
    'StatusNotification',
  ]),
  connectorId: Type.Optional(Integer),
});
/** Whitepaper §5.6. */
export const ExtendedTriggerMessageResponse = closed({ status: Type.Enum(['Accepted', 'Rejected', 'NotImplemented']) });

/** Whitepaper §5.7. */
export const GetInstalledCertificateIdsRequest = closed({ certificateType: CertificateUse });
/** Whitepaper §5.8. */
export const GetInstalledCertificateIdsResponse = closed({
  certificateHashData: Type.Optional(Type.Array(CertificateHashData, { minItems: 1 })),
  status: Type.Enum(['Accepted', 'NotFound']),
});

/** Whitepaper §5.9: retryInterval in seconds. */
export const GetLogRequest = closed({
  log: closed({
    remoteLocation: Text(512),
    oldestTimestamp: Type.Optional(Timestamp),
    latestTimestamp: Type.Optional(Timestamp),
  }),
  logType: Type.Enum(['DiagnosticsLog', 'SecurityLog']),
  requestId: Integer,
  retries: Type.Optional(Integer),
  retryInterval: Type.Optional(Integer),
});
/** Whitepaper §5.10: AcceptedCanceled ends an upload that was under way. */
export const GetLogResponse = closed({
  status: Type.Enum(['Accepted', 'Rejected', 'AcceptedCanceled']),
  filename: Type.Optional(Text(255)),
});

/** Whitepaper §5.11: PEM. */
export const InstallCertificateRequest = closed({ certificateType: CertificateUse, certificate: Text(5500) });
/** Whitepaper §5.12. */
export const InstallCertificateResponse = closed({ status: Type.Enum(['Accepted', 'Failed', 'Rejected']) });

/** Whitepaper §5.13: requestId is missing only when triggered while idle. */
export const LogStatusNotificationRequest = closed({
  status: Type.Enum([
    'BadMessage',
    'Idle',
    'NotSupportedOperation',
    'PermissionDenied',
    'Uploaded',
    'UploadFailure',
    'Uploading',
  ]),
  requestId: Type.Optional(Integer),
});
/** Whitepaper §5.14. */
export const LogStatusNotificationResponse = Empty;

/** Whitepaper §5.15: the types of §8 are a recommendation, others are legal. */
export const SecurityEventNotificationRequest = closed({
  type: Text(50),
  timestamp: Timestamp,
  techInfo: Type.Optional(Text(255)),
});
/** Whitepaper §5.16. */
export const SecurityEventNotificationResponse = Empty;

/** Whitepaper §5.17: PEM. */
export const SignCertificateRequest = closed({ csr: Text(5500) });
/** Whitepaper §5.18. */
export const SignCertificateResponse = closed({ status: AcceptedOrRejected });

/** Whitepaper §5.19: requestId is mandatory unless the status is Idle (L01.FR.21). */
export const SignedFirmwareStatusNotificationRequest = closed({
  status: Type.Enum([
    'Downloaded',
    'DownloadFailed',
    'Downloading',
    'DownloadScheduled',
    'DownloadPaused',
    'Idle',
    'InstallationFailed',
    'Installing',
    'Installed',
    'InstallRebooting',
    'InstallScheduled',
    'InstallVerificationFailed',
    'InvalidSignature',
    'SignatureVerified',
  ]),
  requestId: Type.Optional(Integer),
});
/** Whitepaper §5.20. */
export const SignedFirmwareStatusNotificationResponse = Empty;

/** Whitepaper §5.21: retryInterval in seconds; signingCertificate in PEM, signature in base64. */
export const SignedUpdateFirmwareRequest = closed({
  retries: Type.Optional(Integer),
  retryInterval: Type.Optional(Integer),
  requestId: Integer,
  firmware: closed({
    location: Text(512),
    retrieveDateTime: Timestamp,
    installDateTime: Type.Optional(Timestamp),
    signingCertificate: Text(5500),
    signature: Text(800),
  }),
});
/** Whitepaper §5.22. */
export const SignedUpdateFirmwareResponse = closed({
  status: Type.Enum(['Accepted', 'Rejected', 'AcceptedCanceled', 'InvalidCertificate', 'RevokedCertificate']),
});
