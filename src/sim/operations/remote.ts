import { authorize } from '../authorization.ts';
import type { InstalledProfile } from '../composite-schedule.ts';
import type { Connector } from '../connector.ts';
import { integer, optionalInteger, optionalObject, text } from '../fields.ts';
import type { Payload } from '../frames.ts';
import type { Station } from '../station.ts';
import { connectorAt, type Operation } from './operation.ts';
import { profileProblem, readProfile } from './read-profile.ts';

/** RemoteStartTransaction and RemoteStopTransaction (OCPP 1.6 §5.11, §5.12); neither is allowed while Pending (§4.2). */

export const remoteStartTransaction: Operation = (request, station) => {
  const idTag = text(request, 'idTag', 20);
  const connectorId = optionalInteger(request, 'connectorId');
  const connector = connectorId === null ? firstFree(station, idTag) : connectorAt(station, connectorId);
  const profile = profileIn(request, station, connector);
  if (station.registration() !== 'Accepted' || connector === null || !connector.isFreeFor(idTag, null)) {
    return { payload: { status: 'Rejected' } };
  }
  if (profile === 'unfit') return { payload: { status: 'Rejected' } };
  const admit = (): void => {
    if (!station.configuration.flag('AuthorizeRemoteTxRequests')) {
      connector.admit(idTag, { status: 'Accepted', parentIdTag: null, expiryDate: null }, profile);
      return;
    }
    authorize(station, idTag, (info) => connector.admit(idTag, info, profile));
  };
  return { payload: { status: 'Accepted' }, after: admit };
};

export const remoteStopTransaction: Operation = (request, station) => {
  const transactionId = integer(request, 'transactionId');
  const connector = station.connectors.find((one) => one.transaction?.transactionId === transactionId);
  if (station.registration() !== 'Accepted' || connector === undefined) return { payload: { status: 'Rejected' } };
  return { payload: { status: 'Accepted' }, after: () => connector.stop('Remote') };
};

/** One where a car waits, else any. */
function firstFree(station: Station, idTag: string): Connector | null {
  const free = station.connectors.filter((one) => one.isFreeFor(idTag, null));
  return free.find((one) => one.car !== null) ?? free[0] ?? null;
}

/** §5.16.2: only a TxProfile, and without a transactionId. */
function profileIn(request: Payload, station: Station, connector: Connector | null): InstalledProfile | null | 'unfit' {
  const sent = optionalObject(request, 'chargingProfile');
  if (sent === null || connector === null || station.quirks.ignoresProfiles) return null;
  const profile = { ...readProfile(sent), connectorId: connector.id, installedAt: station.time() };
  const fits = profile.purpose === 'TxProfile' && profile.transactionId === null;
  return fits && profileProblem(station, profile) === null ? profile : 'unfit';
}
