import { Type } from 'typebox';
import { id, maybeText, maybeTime, maybeWhole, ofChargePoint, text, time, whole } from './parts.ts';

/** `data` of events about cards, passwords and who may charge. */

const source = Type.Enum(['api', 'file', 'upstream']);
const token = {
  idTag: text,
  aliases: Type.Array(text),
  status: Type.Enum(['Accepted', 'Blocked', 'Expired']),
  expiresAt: maybeTime,
  parentIdTag: maybeText,
  note: maybeText,
  costCentre: maybeText,
  source,
};
const card = Type.Object({ idTag: text, at: time });
const group = Type.Object({ parentIdTag: text, at: time });
const ofPassword = Type.Object(ofChargePoint);

export const cardEvents = {
  'token-put': Type.Object({ ...token, at: time }),
  'token-overridden': Type.Object({ idTag: text, until: time, at: time }),
  'token-override-ended': card,
  'token-removed': card,
  'tokens-imported': Type.Object({
    source,
    changed: whole,
    removed: whole,
    complete: Type.Boolean({ description: 'False: they are too many to name; ask for the list.' }),
    tokens: Type.Array(Type.Object(token)),
    removedTags: Type.Array(text),
    at: time,
  }),
  'file-tokens-released': Type.Object({ at: time }),
  'token-group-put': group,
  'token-group-removed': group,
  'unknown-card-seen': Type.Object({ ...ofChargePoint, connectorId: maybeWhole, idTag: text }),
  'unknown-card-forgotten': card,
  'authorization-refused': Type.Object({
    ...ofChargePoint,
    connectorId: maybeWhole,
    transactionId: maybeWhole,
    idTag: text,
    status: Type.Enum(['Accepted', 'Blocked', 'Expired', 'Invalid', 'ConcurrentTx']),
    rule: maybeText,
    why: text,
  }),
  'stop-for-blocked-asked': Type.Object({ ...ofChargePoint, transactionId: whole }),
  'credential-offered': ofPassword,
  'credential-answered': Type.Object({
    chargePointId: id,
    state: Type.Enum(['doubtful', 'later', 'agreed']),
    at: time,
  }),
  'credential-used': ofPassword,
  'credential-dropped': ofPassword,
  'upstream-tokens-synced': Type.Object({ version: whole, at: time }),
};
