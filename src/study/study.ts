import type { Config } from '../config/load.ts';
import type { BuildingLoad } from './building-load.ts';
import { explainShort } from './left-short.ts';
import type { StudyReport, StudyRun } from './report.ts';
import type { Session, UsualCar } from './sessions.ts';
import { costOf, type Tariff } from './tariff.ts';

/** What a study needs to know of its site and its sessions. */
export type StudyQuestion = {
  readonly config: Config;
  readonly sessions: readonly Session[];
  readonly usualCar: UsualCar;
  /** Every driver says when they leave and how much they want; else nobody says anything. */
  readonly driversSay: boolean;
  /** Beside the charge points; see `foreignLoads` for circuits that have none. */
  readonly building: readonly BuildingLoad[];
};

/** The parts that a study is put together from. */
export type StudyParts = {
  /** The whole controller in virtual time; tells how much is done, 0 to 1. */
  readonly run: (
    question: StudyQuestion & { readonly seed: number; readonly progress: (done: number) => void },
  ) => StudyRun;
  /** Simpler rules on the same sessions, in slots of time. */
  readonly references: (question: StudyQuestion) => StudyReport['references'];
  /** The most that perfect foresight delivers, kWh. */
  readonly optimumKWh: (question: StudyQuestion) => Promise<number>;
  readonly sizing: (question: StudyQuestion, withOptimum: boolean) => Promise<StudyReport['sizing']>;
};

export type StudyRequest = StudyQuestion & {
  readonly seed: number;
  readonly tariff: Tariff | null;
  readonly withOptimum: boolean;
  readonly withSizing: boolean;
  /** What is done now, and how much of it, 0 to 1; null where that is not known. */
  readonly progress: (what: string, done: number | null) => void;
};

/** The whole study of a site. Throws an Error in words where the site or the sessions can't be studied. */
export async function studyOf(parts: StudyParts, request: StudyRequest): Promise<StudyReport> {
  const { config, sessions, usualCar, driversSay, building, seed, progress, tariff, withOptimum, withSizing } = request;
  if (config.siteModel === null) throw new Error('the site has no circuits: there is no limit that could be studied');
  const question = { config, sessions, usualCar, driversSay, building };
  const run = parts.run({ ...question, seed, progress: (done) => progress('the controller in virtual time', done) });
  progress('simpler rules', null);
  const references = parts.references(question);
  if (withOptimum) progress('perfect foresight', null);
  const optimumKWh = withOptimum ? await parts.optimumKWh(question) : null;
  if (withSizing) progress('other sizes of the connection', null);
  const sizing = withSizing ? await parts.sizing(question, withOptimum) : [];
  const { nominalVoltageV, timeZone } = config.site;
  const told = { model: config.siteModel, voltageV: nominalVoltageV, usualCar };
  return {
    ...run,
    energy: {
      ...run.energy,
      optimumKWh,
      ofOptimumPercent: optimumKWh === null || optimumKWh <= 0 ? null : (100 * run.energy.deliveredKWh) / optimumKWh,
    },
    references,
    sessions: explainShort(run, sessions, told),
    sizing,
    cost: tariff === null ? null : costOf(tariff, run.series, timeZone, run.energy.deliveredKWh),
  };
}
