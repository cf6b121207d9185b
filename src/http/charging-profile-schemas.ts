import { type Static, Type } from 'typebox';
import { profileStates } from '../domain/profile-record.ts';
import { ChargingProfilePurpose, ChargingRateUnit, Timestamp } from '../ocpp/messages/common.ts';
import { maybeTime, nullable, number, text, time, whole } from './schemas.ts';

/** Charging profiles as the API has them: in the fields of OCPP 1.6 §7.8, so that what is known from there can be used. */

const closed = { additionalProperties: false } as const;
const WholeS = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });
/** Periods of one schedule: no charge point is known to take more. */
const MAX_PERIODS = 1_024;

const Schedule = Type.Object(
  {
    duration: Type.Optional(WholeS),
    startSchedule: Type.Optional(Timestamp),
    chargingRateUnit: ChargingRateUnit,
    chargingSchedulePeriod: Type.Array(
      Type.Object(
        {
          startPeriod: WholeS,
          limit: Type.Number({ minimum: 0, description: 'Amps of each phase, or watts in total.' }),
          numberPhases: Type.Optional(Type.Integer({ minimum: 1, maximum: 3 })),
        },
        closed,
      ),
      { minItems: 1, maxItems: MAX_PERIODS },
    ),
    minChargingRate: Type.Optional(Type.Number({ minimum: 0 })),
  },
  closed,
);

/** A profile without its id and its transaction: those belong to one charge point, and are filled in there. */
export const Terms = Type.Object(
  {
    stackLevel: Type.Integer({ minimum: 0, maximum: 2_147_483_647 }),
    chargingProfilePurpose: ChargingProfilePurpose,
    chargingProfileKind: Type.Enum(['Absolute', 'Recurring', 'Relative']),
    recurrencyKind: Type.Optional(Type.Enum(['Daily', 'Weekly'])),
    validFrom: Type.Optional(Timestamp),
    validTo: Type.Optional(Timestamp),
    chargingSchedule: Schedule,
  },
  closed,
);
export type Terms = Static<typeof Terms>;

const Name = Type.String({ minLength: 1, maxLength: 100 });
const Id = Type.String({ minLength: 1, maxLength: 100 });

export const NewTemplate = Type.Object({ name: Name, profile: Terms }, closed);
export const TemplateChange = Type.Object({ name: Type.Optional(Name), profile: Type.Optional(Terms) }, closed);
export const Template = Type.Object({
  id: Type.String(),
  name: Type.String(),
  profile: Terms,
  createdAt: time,
  updatedAt: time,
});

const ConnectorId = Type.Integer({ minimum: 0, maximum: 64, description: '0 is the charge point as a whole.' });

export const Installation = Type.Object(
  {
    connectorId: ConnectorId,
    templateId: Type.Optional(Id),
    profile: Type.Optional(Terms),
    transactionId: Type.Optional(
      Type.Integer({ description: 'Of a TxProfile; the one that runs at the connector if absent.' }),
    ),
    keep: Type.Optional(
      Type.Boolean({
        description: 'Verify it, and send it anew when it was lost. Unless told, all but TxProfiles are kept.',
      }),
    ),
  },
  closed,
);

export const InstalledProfile = Type.Object({
  chargingProfileId: Type.Integer(),
  connectorId: whole,
  transactionId: whole,
  profile: Terms,
  state: Type.Enum([...profileStates], { description: 'The limit is in force only as installed.' }),
  why: text,
  source: Type.Enum(['resource', 'operation', 'remote-start', 'balancing']),
  keep: Type.Boolean(),
  warnings: Type.Array(Type.Object({ kind: Type.String(), text: Type.String() })),
  since: time,
  sentAt: maybeTime,
});

export const ByProfile = Type.Object({
  id: Type.String(),
  chargingProfileId: Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647 }),
});

export const Cleared = Type.Object({
  status: Type.Enum(['Accepted', 'Unknown', 'NotSent'], { description: 'What the charge point answered.' }),
  note: Type.String(),
});

export const ScheduleQuery = Type.Object(
  {
    connectorId: ConnectorId,
    durationS: Type.Optional(Type.Integer({ minimum: 1, maximum: 315_619_200, default: 3_600 })),
    unit: Type.Optional(ChargingRateUnit),
    ask: Type.Optional(
      Type.Enum(['true', 'false'], { description: 'true: the charge point is asked now (GetCompositeSchedule).' }),
    ),
  },
  closed,
);
export const DEFAULT_DURATION_S = 3_600;

const Periods = Type.Array(
  Type.Object({ startS: Type.Number(), limit: number, phases: whole }, { description: 'A limit of null is none.' }),
);

export const CompositeSchedule = Type.Object({
  connectorId: Type.Integer(),
  startAt: time,
  durationS: Type.Integer(),
  unit: ChargingRateUnit,
  computed: Type.Array(Type.Object({ startS: Type.Number(), limit: number, phases: whole })),
  cut: Type.Boolean({ description: 'There are more changes than are computed at once.' }),
  reportedAt: maybeTime,
  outcome: nullable(Type.Enum(['agrees', 'differs', 'no-report', 'undecided'], { description: 'Of the last report.' })),
  why: text,
  reportedUnit: nullable(ChargingRateUnit),
  reported: nullable(Periods),
  differences: Type.Array(
    Type.Object({
      kind: Type.Enum(['higher', 'lower', 'phases', 'not-reported']),
      fromS: Type.Number(),
      toS: Type.Number(),
      computed: number,
      reported: number,
      text: Type.String(),
    }),
  ),
});
