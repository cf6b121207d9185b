import { Type } from 'typebox';
import { maybeTime, nullable, PageQuery, text, time, whole } from './schemas.ts';

/** Files, jobs and campaigns as they go out and come in. Units are in the names; times are UTC. */

const closed = { additionalProperties: false } as const;

export const Firmware = Type.Object({
  id: Type.String(),
  name: Type.String(),
  size: Type.Integer({ description: 'Bytes' }),
  sha256: Type.String(),
  addedAt: time,
});

const jobStates = [
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
] as const;
const JobState = Type.Enum(jobStates, {
  description: 'queued: the charge point has yet to be asked; requested: it agreed, and nothing has happened since.',
});

const StoredFile = Type.Object({
  id: Type.String(),
  name: Type.String({ description: 'As the charge point calls it.' }),
  size: Type.Integer({ description: 'Bytes' }),
  sha256: Type.String(),
  mediaType: text,
  storedAt: time,
  droppedAt: maybeTime,
  droppedWhy: text,
});

export const FileJob = Type.Object({
  id: Type.String(),
  chargePointId: Type.String(),
  kind: Type.Enum(['firmware', 'signed-firmware', 'diagnostics', 'log']),
  state: JobState,
  outcome: Type.String({ description: 'What became of it so far, in words.' }),
  requestId: whole,
  firmwareId: text,
  location: text,
  retrieveAt: maybeTime,
  from: maybeTime,
  to: maybeTime,
  logType: text,
  progress: nullable(
    Type.Object({ bytes: Type.Integer({ description: 'Of the transfer under way, so far.' }), of: whole }),
  ),
  file: nullable(StoredFile),
  createdAt: time,
  changedAt: time,
  until: nullable(Type.String({ format: 'date-time', description: 'When its state has lasted too long.' })),
  endedAt: maybeTime,
});

export const FileJobQuery = Type.Object(
  {
    ...PageQuery.properties,
    chargePointId: Type.Optional(Type.String()),
    state: Type.Optional(Type.Enum(jobStates)),
  },
  closed,
);

const instantIn = (description: string) =>
  Type.Optional(Type.String({ format: 'date-time', maxLength: 40, description }));
/** Bounds of our own: what is beyond them is a slip of the hand. */
const tries = {
  retries: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 20, description: 'How many times the charge point tries the transfer.' }),
  ),
  retryIntervalS: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
};
const signed = {
  signature: Type.Optional(
    Type.String({ minLength: 1, maxLength: 800, description: 'Base64; with signingCertificate.' }),
  ),
  signingCertificate: Type.Optional(
    Type.String({ minLength: 1, maxLength: 5500, description: 'PEM; with signature.' }),
  ),
  unchecked: Type.Optional(
    Type.Boolean({ default: false, description: 'Send it although the signature does not fit the file.' }),
  ),
};

export const NewFirmwareUpdate = Type.Object(
  {
    firmwareId: Type.Optional(Type.String({ description: 'Of /api/v1/firmware; Busbar serves the file.' })),
    location: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 512,
        format: 'uri',
        description: 'Instead of firmwareId: any address that the charge point can fetch; Busbar never fetches it.',
      }),
    ),
    retrieveAt: instantIn('Not before; at once where it is left out.'),
    installAt: instantIn('Signed firmware only.'),
    ...tries,
    ...signed,
  },
  closed,
);
export const NewDiagnostics = Type.Object(
  { from: instantIn('Oldest entry.'), to: instantIn('Newest entry.'), ...tries },
  closed,
);
export const NewLog = Type.Object(
  {
    logType: Type.Enum(['DiagnosticsLog', 'SecurityLog']),
    from: instantIn('Oldest entry.'),
    to: instantIn('Newest entry.'),
    ...tries,
  },
  closed,
);

export const Campaign = Type.Object({
  id: Type.String(),
  state: Type.Enum(['running', 'paused', 'stopped', 'cancelled', 'done']),
  outcome: Type.String(),
  firmwareId: Type.String(),
  name: Type.String(),
  version: text,
  onlyWhenIdle: Type.Boolean(),
  window: nullable(Type.Object({ cron: Type.String(), durationS: Type.Integer() })),
  atATime: Type.Integer(),
  stopAfterFailures: Type.Integer(),
  createdAt: time,
  changedAt: time,
  chargePoints: Type.Array(
    Type.Object({
      chargePointId: Type.String(),
      state: Type.Enum(['waiting', 'running', 'done', 'skipped', 'failed', 'cancelled']),
      jobId: text,
      outcome: Type.String(),
    }),
  ),
});

const hour = Type.String({
  pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
  description: 'HH:MM in the time zone of the site.',
});
export const NewCampaign = Type.Object(
  {
    firmwareId: Type.String(),
    chargePointIds: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 2000 })),
    filter: Type.Optional(
      Type.Object(
        {
          vendor: Type.Optional(Type.String()),
          model: Type.Optional(Type.String()),
          firmwareVersion: Type.Optional(Type.String({ description: 'That runs now.' })),
          all: Type.Optional(Type.Literal(true)),
        },
        { ...closed, minProperties: 1, description: 'Instead of chargePointIds: who fits all that is named.' },
      ),
    ),
    version: Type.Optional(
      Type.String({ minLength: 1, maxLength: 50, description: 'As charge points report it; who has it is left out.' }),
    ),
    onlyWhenIdle: Type.Optional(Type.Boolean({ default: true })),
    window: Type.Optional(
      Type.Union([
        Type.Object(
          {
            cron: Type.String({ minLength: 1, maxLength: 100, description: 'Five fields: when updates may begin.' }),
            durationS: Type.Integer({ minimum: 60, maximum: 86_400 }),
          },
          closed,
        ),
        Type.Object({ from: hour, to: hour }, closed),
      ]),
    ),
    atATime: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, default: 1 })),
    stopAfterFailures: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 1 })),
    ...tries,
    ...signed,
  },
  closed,
);
