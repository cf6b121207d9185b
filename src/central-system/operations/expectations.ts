import type { Event } from '../../domain/events.ts';
import type { OpenOperation, OperationEnd } from '../../domain/operation.ts';
import type { CentralSystemAction, ChargePointAction, RequestOf, ResponseOf } from '../../ocpp/messages/actions.ts';
import type { AnswerContext } from '../answer.ts';

/** What a charge point has just told: the message, and the events that it made. */
export type Told = { readonly action: ChargePointAction; readonly request: object; readonly events: readonly Event[] };

type Expectation<A extends CentralSystemAction> = {
  /** What the answer alone says; `agreed` waits for what comes. */
  readonly onAnswer: (
    response: ResponseOf<A>,
    request: RequestOf<A>,
    context: AnswerContext,
  ) => { readonly state: 'done' | 'refused' | 'failed'; readonly outcome: string } | Agreed;
  /** Whether this is what was waited for. */
  readonly onTold?: (told: Told, request: RequestOf<A>, operation: OpenOperation) => OperationEnd | null;
};

type Agreed = { readonly state: 'accepted'; readonly outcome: string; readonly withinS: number };

const agreed = (outcome: string, withinS: number): Agreed => ({ state: 'accepted', outcome, withinS });
const done = (outcome: string): OperationEnd & { state: 'done' } => ({ state: 'done', outcome });
const failed = (outcome: string): OperationEnd & { state: 'failed' } => ({ state: 'failed', outcome });

/** For actions whose answer says all there is to know. */
function settledBy(...good: readonly string[]): Expectation<CentralSystemAction>['onAnswer'] {
  return (response) => {
    const status = 'status' in response && typeof response.status === 'string' ? response.status : null;
    if (status === null) return done('Answered.');
    return good.includes(status)
      ? done(`The charge point answered ${status}.`)
      : { state: 'refused', outcome: `The charge point answered ${status}.` };
  };
}

/** How long after its answer something should have happened, s. Generous: cars and people are slow. */
const REBOOT_WITHIN_S = 600;
const START_WITHIN_S = 300;
const STOP_WITHIN_S = 120;
const TRIGGERED_WITHIN_S = 60;
const AVAILABILITY_WITHIN_S = 60;
/** A running transaction may take its time before the connector changes (OCPP 1.6 §5.2). */
const SCHEDULED_WITHIN_S = 172_800;
const FIRMWARE_WITHIN_S = 86_400;
const UPLOAD_WITHIN_S = 3_600;

