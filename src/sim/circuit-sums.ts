/** Amps on the phases of a tree of circuits, summed from the leaves to the root: three numbers for each circuit, in its order. */

export type CircuitSums = Float64Array;

type Branch = { readonly id: string; readonly parent: string | null };

export function createCircuitTree(circuits: readonly Branch[]) {
  const places = new Map(circuits.map(({ id }, at) => [id, at]));
  const place = (id: string): number => {
    const at = places.get(id);
    if (at === undefined) throw new RangeError(`there is no circuit ${id}`);
    return at;
  };
  const parents = circuits.map(({ parent }) => (parent === null ? -1 : place(parent)));
  return {
    place,
    nothing: (): CircuitSums => new Float64Array(circuits.length * 3),
    /** Adds amps on L1, L2, L3 to the circuit at this place and to all above it; `phases` says which of the grid's each is. */
    spread(sums: CircuitSums, at: number, amps: readonly number[], phases: readonly number[]): void {
      for (let node = at; node >= 0; node = parents[node] ?? -1) {
        for (let phase = 0; phase < 3; phase += 1) {
          const on = node * 3 + (phases[phase] ?? phase);
          sums[on] = (sums[on] ?? 0) + (amps[phase] ?? 0);
        }
      }
    },
    /** By the id of the circuit. */
    byId: (sums: CircuitSums): ReadonlyMap<string, number[]> =>
      new Map(circuits.map(({ id }, at) => [id, [...sums.subarray(at * 3, at * 3 + 3)]])),
  };
}

/** In the grid's own order. */
export const straight: readonly number[] = [0, 1, 2];

/** Of a rotation such as `RST`: on which of the grid's phases L1, L2 and L3 stand. */
export function phasesOf(rotation: string): readonly number[] {
  return [...rotation].map((letter) => 'RST'.indexOf(letter));
}
