import { Type } from 'typebox';
import { id, maybeText, maybeTime, maybeWhole, ofChargePoint, text, time, whole } from './parts.ts';

/** `data` of events about what charge points were asked for: messages, configuration, files, reservations. */

const reservation = Type.Object({
  ...ofChargePoint,
  id: whole,
  reservationId: whole,
  connectorId: whole,
  idTag: text,
  state: Type.Enum([
    'requested',
    'active',
    'unconfirmed',
    'cancelling',
    'refused',
    'used',
    'expired',
    'cancelled',
    'lost',
  ]),
  outcome: text,
  transactionId: maybeWhole,
  expiresAt: maybeTime,
});

const fileJob = Type.Object({
  ...ofChargePoint,
  id,
  kind: Type.Enum(['firmware', 'signed-firmware', 'diagnostics', 'log']),
  state: Type.Enum([
    'queued',
    'requested',
    'scheduled',
    'downloading',
    'downloaded',
    'installing',
    'uploading',
    'done',
    'failed',
    'cancelled',
    'timed-out',
  ]),
  outcome: text,
});

const campaign = Type.Object({
  id,
  state: Type.Enum(['running', 'paused', 'stopped', 'cancelled', 'done']),
  outcome: text,
  at: time,
});

const key = Type.Object({ ...ofChargePoint, key: text });
const make = { vendor: text, model: text, firmwareVersion: text };
const dialect = Type.Object({ ...make, values: Type.Object({}), at: time });

export const requestEvents = {
  'operation-requested': Type.Object({ ...ofChargePoint, id, action: text }),
  'operation-answered': Type.Object({
    ...ofChargePoint,
    id,
    state: Type.Enum(['accepted', 'done', 'refused', 'failed', 'no-answer']),
    outcome: text,
  }),
  'operation-closed': Type.Object({
    ...ofChargePoint,
    id,
    state: Type.Enum(['done', 'failed', 'timed-out', 'no-answer']),
    outcome: text,
  }),
  'configuration-taken': key,
  'configuration-wished': Type.Object({
    ...ofChargePoint,
    key: text,
    value: text,
    owner: Type.Enum(['api', 'upstream']),
    overrideUntil: maybeTime,
  }),
  'configuration-override-ended': key,
  'configuration-wish-dropped': key,
  'configuration-answered': Type.Object({
    ...ofChargePoint,
    key: text,
    outcome: Type.Enum([
      'taken',
      'verified',
      'not-applied',
      'unverifiable',
      'refused',
      'not-supported',
      'reboot-required',
      'failed',
      'no-answer',
    ]),
    reason: maybeText,
  }),
  'configuration-restart-asked': Type.Object(ofChargePoint),
  'dialect-learned': dialect,
  'dialect-set': dialect,
  'dialect-reset': Type.Object({ ...make, at: time }),
  'profile-template-put': Type.Object({ id, name: text, at: time }),
  'profile-template-removed': Type.Object({ id, at: time }),
  'reservation-requested': reservation,
  'reservation-changed': reservation,
  'file-job-created': fileJob,
  'file-job-changed': fileJob,
  'file-stored': Type.Object({ ...ofChargePoint, id, name: text, size: whole }),
  'file-dropped': Type.Object({ fileId: id, why: text, at: time }),
  'campaign-created': campaign,
  'campaign-changed': campaign,
  'campaign-item-changed': Type.Object({
    ...ofChargePoint,
    id,
    state: Type.Enum(['waiting', 'running', 'done', 'skipped', 'failed', 'cancelled']),
    jobId: maybeText,
    outcome: text,
  }),
};
