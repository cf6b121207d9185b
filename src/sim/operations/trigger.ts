import { integer, text } from '../fields.ts';
import type { Payload } from '../frames.ts';
import { meterValue } from '../meter.ts';
import type { Answer } from '../rpc.ts';
import type { Station } from '../station.ts';
import { askForCertificate } from './certificates.ts';
import type { Operation } from './operation.ts';

/** TriggerMessage (OCPP 1.6 §5.17) and ExtendedTriggerMessage (security whitepaper, edition 3, §5.1). */

export const triggerMessage: Operation = (request, station) => {
  const asked = text(request, 'requestedMessage', 50);
  if (asked === 'DiagnosticsStatusNotification') {
    return sends(() => station.callTriggered(asked, { status: station.memory.diagnostics.status }));
  }
  if (asked === 'FirmwareStatusNotification') {
    const { status, requestId, cancel } = station.memory.firmware;
    // A signed update is told of by the other message, and one that is over is not (OCPP 1.6 §7.25).
    return sends(() =>
      station.callTriggered(asked, { status: requestId === null && cancel !== null ? status : 'Idle' }),
    );
  }
  return trigger(asked, request, station);
};

/** Its firmware and log messages are those of the security extension. */
export const extendedTriggerMessage: Operation = (request, station) => {
  const asked = text(request, 'requestedMessage', 50);
  const { firmware, log } = station.memory;
  if (asked === 'LogStatusNotification') {
    const { status, requestId } = log;
    const named = status === 'Idle' || requestId === null ? {} : { requestId };
    return sends(() => station.callTriggered(asked, { status, ...named }));
  }
  if (asked === 'FirmwareStatusNotification') {
    const { status, requestId } = firmware;
    // Idle comes without a requestId (L01.FR.21); a failure is told until the next update (L01.FR.29).
    const payload = requestId === null ? { status: 'Idle' } : { status, requestId };
    return sends(() => station.callTriggered('SignedFirmwareStatusNotification', payload));
  }
  if (asked === 'SignChargePointCertificate') return askForCertificate(station);
  return trigger(asked, request, station);
};

function trigger(asked: string, request: Payload, station: Station): Answer {
  const named = Object.hasOwn(request, 'connectorId') ? integer(request, 'connectorId') : null;
  const concerned = [0, ...station.connectors.map((one) => one.id)].filter((id) => named === null || named === id);
  if (concerned.length === 0) return { payload: { status: 'Rejected' } };
  switch (asked) {
    case 'BootNotification':
      return station.registration() === 'Accepted' && !station.quirks.bootsWhenAsked
        ? { payload: { status: 'Rejected' } }
        : sends(() => station.boot());
    case 'Heartbeat':
      return sends(() => station.heartbeat());
    case 'StatusNotification':
      return sends(() => {
        for (const id of concerned) station.sendStatus(id);
      });
    case 'MeterValues':
      return sends(() => {
        for (const id of concerned) sendMeterValues(station, id);
      });
    default:
      return { payload: { status: 'NotImplemented' } };
  }
}

/** The charge point has no meter of its own for connector 0. */
function sendMeterValues(station: Station, connectorId: number): void {
  const connector = station.connectors.find((one) => one.id === connectorId);
  if (connector === undefined) return;
  const wanted = station.configuration.list('MeterValuesSampledData');
  const value = meterValue(station.time(), wanted, 'Trigger', connector.measurement(), station.quirks);
  if (value === null) return;
  const transactionId = connector.transaction?.transactionId ?? -1;
  station.callTriggered('MeterValues', {
    connectorId,
    ...(transactionId < 0 ? {} : { transactionId }),
    meterValue: [value],
  });
}

function sends(after: () => void): Answer {
  return { payload: { status: 'Accepted' }, after };
}
