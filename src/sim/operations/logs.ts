import { choice, integer, object, optionalInteger, optionalTime, text } from '../fields.ts';
import type { Payload } from '../frames.ts';
import { diagnosticsText, type Span, securityLogText } from '../journal.ts';
import type { Station } from '../station.ts';
import { attempt, type UploadOutcome, uploadAddress } from '../transfer.ts';
import type { Operation } from './operation.ts';

/** GetDiagnostics (OCPP 1.6 §5.9) and GetLog (security whitepaper, edition 3, N01): a text file goes up by HTTP PUT. */

export const getDiagnostics: Operation = (request, station) => {
  const location = text(request, 'location', 10_000);
  const span = { from: optionalTime(request, 'startTime'), to: optionalTime(request, 'stopTime') };
  const tries = triesIn(request);
  const job = station.memory.diagnostics;
  if (job.cancel !== null) return { payload: {} };
  const fileName = nameOf(station, 'diagnostics');
  const tell = (status: string): void => {
    job.status = status === 'Uploading' ? status : 'Idle';
    station.call('DiagnosticsStatusNotification', { status });
  };
  job.cancel = () => {};
  const after = (): void => {
    tell('Uploading');
    job.cancel = attempt<UploadOutcome>(
      { ...tries, after: station.after },
      (done) => station.transfer.upload(uploadAddress(location, fileName), diagnosticsText(station, span), done),
      (outcome) => outcome === 'done',
      (outcome) => {
        job.cancel = null;
        tell(outcome === 'done' ? 'Uploaded' : 'UploadFailed');
      },
    );
  };
  return { payload: { fileName }, after };
};

/** How UploadLogStatusEnumType names what became of it. */
const logStatuses: Record<UploadOutcome, string> = {
  done: 'Uploaded',
  failed: 'UploadFailure',
  denied: 'PermissionDenied',
  unreadable: 'BadMessage',
  unsupported: 'NotSupportedOperation',
};

export const getLog: Operation = (request, station) => {
  const kind = choice(request, 'logType', ['DiagnosticsLog', 'SecurityLog']);
  const requestId = integer(request, 'requestId');
  const log = object(request, 'log');
  const location = text(log, 'remoteLocation', 512);
  const span: Span = { from: optionalTime(log, 'oldestTimestamp'), to: optionalTime(log, 'latestTimestamp') };
  const tries = triesIn(request);
  const job = station.memory.log;
  // A new request ends the one that is under way (N01.FR.11).
  const status = job.cancel === null ? 'Accepted' : 'AcceptedCanceled';
  job.cancel?.();
  const filename = nameOf(station, kind === 'SecurityLog' ? 'security' : 'diagnostics');
  const content = kind === 'SecurityLog' ? securityLogText : diagnosticsText;
  const tell = (said: string): void => {
    job.status = said === 'Uploading' ? said : 'Idle';
    station.call('LogStatusNotification', { status: said, requestId });
  };
  job.requestId = requestId;
  job.cancel = () => {};
  const after = (): void => {
    tell('Uploading');
    job.cancel = attempt<UploadOutcome>(
      { ...tries, after: station.after },
      (done) => station.transfer.upload(uploadAddress(location, filename), content(station, span), done),
      // Trying again mends only what failed on the way.
      (outcome) => outcome !== 'failed',
      (outcome) => {
        job.cancel = null;
        tell(logStatuses[outcome]);
      },
    );
  };
  return { payload: { status, filename }, after };
};

export function triesIn(request: Payload): { tries: number | null; intervalSeconds: number | null } {
  return { tries: optionalInteger(request, 'retries'), intervalSeconds: optionalInteger(request, 'retryInterval') };
}

function nameOf(station: Station, kind: string): string {
  return `${station.id.replaceAll(/[^A-Za-z0-9-]/g, '_')}-${kind}.log`.slice(-255);
}
