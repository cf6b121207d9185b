import { sharingOf } from '../settings.ts';
import { loadSolver, optimumOf } from './optimum.ts';
import { referencesOf } from './references/references.ts';
import { type SlotOptions, slotSite } from './references/slot-site.ts';
import { runStudy } from './run.ts';
import { sizingOf } from './sizing.ts';
import type { StudyParts, StudyQuestion } from './study.ts';

/** The parts of a study as they are. */
export const studyParts: StudyParts = {
  run: (question) => runStudy(question),
  references: (question) => referencesOf(slotSite(inSlots(question)), policyOf(question), question.driversSay),
  optimumKWh: async (question) => optimumOf(slotSite(inSlots(question)), await loadSolver()).deliveredWh / 1_000,
  sizing: async (question, withOptimum) =>
    sizingOf(
      { ...inSlots(question), policy: policyOf(question), driversSay: question.driversSay },
      withOptimum ? await loadSolver() : null,
    ),
};

function inSlots({ config, sessions, usualCar }: StudyQuestion): SlotOptions {
  if (config.siteModel === null) throw new Error('the site has no circuits: there is no limit that could be studied');
  return { model: config.siteModel, sessions, usualCar, nominalVoltageV: config.site.nominalVoltageV };
}

const policyOf = ({ config }: StudyQuestion) => sharingOf(config).rules.policy;
