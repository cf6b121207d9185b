/** What a study comes to. Written as JSON as it is, so names bear their units; times are ISO 8601 in UTC. */
export type StudyReport = {
  readonly format: 'busbar-study/1';
  readonly site: {
    readonly name: string;
    readonly timeZone: string;
    readonly connectors: number;
    readonly circuits: readonly { readonly id: string; readonly parent: string | null; readonly limitA: PhaseValues }[];
  };
  readonly run: {
    readonly seed: number;
    readonly from: string;
    readonly to: string;
    readonly sessions: number;
    /** How long the run took, and how much virtual time it covered. */
    readonly tookS: number;
    readonly virtualHours: number;
  };
  readonly energy: {
    readonly demandKWh: number;
    readonly deliveredKWh: number;
    /** Delivered, in % of demand. */
    readonly metPercent: number;
    /** The most that anybody could have delivered who knew everything beforehand; null: not worked out. */
    readonly optimumKWh: number | null;
    readonly ofOptimumPercent: number | null;
  };
  readonly quality: Quality;
  /** The project's own simpler rules, and the optimum, on the same sessions in slots of time. */
  readonly references: readonly ({
    readonly rule: string;
    readonly deliveredKWh: number;
    readonly metPercent: number;
  } & Quality)[];
  /** Above a limit: the highest excess seen, A, and for how many seconds; all 0 in a good run. */
  readonly violations: {
    readonly drawnA: number;
    readonly drawnS: number;
    readonly committedA: number;
    readonly committedS: number;
  };
  readonly sessions: readonly SessionResult[];
  readonly circuits: readonly CircuitResult[];
  readonly series: Series;
  /** What another size of the connection would deliver. */
  readonly sizing: readonly SizingRow[];
  /** By the tariff that was given; null without one. */
  readonly cost: { readonly currency: string; readonly total: number; readonly perKWh: number } | null;
};

/** L1, L2, L3 of the grid. */
export type PhaseValues = readonly [number, number, number];

export type Quality = {
  /** Jain's index of what each session got of what it wanted: 1 is equal. */
  readonly jain: number;
  /** Sessions that wanted energy and got none. */
  readonly neverStarted: number;
  /** Sessions that left with less than 95 % of what they wanted. */
  readonly leftShort: number;
  readonly pausesPerSession: number;
  /** From arrival to the first current; null where nobody charged. */
  readonly waitingMinutes: { readonly median: number; readonly p90: number; readonly longest: number } | null;
};

export type SessionResult = {
  readonly id: string;
  /** Null: no connector was free when it came. */
  readonly connector: string | null;
  readonly arrival: string;
  readonly departure: string;
  readonly demandKWh: number;
  readonly deliveredKWh: number;
  /** Null: it never began. */
  readonly waitingMinutes: number | null;
  readonly pauses: number;
  /** Only of one that left with less than 95 % of what it wanted. */
  readonly leftShort?: LeftShort;
};

/** Why a session left short: the first of these that holds, and in words. */
export type LeftShort = {
  readonly reason: 'turned-away' | 'stay-too-short' | 'came-late' | 'circuit-full' | 'circuit-granted' | 'other';
  readonly words: string;
};

export type CircuitResult = {
  readonly id: string;
  /** Highest current, and the highest sum of foreign load and what the book holds, A. */
  readonly peakA: PhaseValues;
  readonly peakCommittedA: PhaseValues;
  /** Hours in which some car got less because this phase of this circuit was full. */
  readonly bottleneckHours: PhaseValues;
  /** The same for any phase, in % of the hours in which some car wanted more than it got. */
  readonly bottleneckPercent: number;
};

/** One value for each step; of currents the highest of the step. */
export type Series = {
  readonly from: string;
  readonly stepS: number;
  readonly circuits: readonly { readonly id: string; readonly currentA: readonly [number[], number[], number[]] }[];
  /** Cars at the site, those that draw, and those that want energy and draw nothing. */
  readonly present: readonly number[];
  readonly charging: readonly number[];
  readonly waiting: readonly number[];
  readonly powerKW: readonly number[];
};

export type SizingRow = {
  /** Limit of the connection, A per phase, and in relation to the one of the site file. */
  readonly limitA: number;
  readonly ofConfigured: number;
  readonly deliveredKWh: number;
  readonly metPercent: number;
  readonly leftShort: number;
  readonly optimumKWh: number | null;
};

/** What the run of the whole controller gives of it; everything else is reckoned apart. */
export type StudyRun = Omit<StudyReport, 'references' | 'sizing' | 'cost'>;
