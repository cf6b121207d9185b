import { type Static, Type } from 'typebox';
import { isSpan } from '../domain/hours-text.ts';
import { WEEKDAYS } from '../domain/site-time.ts';
import { type Token as DomainToken, MAX_ALIASES, MAX_COST_CENTRE, MAX_NOTE, MAX_TOKEN_LINES } from '../domain/token.ts';
import { blankToken, type TokenLine } from '../domain/token-import.ts';
import {
  clockMinute,
  MAX_ENERGY_KWH,
  MAX_RULE_CHARGE_POINTS,
  MAX_RULE_HOURS,
  noRules,
  type TokenRules,
} from '../domain/token-rules.ts';
import { wattHours } from '../domain/units.ts';
import { IdToken, Timestamp } from '../ocpp/messages/common.ts';
import { parseTimestamp } from '../ocpp/timestamp.ts';
import { Problem } from './problem.ts';
import { maybeTime, nullable, text, time, whole } from './schemas.ts';

/** Tokens, their groups and rules, and cards that nobody knows, as they go in and out. */

const Hours = Type.Object(
  {
    days: Type.Array(Type.Enum([...WEEKDAYS]), { minItems: 1, maxItems: 7, uniqueItems: true }),
    from: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: 'By the clock of the site.' }),
    to: Type.String({
      pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$',
      description: 'Not included. Before or at `from`: on the next day.',
    }),
  },
  { additionalProperties: false },
);

const Rules = Type.Object({
  chargePoints: Type.Array(Type.String(), { description: 'Ids of charge points; empty: everywhere.' }),
  hours: Type.Array(Hours, { description: 'When charging may begin; empty: always.' }),
  energyPerMonthKWh: nullable(Type.Number({ description: 'In a calendar month of the site.' })),
});

const NewRules = Type.Object(
  {
    chargePoints: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 48 }), { maxItems: MAX_RULE_CHARGE_POINTS }),
    ),
    hours: Type.Optional(Type.Array(Hours, { maxItems: MAX_RULE_HOURS })),
    energyPerMonthKWh: Type.Optional(nullable(Type.Number({ minimum: 0, maximum: MAX_ENERGY_KWH }))),
  },
  { additionalProperties: false, description: 'Replaces all rules; what is left out limits nothing.' },
);

export const Token = Type.Object({
  idTag: Type.String(),
  aliases: Type.Array(Type.String()),
  status: Type.String(),
  expiresAt: maybeTime,
  parentIdTag: text,
  note: text,
  costCentre: text,
  rules: Rules,
  source: Type.Enum(['api', 'file', 'upstream'], {
    description:
      'Who owns it. file: it can be changed only in the file of the configuration. upstream: by the backend, and here only for a while.',
  }),
  createdAt: time,
  updatedAt: time,
});

export const IdTag = Type.String({ minLength: 1, maxLength: 20 });
const Note = Type.Optional(nullable(Type.String({ maxLength: MAX_NOTE })));

const tokenFields = {
  aliases: Type.Optional(Type.Array(IdTag, { maxItems: MAX_ALIASES, description: 'Other idTags of the same card.' })),
  status: Type.Optional(Type.Enum(['Accepted', 'Blocked', 'Expired'])),
  expiresAt: Type.Optional(nullable(Timestamp)),
  parentIdTag: Type.Optional(nullable(IdToken)),
  note: Note,
  costCentre: Type.Optional(nullable(Type.String({ maxLength: MAX_COST_CENTRE }))),
  rules: Type.Optional(nullable(NewRules)),
};
export const NewToken = Type.Object({ idTag: IdTag, ...tokenFields }, { additionalProperties: false });
export const TokenChange = Type.Object(tokenFields, { additionalProperties: false });

export const TokenGroup = Type.Object({
  parentIdTag: Type.String(),
  note: text,
  rules: Rules,
  tokens: Type.Integer({ description: 'How many tokens belong to it.' }),
  createdAt: time,
  updatedAt: time,
});
export const NewTokenGroup = Type.Object(
  { note: Note, rules: Type.Optional(nullable(NewRules)) },
  { additionalProperties: false },
);

