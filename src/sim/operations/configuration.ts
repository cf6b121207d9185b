import { optionalList, Refusal, text } from '../fields.ts';
import type { Operation } from './operation.ts';

/** GetConfiguration and ChangeConfiguration (OCPP 1.6 §5.8, §5.3). */

export const getConfiguration: Operation = (request, { configuration, quirks }) => {
  const wanted = (optionalList(request, 'key') ?? []).map((key) => {
    if (typeof key !== 'string') throw new Refusal('TypeConstraintViolation', 'key holds something that is no string');
    return key;
  });
  const most = configuration.integer('GetConfigurationMaxKeys');
  if (wanted.length > most) throw new Refusal('OccurenceConstraintViolation', `more than ${most} keys`);
  if (wanted.length === 0 && quirks.noFullConfiguration) return null;
  const entries = configuration.entries();
  const asked = new Set(wanted.map((key) => key.toLowerCase()));
  const known = new Set(entries.map((entry) => entry.key.toLowerCase()));
  const shown = entries.filter((entry) => asked.size === 0 || asked.has(entry.key.toLowerCase()));
  const unknownKey = wanted.filter((key) => !known.has(key.toLowerCase()));
  return {
    payload: {
      configurationKey: shown.map(({ key, readonly, value }) => ({
        key,
        readonly,
        ...(value === null ? {} : { value }),
      })),
      ...(unknownKey.length === 0 ? {} : { unknownKey }),
    },
  };
};

export const changeConfiguration: Operation = (request, station) => {
  const key = text(request, 'key', 50);
  const status = station.configuration.change(key, text(request, 'value', 500));
  // A new key opens the door from now on, so the connection made with the old one ends (OCPP-J 1.6 §6.2.2).
  const redials = status === 'Accepted' && key.toLowerCase() === 'authorizationkey';
  return { payload: { status }, ...(redials ? { after: () => station.redial() } : {}) };
};
