import { sharingOf } from '../settings.ts';
import { loadSolver, optimumOf } from './optimum.ts';
import { referencesOf } from './references/references.ts';
import { type SlotOptions, slotSite } from './references/slot-site.ts';
import { runStudy } from './run.ts';
import { sizingOf } from './sizing.ts';
import type { StudyParts, StudyQuestion } from './study.ts';

/** Cars are measured less often than in life, s: a fifth less to reckon, at a few tenths of a point of the energy. */
const SAMPLE_S = 30;

/** The parts of a study as they are. */
export const studyParts: StudyParts = {
  run: (question) => runStudy({ ...question, sampleSeconds: SAMPLE_S }),
  references: (question) => referencesOf(slotSite(inSlots(question)), policyOf(question), question.driversSay),
  optimumKWh: async (question) => optimumOf(slotSite(inSlots(question)), await loadSolver()).deliveredWh / 1_000,
  sizing: async (question, withOptimum) =>
    sizingOf(
      { ...inSlots(question), policy: policyOf(question), driversSay: question.driversSay },
      withOptimum ? await loadSolver() : null,
    ),
};

function inSlots({ config, sessions, usualCar, building }: StudyQuestion): SlotOptions {
  if (config.siteModel === null) throw new Error('the site has no circuits: there is no limit that could be studied');
  return { model: config.siteModel, sessions, usualCar, building, nominalVoltageV: config.site.nominalVoltageV };
}

const policyOf = ({ config }: StudyQuestion) => sharingOf(config).rules.policy;