/** What has to follow each operation before it counts as done (OCPP 1.6 §5, security whitepaper part 3). */
export const expectations: { readonly [A in CentralSystemAction]: Expectation<A> } = {
  CancelReservation: { onAnswer: settledBy('Accepted') },
  CertificateSigned: { onAnswer: settledBy('Accepted') },
  ChangeAvailability: {
    onAnswer: ({ status }, request, { records, chargePointId }) => {
      if (status === 'Rejected') return { state: 'refused', outcome: 'The charge point answered Rejected.' };
      if (status === 'Scheduled') {
        return agreed('It changes when the running transaction ends.', SCHEDULED_WITHIN_S);
      }
      const now = records.connectorStatus(chargePointId, request.connectorId);
      if (now !== null && isAsWanted(now, request.type)) return done(`The connector is ${now}.`);
      return agreed('Accepted; the new status has yet to be reported.', AVAILABILITY_WITHIN_S);
    },
    onTold: ({ events }, { connectorId, type }) => {
      for (const event of events) {
        if (event.type !== 'status-reported' || event.report.connectorId !== connectorId) continue;
        if (isAsWanted(event.report.status, type)) return done(`The connector is ${event.report.status}.`);
      }
      return null;
    },
  },
  ChangeConfiguration: {
    onAnswer: ({ status }) => {
      if (status === 'Accepted') return done('The value is in force.');
      if (status === 'RebootRequired') return agreed('Taken; it is in force after a reboot.', SCHEDULED_WITHIN_S);
      return { state: 'refused', outcome: `The charge point answered ${status}.` };
    },
    onTold: (told) => (booted(told) ? done('The charge point has rebooted.') : null),
  },
  ClearCache: { onAnswer: settledBy('Accepted') },
  ClearChargingProfile: { onAnswer: settledBy('Accepted') },
  DataTransfer: { onAnswer: settledBy('Accepted') },
  DeleteCertificate: { onAnswer: settledBy('Accepted') },
  ExtendedTriggerMessage: {
    onAnswer: ({ status }) => triggered(status),
    onTold: ({ action, request }, { requestedMessage, connectorId }) => {
      const awaited = extendedTriggers[requestedMessage];
      return action === awaited && isOf(request, connectorId) ? done(`${action} came.`) : null;
    },
  },
  GetCompositeSchedule: { onAnswer: settledBy('Accepted') },
  GetConfiguration: { onAnswer: settledBy() },
  GetDiagnostics: {
    onAnswer: ({ fileName }) =>
      agreed(fileName === undefined ? 'Asked for; no file was named.' : `It will upload ${fileName}.`, UPLOAD_WITHIN_S),
    onTold: ({ events }) => jobEnd(events, 'diagnostics', null, ['Uploaded'], ['UploadFailed']),
  },
  GetInstalledCertificateIds: { onAnswer: settledBy('Accepted') },
  GetLocalListVersion: { onAnswer: settledBy() },
  GetLog: {
    onAnswer: ({ status, filename }) =>
      status === 'Rejected'
        ? { state: 'refused', outcome: 'The charge point answered Rejected.' }
        : agreed(filename === undefined ? 'It will upload the log.' : `It will upload ${filename}.`, UPLOAD_WITHIN_S),
    onTold: ({ events }, { requestId }) =>
      jobEnd(
        events,
        'log',
        requestId,
        ['Uploaded'],
        ['UploadFailure', 'BadMessage', 'NotSupportedOperation', 'PermissionDenied'],
      ),
  },
  InstallCertificate: { onAnswer: settledBy('Accepted') },
  RemoteStartTransaction: {
    onAnswer: ({ status }) =>
      status === 'Accepted'
        ? agreed('Accepted; the transaction has yet to start.', START_WITHIN_S)
        : { state: 'refused', outcome: 'The charge point answered Rejected.' },
    onTold: ({ events }, { idTag, connectorId }, { requestedAt }) => {
      for (const event of events) {
        if (event.type !== 'transaction-started') continue;
        const { start, verdict, transactionId } = event;
        const isIt = start.idTag.toLowerCase() === idTag.toLowerCase();
        // One from before was queued while the charge point was offline: it is another session.
        if (!isIt || start.at < requestedAt - CLOCK_DIFFERENCE_MS) continue;
        if (connectorId !== undefined && start.connectorId !== connectorId) continue;
        const words = `Transaction ${transactionId} runs on connector ${start.connectorId}`;
        return verdict.status === 'Accepted'
          ? done(`${words}.`)
          : failed(`${words}, but the token is ${verdict.status}.`);
      }
      return null;
    },
  },
  RemoteStopTransaction: {
    onAnswer: ({ status }, { transactionId }, { records, chargePointId }) => {
      if (status !== 'Accepted') {
        return { state: 'refused', outcome: 'The charge point answered Rejected: it knows no such transaction.' };
      }
      // Some stop first and answer then.
      return records.transaction(chargePointId, transactionId)?.state === 'stopped'
        ? done(`Transaction ${transactionId} has stopped.`)
        : agreed('Accepted; the transaction has yet to stop.', STOP_WITHIN_S);
    },
    onTold: ({ events }, { transactionId }) =>
      events.some((event) => event.type === 'transaction-stopped' && event.transactionId === transactionId)
        ? done(`Transaction ${transactionId} has stopped.`)
        : null,
  },
  ReserveNow: { onAnswer: settledBy('Accepted') },
  Reset: {
    onAnswer: ({ status }) =>
      status === 'Accepted'
        ? agreed('Accepted; it has yet to boot.', REBOOT_WITHIN_S)
        : { state: 'refused', outcome: 'The charge point answered Rejected.' },
    // A soft one may keep the connection.
    onTold: (told, { type }) =>
      booted(told) || (type === 'Soft' && told.action === 'BootNotification')
        ? done('The charge point has booted.')
        : null,
  },
  SendLocalList: { onAnswer: settledBy('Accepted') },
  SetChargingProfile: { onAnswer: settledBy('Accepted') },
  SignedUpdateFirmware: {
    onAnswer: ({ status }) =>
      status === 'Accepted' || status === 'AcceptedCanceled'
        ? agreed('Accepted; the update has yet to be reported.', FIRMWARE_WITHIN_S)
        : { state: 'refused', outcome: `The charge point answered ${status}.` },
    onTold: ({ events }, { requestId }) =>
      jobEnd(
        events,
        'signed-firmware',
        requestId,
        ['Installed'],
        ['DownloadFailed', 'InstallationFailed', 'InstallVerificationFailed', 'InvalidSignature'],
      ),
  },
  TriggerMessage: {
    onAnswer: ({ status }) => triggered(status),
    onTold: ({ action, request }, { requestedMessage, connectorId }) =>
      action === requestedMessage && isOf(request, connectorId) ? done(`${action} came.`) : null,
  },
  UnlockConnector: { onAnswer: settledBy('Unlocked') },
  UpdateFirmware: {
    onAnswer: () => agreed('Asked for; the update has yet to be reported.', FIRMWARE_WITHIN_S),
    onTold: ({ events }) => jobEnd(events, 'firmware', null, ['Installed'], ['DownloadFailed', 'InstallationFailed']),
  },
};