export const UnknownCard = Type.Object({
  idTag: Type.String(),
  firstSeenAt: time,
  lastSeenAt: time,
  times: Type.Integer(),
  chargePointId: Type.String({ description: 'Where it was seen last.' }),
  connectorId: whole,
  suggestions: Type.Array(
    Type.Object({
      idTag: Type.String(),
      note: text,
      sure: Type.Boolean({ description: 'The whole number in another spelling, and no other token fits.' }),
    }),
    { description: 'Known tokens that may be the same card.' },
  ),
});
export const Enrolment = Type.Object(
  {
    note: Note,
    parentIdTag: Type.Optional(nullable(IdToken)),
    rules: Type.Optional(nullable(NewRules)),
    asAliasOf: Type.Optional(Type.String({ description: 'The card becomes another name of this token.' })),
  },
  { additionalProperties: false },
);

export const RefusedAuthorization = Type.Object({
  id: Type.Integer(),
  at: time,
  chargePointId: Type.String(),
  connectorId: whole,
  transactionId: whole,
  idTag: Type.String(),
  status: Type.String({ description: 'What the charge point was told.' }),
  rule: nullable(Type.Enum(['charge-points', 'hours', 'energy'])),
  why: Type.String(),
});

export const Imported = Type.Object({
  dryRun: Type.Boolean({ description: 'Nothing was changed.' }),
  added: Type.Integer(),
  changed: Type.Integer(),
  unchanged: Type.Integer(),
  removed: Type.Integer(),
});

/** The backend's list: whole, or as changes to the version that the site has. */
export const TokenSync = Type.Object(
  {
    version: Type.Integer({ minimum: 0 }),
    base: Type.Optional(
      nullable(
        Type.Integer({ minimum: 0, description: 'The version that this changes; left out: this is all of it.' }),
      ),
    ),
    put: Type.Array(NewToken, { maxItems: MAX_TOKEN_LINES }),
    remove: Type.Optional(Type.Array(IdTag, { maxItems: MAX_TOKEN_LINES, description: 'With base: idTags that go.' })),
    adopt: Type.Optional(
      Type.Boolean({
        description: 'Tokens that were entered on site become those of the backend; otherwise they clash.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** The fields of a new token as a line of a list, all of them: a token of the backend is what the backend says. */
export function tokenLine({ idTag, ...fields }: Static<typeof NewToken>, line: number): TokenLine {
  const { source: _, idTag: own, ...made } = changedToken(blankToken(idTag, 'upstream'), fields);
  return { line, idTag: own, fields: made };
}

/** What is not sent stays as it was. Throws the Problem of hours that can't be. */
export function changedToken(token: DomainToken, change: Static<typeof TokenChange>): DomainToken {
  const { expiresAt, rules, ...fields } = change;
  return {
    ...token,
    ...fields,
    expiresAt: expiresAt === undefined ? token.expiresAt : expiresAt === null ? null : parseTimestamp(expiresAt),
    rules: rules === undefined ? token.rules : readRules(rules),
  };
}

export function readRules(rules: Static<typeof NewRules> | null | undefined): TokenRules {
  if (rules === null || rules === undefined) return noRules;
  const { chargePoints = [], hours = [], energyPerMonthKWh = null } = rules;
  return {
    chargePointIds: chargePoints,
    hours: hours.map(({ days, from, to }) => {
      const fromMinute = clockMinute(from);
      const toMinute = clockMinute(to);
      if (fromMinute === null || toMinute === null || !isSpan(fromMinute, toMinute)) {
        throw new Problem(
          'invalid-request',
          `Hours from ${from} to ${to} are no span of time; 00:00 to 24:00 is a day.`,
        );
      }
      return { days: WEEKDAYS.filter((day) => days.includes(day)), fromMinute, toMinute };
    }),
    energyPerMonthWh: energyPerMonthKWh === null ? null : wattHours(energyPerMonthKWh * 1_000),
  };
}
