import { WEEKDAYS, type Weekday } from '../domain/site-time.ts';
import type { Token, TokenGroup, TokenSource, TokenStatus } from '../domain/token.ts';
import { type HoursWindow, noRules, type TokenRules } from '../domain/token-rules.ts';
import type { Instant, WattHours } from '../domain/units.ts';

/** Tokens and groups as their rows have them. */

export type TokenRow = {
  id_tag: string;
  status: TokenStatus;
  expires_ms: number | null;
  parent_id_tag: string | null;
  note: string | null;
  aliases: string;
  cost_centre: string | null;
  rules: string | null;
  source: TokenSource;
};

export function toToken(row: TokenRow): Token {
  return {
    idTag: row.id_tag,
    aliases: JSON.parse(row.aliases) as string[],
    status: row.status,
    expiresAt: row.expires_ms as Instant | null,
    parentIdTag: row.parent_id_tag,
    note: row.note,
    costCentre: row.cost_centre,
    rules: rulesOf(row.rules),
    source: row.source,
  };
}

export type GroupRow = { parent_id_tag: string; note: string | null; rules: string | null };

export const toGroup = (row: GroupRow): TokenGroup => ({
  parentIdTag: row.parent_id_tag,
  note: row.note,
  rules: rulesOf(row.rules),
});

/** Null where nothing is ruled: most tokens. Days are kept by their number from Monday, 0. */
export function rulesText(rules: TokenRules): string | null {
  const { chargePointIds, hours, energyPerMonthWh } = rules;
  if (chargePointIds.length === 0 && hours.length === 0 && energyPerMonthWh === null) return null;
  const windows = hours.map(({ days, fromMinute, toMinute }) => [
    days.map((day) => WEEKDAYS.indexOf(day)),
    fromMinute,
    toMinute,
  ]);
  return JSON.stringify({ chargePointIds, hours: windows, energyPerMonthWh });
}

type KeptRules = { chargePointIds: string[]; hours: [number[], number, number][]; energyPerMonthWh: number | null };

export function rulesOf(text: string | null): TokenRules {
  if (text === null) return noRules;
  const kept = JSON.parse(text) as KeptRules;
  return {
    chargePointIds: kept.chargePointIds,
    hours: kept.hours.map(
      ([days, fromMinute, toMinute]): HoursWindow => ({
        days: days.flatMap((day): Weekday[] => (WEEKDAYS[day] === undefined ? [] : [WEEKDAYS[day]])),
        fromMinute,
        toMinute,
      }),
    ),
    energyPerMonthWh: kept.energyPerMonthWh as WattHours | null,
  };
}
