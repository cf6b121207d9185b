/** Messages of the Firmware Management profile (OCPP 1.6 §6). */
import { Type } from 'typebox';
import { closed, Empty, Integer, Text, Timestamp, Uri } from './common.ts';

/** OCPP 1.6 §6.17. */
export const DiagnosticsStatusNotificationRequest = closed({
  status: Type.Enum(['Idle', 'Uploaded', 'UploadFailed', 'Uploading']),
});
/** OCPP 1.6 §6.18. */
export const DiagnosticsStatusNotificationResponse = Empty;

/** OCPP 1.6 §6.19. */
export const FirmwareStatusNotificationRequest = closed({
  status: Type.Enum([
    'Downloaded',
    'DownloadFailed',
    'Downloading',
    'Idle',
    'InstallationFailed',
    'Installing',
    'Installed',
  ]),
});
/** OCPP 1.6 §6.20. */
export const FirmwareStatusNotificationResponse = Empty;

/** OCPP 1.6 §6.25: location is a directory; retryInterval in seconds. */
export const GetDiagnosticsRequest = closed({
  location: Uri,
  retries: Type.Optional(Integer),
  retryInterval: Type.Optional(Integer),
  startTime: Type.Optional(Timestamp),
  stopTime: Type.Optional(Timestamp),
});
/** OCPP 1.6 §6.26: no fileName means that there is nothing to upload. */
export const GetDiagnosticsResponse = closed({ fileName: Type.Optional(Text(255)) });

/** OCPP 1.6 §6.55: retryInterval in seconds. */
export const UpdateFirmwareRequest = closed({
  location: Uri,
  retries: Type.Optional(Integer),
  retrieveDate: Timestamp,
  retryInterval: Type.Optional(Integer),
});
/** OCPP 1.6 §6.56. */
export const UpdateFirmwareResponse = Empty;
