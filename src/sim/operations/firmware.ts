import { isCurrent, isSignedBy, isSignedWith, readCertificate } from '../certificate.ts';
import { integer, object, optionalTime, Refusal, text, time } from '../fields.ts';
import type { Station } from '../station.ts';
import { attempt } from '../transfer.ts';
import { installedCertificates } from './certificates.ts';
import { triesIn } from './logs.ts';
import type { Operation } from './operation.ts';

/** UpdateFirmware (OCPP 1.6 §5.19) and SignedUpdateFirmware (security whitepaper, edition 3, L01): the file comes by HTTP. */

/** How long installing takes, and how often a charging car is looked after, in seconds. */
const stepSeconds = 10;
/** The flash memory of a small controller. */
const mostFirmwareBytes = 16 * 1_048_576;
/** How a file begins that can't be installed. */
const broken = Buffer.from('BROKEN');

export const updateFirmware: Operation = (request, station) => {
  if (station.quirks.signedFirmwareOnly) throw new Refusal('NotSupported', 'only signed firmware');
  const update: Update = {
    location: text(request, 'location', 10_000),
    retrieveAt: time(request, 'retrieveDate'),
    installAt: null,
    requestId: null,
    ...triesIn(request),
    isGenuine: () => true,
  };
  if (station.memory.firmware.cancel !== null) return { payload: {} };
  return { payload: {}, after: run(station, update) };
};

export const signedUpdateFirmware: Operation = (request, station) => {
  const firmware = object(request, 'firmware');
  const signature = text(firmware, 'signature', 800);
  const certificate = readCertificate(text(firmware, 'signingCertificate', 5500));
  const update: Update = {
    location: text(firmware, 'location', 512),
    retrieveAt: time(firmware, 'retrieveDateTime'),
    installAt: optionalTime(firmware, 'installDateTime'),
    requestId: integer(request, 'requestId'),
    ...triesIn(request),
    isGenuine: (content) => certificate !== null && isSignedWith(certificate, signature, content),
  };
  const job = station.memory.firmware;
  if (job.cancel !== null && job.status.startsWith('Install') && job.status !== 'InstallScheduled') {
    // Nothing stops an installation half-way (L01.FR.27).
    return { payload: { status: 'Rejected' } };
  }
  // Whoever has no root of the manufacturer takes any certificate that can be read and has not expired.
  const roots = installedCertificates(station, 'ManufacturerRootCertificate');
  const trusted =
    certificate !== null &&
    isCurrent(certificate, station.time()) &&
    (roots.length === 0 || roots.some((root) => isSignedBy(certificate, root)));
  if (!trusted) {
    const after = () => station.securityEvents.happened('InvalidFirmwareSigningCertificate');
    return { payload: { status: 'InvalidCertificate' }, after };
  }
  const status = job.cancel === null ? 'Accepted' : 'AcceptedCanceled';
  job.cancel?.();
  return { payload: { status }, after: run(station, update) };
};

type Update = {
  readonly location: string;
  readonly tries: number | null;
  readonly intervalSeconds: number | null;
  readonly retrieveAt: number;
  readonly installAt: number | null;
  /** Null: not a signed update, so the fewer statuses of OCPP 1.6 §7.25 are told. */
  readonly requestId: number | null;
  readonly isGenuine: (content: Buffer) => boolean;
};

/** Takes the job at once; what it gives begins it. */
function run(station: Station, update: Update): () => void {
  const { memory, flash } = station;
  const job = memory.firmware;
  const signed = update.requestId !== null;
  let cancelled = false;
  let abort = (): void => {};

  const later = (at: number | null, status: string, next: () => void): void => {
    const seconds = at === null ? 0 : (at - station.time()) / 1000;
    if (seconds <= 0) {
      next();
      return;
    }
    if (signed) tell(status);
    waitThen(seconds, next);
  };
  const waitThen = (seconds: number, next: () => void): void => {
    station.after(seconds, () => {
      if (!cancelled) next();
    });
  };
  const tell = (status: string): void => {
    job.status = status;
    if (!signed) station.call('FirmwareStatusNotification', { status });
    else station.call('SignedFirmwareStatusNotification', { status, requestId: update.requestId });
  };
  const close = (closed: boolean): void => {
    memory.closed = closed;
    station.refreshStatus();
  };
  const end = (status: string): void => {
    job.cancel = null;
    tell(status);
    if (memory.closed) close(false);
  };

  const download = (): void => {
    tell('Downloading');
    abort = attempt<Buffer | null>(
      { ...update, after: station.after },
      (done) => station.transfer.download(update.location, mostFirmwareBytes, done),
      (content) => content !== null,
      (content) => {
        if (content === null) end('DownloadFailed');
        else check(content);
      },
    );
  };
  const check = (content: Buffer): void => {
    tell('Downloaded');
    if (!update.isGenuine(content)) {
      end('InvalidSignature');
      station.securityEvents.happened('InvalidFirmwareSignature');
      return;
    }
    if (signed) tell('SignatureVerified');
    later(update.installAt, 'InstallScheduled', () => installWhenIdle(content));
  };
  /** Not under a charging car; meanwhile no other one begins (L01.FR.18, L01.FR.19). */
  const installWhenIdle = (content: Buffer): void => {
    if (!memory.closed) close(true);
    if (station.connectors.some((one) => one.transaction !== null)) {
      waitThen(stepSeconds, () => installWhenIdle(content));
      return;
    }
    tell('Installing');
    waitThen(stepSeconds, () => install(content));
  };
  /** The new firmware boots first and then says that it is Installed (errata 3.47). */
  const install = (content: Buffer): void => {
    if (content.subarray(0, broken.length).equals(broken)) {
      end('InstallationFailed');
      return;
    }
    if (signed) tell('InstallRebooting');
    flash.firmwareVersion = versionIn(update.location);
    flash.installed = { requestId: update.requestId };
    station.reset('Soft');
  };

  job.requestId = update.requestId;
  job.cancel = () => {
    cancelled = true;
    abort();
    if (memory.closed) close(false);
  };
  return () => {
    if (!cancelled) later(update.retrieveAt, 'DownloadScheduled', download);
  };
}

/** Named after the file, at most 50 characters (§6.3). */
function versionIn(location: string): string {
  const path = URL.canParse(location) ? new URL(location).pathname : location;
  return path.split('/').at(-1)?.slice(0, 50) || 'updated';
}