/** A charge point's clock may be off this much without us missing what it does, ms. */
const CLOCK_DIFFERENCE_MS = 120_000;

const extendedTriggers: Readonly<Record<RequestOf<'ExtendedTriggerMessage'>['requestedMessage'], ChargePointAction>> = {
  BootNotification: 'BootNotification',
  LogStatusNotification: 'LogStatusNotification',
  FirmwareStatusNotification: 'SignedFirmwareStatusNotification',
  Heartbeat: 'Heartbeat',
  MeterValues: 'MeterValues',
  SignChargePointCertificate: 'SignCertificate',
  StatusNotification: 'StatusNotification',
};

function triggered(status: 'Accepted' | 'Rejected' | 'NotImplemented') {
  return status === 'Accepted'
    ? agreed('Accepted; the message has yet to come.', TRIGGERED_WITHIN_S)
    : ({ state: 'refused', outcome: `The charge point answered ${status}.` } as const);
}

/** Not one that only says again what it said before. */
const booted = ({ events }: Told): boolean =>
  events.some((event) => event.type === 'charge-point-booted' && !event.repeated);

function isAsWanted(status: string, type: 'Operative' | 'Inoperative'): boolean {
  return (status === 'Unavailable') === (type === 'Inoperative');
}

function isOf(request: object, connectorId: number | undefined): boolean {
  return connectorId === undefined || !('connectorId' in request) || request.connectorId === connectorId;
}

type Job = Extract<Event, { type: 'job-status-reported' }>['job'];

/** Statuses without a request id belong to whatever job runs; there is one of a kind at a time (OCPP 1.6 §5.9). */
function jobEnd(
  events: readonly Event[],
  job: Job,
  requestId: number | null,
  good: readonly string[],
  bad: readonly string[],
): OperationEnd | null {
  for (const event of events) {
    if (event.type !== 'job-status-reported' || event.job !== job) continue;
    if (requestId !== null && event.requestId !== null && event.requestId !== requestId) continue;
    if (good.includes(event.status)) return done(`The charge point reports ${event.status}.`);
    if (bad.includes(event.status)) return failed(`The charge point reports ${event.status}.`);
  }
  return null;
}
