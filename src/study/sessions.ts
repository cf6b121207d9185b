/** What a session drives that does not say: phases, and A on each at most. */
export type UsualCar = { readonly phases: 1 | 2 | 3; readonly maxA: number };

/** One stay of a car at the site, as it is asked for: the input of a study. */
export type Session = {
  /** Unique in its list: what the file calls it, or the number of its row. */
  readonly id: string;
  /** Milliseconds since 1970, UTC. */
  readonly arrival: number;
  readonly departure: number;
  /** Wanted by the time of departure, measured at the socket, Wh. */
  readonly energyWh: number;
  /** Where it plugs in, `CP01/1`; null: at any connector that is free when it comes. */
  readonly connector: string | null;
  /** On how many phases the car charges, and with how much on each at most, A; null: as the study's usual car. */
  readonly phases: 1 | 2 | 3 | null;
  readonly maxA: number | null;
};
