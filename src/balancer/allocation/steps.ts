/** The grants that a charger takes: multiples of a step, or the entries of a list. All in whole milliamps. */
export type Steps = number | readonly number[];

/** As it was configured, made safe: a step below 1 mA is 1 mA, a list is ascending. An empty list takes nothing. */
export function stepsOf(step: number | readonly number[]): Steps {
  if (typeof step === 'number') return step >= 1 && Number.isFinite(step) ? Math.floor(step) : 1;
  for (let index = 1; index < step.length; index++) {
    if ((step[index] ?? 0) < (step[index - 1] ?? 0)) return step.filter(isGrant).sort((a, b) => a - b);
  }
  return step.every(isGrant) ? step : step.filter(isGrant);
}

/** The highest grant that is not above `mA`; -1 where there is none. */
export function stepDown(steps: Steps, mA: number): number {
  if (typeof steps === 'number') return mA < 0 ? -1 : Math.floor(mA / steps) * steps;
  let found = -1;
  for (const each of steps) {
    if (each > mA) break;
    found = each;
  }
  return found;
}

/** The lowest grant that is not below `mA`; infinite where there is none. */
export function stepUp(steps: Steps, mA: number): number {
  if (typeof steps === 'number') return Math.ceil(mA / steps) * steps;
  return steps.find((each) => each >= mA) ?? Number.POSITIVE_INFINITY;
}

const isGrant = (mA: number): boolean => Number.isSafeInteger(mA) && mA >= 0;
