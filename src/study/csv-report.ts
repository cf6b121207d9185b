import { writeRecords } from '../csv/records.ts';
import type { StudyReport } from './report.ts';
import type { Session } from './sessions.ts';

/** Tables of a report, and of sessions, for spreadsheets. Times are ISO 8601 in UTC, units are in the names of columns. */

export function sessionsCsv({ sessions }: StudyReport): string {
  const names = ['id', 'connector', 'arrival', 'departure', 'demand_kwh', 'delivered_kwh', 'met_percent'];
  return writeRecords([
    [...names, 'waiting_minutes', 'pauses', 'left_short', 'because'],
    ...sessions.map(
      ({ id, connector, arrival, departure, demandKWh, deliveredKWh, waitingMinutes, pauses, leftShort }) => [
        ...[id, connector ?? '', arrival, departure, demandKWh, deliveredKWh],
        demandKWh > 0 ? Number(((100 * deliveredKWh) / demandKWh).toFixed(1)) : '',
        ...[waitingMinutes ?? '', pauses, leftShort?.reason ?? '', leftShort?.words ?? ''],
      ],
    ),
  ]);
}

export function seriesCsv({ series }: StudyReport): string {
  const from = Date.parse(series.from);
  const phases = [0, 1, 2] as const;
  const names = series.circuits.flatMap(({ id }) => phases.map((phase) => `${id} L${phase + 1} A`));
  return writeRecords([
    ['time', 'present', 'charging', 'waiting', 'power_kw', ...names],
    ...series.present.map((present, index) => [
      new Date(from + index * series.stepS * 1_000).toISOString(),
      ...[present, series.charging[index] ?? 0, series.waiting[index] ?? 0, series.powerKW[index] ?? 0],
      ...series.circuits.flatMap(({ currentA }) => phases.map((phase) => currentA[phase][index] ?? 0)),
    ]),
  ]);
}

/** A list of sessions as it can be read again. */
export function sessionListCsv(sessions: readonly Session[]): string {
  return writeRecords([
    ['id', 'connector', 'arrival', 'departure', 'energy_kwh', 'phases', 'max_a'],
    ...sessions.map(({ id, connector, arrival, departure, energyWh, phases, maxA }) => [
      ...[id, connector ?? 'any', new Date(arrival).toISOString(), new Date(departure).toISOString()],
      ...[energyWh / 1_000, phases ?? '', maxA ?? ''],
    ]),
  ]);
}
