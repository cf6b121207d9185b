import { keyOf, parseIdTagInfo } from '../authorization.ts';
import { choice, integer, objects, optionalObject, text } from '../fields.ts';
import type { IdTagInfo } from '../flash.ts';
import type { Operation } from './operation.ts';

/** SendLocalList and GetLocalListVersion (OCPP 1.6 §5.15, §5.10). */

export const sendLocalList: Operation = (request, { flash, configuration, quirks, memory }) => {
  const version = integer(request, 'listVersion');
  const type = choice(request, 'updateType', ['Differential', 'Full']);
  const sent = Object.hasOwn(request, 'localAuthorizationList') ? objects(request, 'localAuthorizationList') : [];
  if (!configuration.flag('LocalAuthListEnabled')) return { payload: { status: 'NotSupported' } };
  const failed = { payload: { status: 'Failed' } };
  if (version <= 0 || sent.length > configuration.integer('SendLocalListMaxLength')) return failed;
  const refusal = type === 'Differential' && !memory.fullListCame ? quirks.differentialNeedsFull : null;
  if (refusal !== null) return { payload: { status: refusal } };
  if (type === 'Differential' && version <= flash.localListVersion) return { payload: { status: 'VersionMismatch' } };
  const list = new Map<string, IdTagInfo>(type === 'Full' ? [] : flash.localList);
  const seen = new Set<string>();
  for (const entry of sent) {
    const key = keyOf(text(entry, 'idTag', 20));
    if (seen.has(key)) return failed;
    seen.add(key);
    const told = optionalObject(entry, 'idTagInfo');
    const info = told === null ? null : parseIdTagInfo(told);
    if (info !== null) list.set(key, info);
    // Without idTagInfo an entry of a differential update is to be removed; in a full one it means nothing (§7.1).
    else if (told === null && type === 'Differential') list.delete(key);
    else return failed;
  }
  if (list.size > configuration.integer('LocalAuthListMaxLength')) return failed;
  flash.localList.clear();
  for (const [key, info] of list) {
    flash.localList.set(key, info);
    flash.cache.delete(key);
  }
  flash.localListVersion = version;
  if (type === 'Full') memory.fullListCame = true;
  return { payload: { status: 'Accepted' } };
};

export const getLocalListVersion: Operation = (_request, { flash, configuration }) => ({
  payload: { listVersion: configuration.flag('LocalAuthListEnabled') ? flash.localListVersion : -1 },
});
