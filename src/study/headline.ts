import { amps, count, number, percent } from './html/words.ts';
import { ENOUGH } from './left-short.ts';
import type { StudyReport } from './report.ts';

/** What a study comes to in sentences: the first is the answer, the others say what it rests on. */
export type Headline = { readonly first: string; readonly more: readonly string[]; readonly good: boolean };

export function headlineOf(report: StudyReport): Headline {
  const { sessions, violations } = report;
  const wanting = sessions.filter(({ demandKWh }) => demandKWh > 0);
  const short = wanting.filter(({ demandKWh, deliveredKWh }) => deliveredKWh < ENOUGH * demandKWh).length;
  const good = violations.drawnS === 0 && violations.committedS === 0;
  return {
    first: whoLeft(wanting.length, short, report.energy.metPercent),
    more: [fullness(report), limitsKept(report)],
    good,
  };
}

function whoLeft(cars: number, short: number, metPercent: number): string {
  if (cars === 0) return 'No car wanted anything.';
  if (short === 0)
    return cars === 1 ? 'The car left with what it wanted.' : `All ${number(cars)} cars left with what they wanted.`;
  if (short <= cars * 0.15) return `All but ${number(short)} of ${number(cars)} cars left with what they wanted.`;
  return `${number(short)} of ${number(cars)} cars left short: together, the cars got ${percent(metPercent)} of what they wanted.`;
}

function fullness({ circuits, run, site }: StudyReport): string {
  const fullest = circuits
    .map(({ id, bottleneckHours }) => ({ id, hours: Math.max(...bottleneckHours) }))
    .sort((a, b) => b.hours - a.hours)[0];
  if (fullest === undefined || fullest.hours === 0) return 'No circuit ever held a car back.';
  const root = site.circuits.find(({ parent }) => parent === null)?.id;
  const what = fullest.id === root ? 'The connection' : `The circuit ${fullest.id}`;
  return `${what} was full and held cars back for ${number(fullest.hours, fullest.hours < 10 ? 1 : 0)} of ${number(run.virtualHours)} hours.`;
}

function limitsKept({ violations: { drawnA, drawnS, committedA, committedS } }: StudyReport): string {
  if (drawnS > 0) return `A limit was exceeded, by up to ${amps(drawnA)} for ${count(drawnS, 'second')} in all.`;
  if (committedS > 0) {
    return `What was granted exceeded a limit by up to ${amps(committedA)} for ${count(committedS, 'second')}; what flowed never did.`;
  }
  return 'No limit was exceeded, on any circuit or phase, in any second.';
}

/** Points of energy met by which slots may be ahead of the whole controller. */
const LOST_TO_LIFE = 5;
/** Of a limit: so much that was granted and never flowed is worth a word. */
const IDLE_GRANTS = 0.1;

/** What would help besides another connection. */
export function adviceOf({ circuits, site, sessions }: StudyReport): string[] {
  const advice: string[] = [];
  const turnedAway = sessions.filter(({ connector }) => connector === null).length;
  if (turnedAway > 0) {
    advice.push(
      `${count(turnedAway, 'car')} found no free connector: more connectors would serve ${turnedAway === 1 ? 'it' : 'them'}.`,
    );
  }
  const [fullest] = [...circuits].sort((a, b) => Math.max(...b.bottleneckHours) - Math.max(...a.bottleneckHours));
  if (fullest === undefined || Math.max(...fullest.bottleneckHours) === 0) return advice;
  const limitA = Math.max(...(site.circuits.find(({ id }) => id === fullest.id)?.limitA ?? [0]));
  const granted = Math.max(...fullest.peakCommittedA);
  const drawn = Math.max(...fullest.peakA);
  if (granted - drawn > IDLE_GRANTS * limitA) {
    advice.push(
      `At ${fullest.id} up to ${amps(granted)} were granted, and never more than ${amps(drawn)} flowed. A car that uses one phase of a three-phase connector is granted all three: say phases: 1 of connectors that have one, or let site.trustLearnedPhases: true count on the phases that a car was seen to use.`,
    );
  }
  return advice;
}

/** What the table of sizes says about the connection, or null where it says nothing. */
export function sizingAdvice({ sizing, energy }: StudyReport): string | null {
  const rows = [...sizing].sort((a, b) => a.limitA - b.limitA);
  const own = rows.find(({ ofConfigured }) => Math.abs(ofConfigured - 1) < 0.02);
  const best = rows.at(-1);
  if (best === undefined) return null;
  const metNow = own?.metPercent ?? energy.metPercent;
  if (metNow - energy.metPercent > LOST_TO_LIFE) {
    return `In slots of time, without charge points and messages, this connection would meet ${percent(metNow)}, and the whole controller met ${percent(energy.metPercent)}: what is missing is no matter of its size.`;
  }
  if (metNow < 99) {
    const enough = rows.find(({ metPercent, ofConfigured }) => metPercent >= 99 && ofConfigured > 1);
    if (enough !== undefined)
      return `${amps(enough.limitA)} per phase would meet ${percent(enough.metPercent)} of what cars want.`;
    return best.metPercent - metNow < 1
      ? 'A larger connection would hardly help: what is missing is missing elsewhere.'
      : `Even ${amps(best.limitA)} per phase would meet no more than ${percent(best.metPercent)}.`;
  }
  const smaller = rows.find(({ metPercent, ofConfigured }) => metPercent >= 99 && ofConfigured < 0.98);
  return smaller === undefined
    ? 'A smaller connection would no longer meet 99 % of what cars want.'
    : `${amps(smaller.limitA)} per phase would do: they meet ${percent(smaller.metPercent)} of what cars want.`;
}
