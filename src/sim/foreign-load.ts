import type { Random } from './random.ts';

/** What a building takes besides its charge points, in amps on L1, L2, L3 of the grid; negative where it feeds in. */

export type ForeignLoad = {
  /** The circuit on which it hangs. */
  readonly circuit: string;
  /** Asked for ever later moments, in milliseconds since 1970. */
  amps(at: number): readonly number[];
};

export function constantLoad(circuit: string, amps: readonly number[]): ForeignLoad {
  return { circuit, amps: () => amps };
}

/** Jumps at the given moments and stays; nothing before the first of them. */
export function steppedLoad(
  circuit: string,
  steps: readonly { readonly at: number; readonly amps: readonly number[] }[],
): ForeignLoad {
  const ordered = [...steps].sort((a, b) => a.at - b.at);
  return { circuit, amps: (at) => ordered.findLast((step) => step.at <= at)?.amps ?? [0, 0, 0] };
}

type Wandering = {
  readonly circuit: string;
  readonly random: Random;
  /** Between these it wanders, in amps per phase. */
  readonly lowestA: number;
  readonly highestA: number;
  /** How far one step goes at most, in amps, and how many seconds lie between two. */
  readonly strideA: number;
  readonly everySeconds: number;
};

/** A building with machines, lifts and kitchens: each phase goes its own way, and the same seed the same ways. */
export function wanderingLoad({ circuit, random, lowestA, highestA, strideA, everySeconds }: Wandering): ForeignLoad {
  let steps: number | null = null;
  let amps = [0, 1, 2].map(() => random.between(lowestA, highestA));
  return {
    circuit,
    amps: (at) => {
      const due = Math.floor(at / (everySeconds * 1000));
      steps ??= due;
      for (; steps < due; steps += 1) {
        amps = amps.map((each) => Math.min(highestA, Math.max(lowestA, each + random.between(-strideA, strideA))));
      }
      return amps;
    },
  };
}
