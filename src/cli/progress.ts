import type { CommandIo } from './io.ts';

/** Shows how far a long command is: a bar in a terminal, a line for every tenth elsewhere. */

const BAR = 28;
/** A terminal is not written to more often than this, ms. */
const REFRESH_MS = 100;

export type ShownProgress = {
  /** What is being done, and how much of it, 0 to 1; null where that is not known. */
  readonly show: (what: string, done: number | null) => void;
  /** Takes the bar away. */
  readonly end: () => void;
};

/** `now` in ms, of a clock that only goes forward. */
export function showProgress({ err, passing }: CommandIo, now: () => number = () => performance.now()): ShownProgress {
  let current = '';
  let began = now();
  let shownAt = Number.NEGATIVE_INFINITY;
  let tenth = 0;
  return {
    show: (what, done) => {
      if (what !== current) {
        current = what;
        began = now();
        shownAt = Number.NEGATIVE_INFINITY;
        tenth = 0;
        if (passing === undefined && done === null) err(`${what} ...`);
      }
      if (passing !== undefined) {
        if (now() - shownAt < REFRESH_MS && (done ?? 1) < 1) return;
        shownAt = now();
        passing(done === null ? `${what} ...` : `${bar(done)} ${percentOf(done)} %  ${what}${left(done)}`);
        return;
      }
      if (done === null || Math.floor(done * 10 + 1e-9) <= tenth) return;
      tenth = Math.floor(done * 10 + 1e-9);
      err(`${what}: ${tenth * 10} %${left(done)}`);
    },
    end: () => passing?.(''),
  };

  function left(done: number): string {
    const took = (now() - began) / 1_000;
    if (done >= 1 || done < 0.02 || took < 1) return '';
    return `, ${inWords((took / done) * (1 - done))} left`;
  }
}

const bar = (done: number): string => {
  const full = Math.round(Math.min(1, Math.max(0, done)) * BAR);
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`;
};

const percentOf = (done: number): string => String(Math.floor(done * 100)).padStart(3);

function inWords(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const tens = Math.round(seconds / 10);
  return `${Math.floor(tens / 6)} min ${(tens % 6) * 10} s`;
}
