/** Messages of the Local Auth List Management profile (OCPP 1.6 §6). */
import { Type } from 'typebox';
import { closed, Empty, IdTagInfo, IdToken, Integer } from './common.ts';

/** OCPP 1.6 §6.27. */
export const GetLocalListVersionRequest = Empty;
/** OCPP 1.6 §6.28: 0 is an empty list, -1 says that there is none. */
export const GetLocalListVersionResponse = closed({ listVersion: Integer });

/** OCPP 1.6 §6.41: in a Differential update an entry without idTagInfo deletes. */
export const SendLocalListRequest = closed({
  listVersion: Integer,
  localAuthorizationList: Type.Optional(Type.Array(closed({ idTag: IdToken, idTagInfo: Type.Optional(IdTagInfo) }))),
  updateType: Type.Enum(['Differential', 'Full']),
});
/** OCPP 1.6 §6.42. */
export const SendLocalListResponse = closed({
  status: Type.Enum(['Accepted', 'Failed', 'NotSupported', 'VersionMismatch']),
});
