import type { StudyParts } from './study.ts';

/** The parts of a study as they are. */
export const studyParts: StudyParts = {
  run: () => {
    throw new Error('this build has no core of the study');
  },
  references: () => [],
  optimumKWh: () => Promise.reject(new Error('this build has no solver')),
  sizing: () => Promise.resolve([]),
};
