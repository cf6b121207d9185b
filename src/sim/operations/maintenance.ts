import { text, time } from '../fields.ts';
import type { Station } from '../station.ts';
import type { Operation } from './operation.ts';

/** GetDiagnostics and UpdateFirmware (OCPP 1.6 §5.9, §5.19): no file moves, but all that is said about it is said. */

/** How long each simulated step takes, in seconds. */
const stepSeconds = 10;

export const getDiagnostics: Operation = (request, station) => {
  text(request, 'location', 10_000);
  const tell = (status: string): void => {
    station.jobs.diagnostics = status === 'Uploaded' ? 'Idle' : status;
    station.call('DiagnosticsStatusNotification', { status });
  };
  if (station.jobs.diagnostics === 'Uploading') return { payload: {} };
  station.jobs.diagnostics = 'Uploading';
  const after = (): void => {
    tell('Uploading');
    station.after(stepSeconds, () => tell('Uploaded'));
  };
  return { payload: { fileName: `${station.id.replaceAll(/[^A-Za-z0-9-]/g, '_')}.log`.slice(-255) }, after };
};

export const updateFirmware: Operation = (request, station) => {
  const location = text(request, 'location', 10_000);
  const waitSeconds = Math.max(0, (time(request, 'retrieveDate') - station.time()) / 1000);
  if (station.jobs.firmware !== 'Idle') return { payload: {} };
  const tell = (status: string): void => {
    station.jobs.firmware = status;
    station.call('FirmwareStatusNotification', { status });
  };
  const download = (): void => {
    tell('Downloading');
    station.after(stepSeconds, () => {
      tell('Downloaded');
      installWhenIdle(station, tell, versionIn(location));
    });
  };
  station.jobs.firmware = 'Downloading';
  return { payload: {}, after: () => station.after(waitSeconds, download) };
};

/** Not under a charging car. The new firmware boots first and then says that it is Installed (errata 3.47). */
function installWhenIdle(station: Station, tell: (status: string) => void, version: string): void {
  if (station.connectors.some((one) => one.transaction !== null)) {
    station.after(stepSeconds, () => installWhenIdle(station, tell, version));
    return;
  }
  tell('Installing');
  station.after(stepSeconds, () => {
    station.flash.firmwareVersion = version;
    station.flash.installed = true;
    station.reset('Soft');
  });
}

/** Named after the file, at most 50 characters (§6.3). */
function versionIn(location: string): string {
  return location.split('/').at(-1)?.slice(0, 50) || 'updated';
}
