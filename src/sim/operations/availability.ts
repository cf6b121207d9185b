import { choice, integer } from '../fields.ts';
import { connectorsAt, type Operation } from './operation.ts';

/** ChangeAvailability, UnlockConnector, Reset, ClearCache, DataTransfer (OCPP 1.6 §5.2, §5.18, §5.14, §5.4, §4.3). */

export const changeAvailability: Operation = (request, station) => {
  const connectorId = integer(request, 'connectorId');
  const type = choice(request, 'type', ['Operative', 'Inoperative']);
  const concerned = connectorsAt(station, connectorId);
  // The change is kept at once; a connector with a transaction shows it when that ends (§5.2).
  const scheduled = concerned.some((one) => one.transaction !== null);
  const { flash } = station;
  for (const id of [...concerned.map((one) => one.id), ...(connectorId === 0 ? [0] : [])]) {
    if (type === 'Operative') flash.inoperative.delete(id);
    else flash.inoperative.add(id);
  }
  if (type === 'Inoperative') {
    const gone = new Set(connectorId === 0 ? [0, ...concerned.map((one) => one.id)] : [connectorId]);
    flash.reservations = flash.reservations.filter((one) => !gone.has(one.connectorId));
  }
  return { payload: { status: scheduled ? 'Scheduled' : 'Accepted' }, after: () => station.refreshStatus() };
};

export const unlockConnector: Operation = (request, station) => {
  const connectorId = integer(request, 'connectorId');
  const connector = station.connectors.find((one) => one.id === connectorId);
  if (connector === undefined || !station.model.lock) return { payload: { status: 'NotSupported' } };
  return { payload: { status: 'Unlocked' }, after: () => connector.stop('UnlockCommand') };
};

export const reset: Operation = (request, station) => {
  const kind = choice(request, 'type', ['Hard', 'Soft']);
  return { payload: { status: 'Accepted' }, after: () => station.reset(kind) };
};

export const clearCache: Operation = (_request, station) => {
  if (!station.configuration.flag('AuthorizationCacheEnabled')) return { payload: { status: 'Rejected' } };
  station.flash.cache.clear();
  return { payload: { status: 'Accepted' } };
};

export const dataTransfer: Operation = (request, { model }) => ({
  payload: { status: request.vendorId === model.vendor ? 'UnknownMessageId' : 'UnknownVendorId' },
});
