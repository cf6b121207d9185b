import type { Series } from './report.ts';

/** Gathers what is seen every few seconds into steps: of currents the highest of a step, of all else the mean. */

type Seen = {
  readonly present: number;
  readonly charging: number;
  readonly waiting: number;
  readonly powerKW: number;
};

export function createTimeSeries(
  circuits: readonly string[],
  { from, stepS }: { readonly from: number; readonly stepS: number },
) {
  const currents = circuits.map((): [number[], number[], number[]] => [[], [], []]);
  const counts: number[] = [];
  const sums = { present: [] as number[], charging: [] as number[], waiting: [] as number[], powerKW: [] as number[] };
  const kinds = Object.keys(sums) as (keyof typeof sums)[];

  return {
    /** `at` milliseconds since 1970; what comes before `from` is left out. */
    add(at: number, amps: ReadonlyMap<string, readonly number[]>, seen: Seen): void {
      const step = Math.floor((at - from) / (stepS * 1_000));
      if (step < 0) return;
      // A step in which nobody looked repeats the last one, so that no place stays empty.
      while (counts.length <= step) {
        counts.push(0);
        for (const kind of kinds) sums[kind].push(0);
        for (const phases of currents) for (const phase of phases) phase.push(0);
      }
      counts[step] = (counts[step] ?? 0) + 1;
      for (const kind of kinds) sums[kind][step] = (sums[kind][step] ?? 0) + seen[kind];
      for (const [node, id] of circuits.entries()) {
        const now = amps.get(id) ?? [];
        for (const [phase, values] of (currents[node] ?? []).entries()) {
          values[step] = Math.max(values[step] ?? 0, now[phase] ?? 0);
        }
      }
    },
    series(): Series {
      const means = (kind: keyof typeof sums, digits: number): number[] =>
        sums[kind].map((sum, step) => rounded(sum / Math.max(1, counts[step] ?? 0), digits));
      return {
        from: new Date(from).toISOString(),
        stepS,
        circuits: circuits.map((id, node) => ({ id, currentA: roundedPhases(currents[node] ?? [[], [], []]) })),
        present: means('present', 1),
        charging: means('charging', 1),
        waiting: means('waiting', 1),
        powerKW: means('powerKW', 2),
      };
    },
  };
}

function roundedPhases([l1, l2, l3]: [number[], number[], number[]]): [number[], number[], number[]] {
  const each = (values: number[]): number[] => values.map((value) => rounded(value, 1));
  return [each(l1), each(l2), each(l3)];
}

const rounded = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;
