/** One sentence for every connector at any time: how much it may draw, why, what would help. From the reason alone. */
import type { Because } from './because.ts';
import type { GridPhase } from './site-model.ts';
import type { Instant, MilliAmps } from './units.ts';

export type Telling = {
  /** What it may draw now, mA of one phase. */
  readonly grantMA: MilliAmps;
  /** How people call a circuit. */
  readonly circuitName: (id: string) => string;
  /** A time as the site's clock shows it. */
  readonly clock: (at: Instant) => string;
};

/** A sentence for a driver or an operator, such as "11 A: hall B is full on L2; it gets more when another car there takes less." */
export function sentence(because: Because, telling: Telling): string {
  return `${amps(telling.grantMA)}: ${reason(because, telling)}.`;
}

function reason(because: Because, { grantMA, circuitName, clock }: Telling): string {
  switch (because.kind) {
    case 'demand-met':
      return 'the car gets all that it can use';
    case 'circuit-full':
      return `${circuitName(because.circuit)} is full on ${phaseName(because.phase)}; it gets more when another car there takes less or leaves`;
    case 'power-full':
      return `${circuitName(because.circuit)} is at its limit in watts; it gets more when another car there takes less or leaves`;
    case 'unbalance':
      return `more on ${phaseName(because.phase)} of ${circuitName(because.circuit)} would unbalance its phases; a load on the other phases would help`;
    case 'waiting-for-minimum': {
      const where = `${circuitName(because.circuit)}${because.phase === null ? '' : ` on ${phaseName(because.phase)}`}`;
      const when =
        because.nextTurn === null
          ? 'it begins when another car there is done'
          : `its turn is at ${clock(because.nextTurn)} at the latest, earlier if another car is done`;
      return `${where} has no room for the least that the car charges with; ${when}`;
    }
    case 'floors-unproven': {
      const who = because.more === 0 ? because.of : `${because.of} and ${because.more} more`;
      return `${circuitName(because.circuit)} counts ${who} with all that they can draw, because nobody has seen yet that they keep a floor; connect them, and let a car charge there once`;
    }
    case 'not-eligible':
      return 'less is allowed here than the least that the car charges with; a higher limit for this connector would help';
    case 'no-car':
      return 'no car wants to charge';
    case 'no-surplus':
      return grantMA === 0
        ? 'only surplus is used and there is not enough of it; it begins with more sun, or with a boost'
        : 'only surplus is used and there is no more of it; it gets more with more sun, or with a boost';
    case 'resting':
      return 'the car has drawn nothing for a while, so others get its share; it is asked again within half an hour';
    case 'target-reached':
      return 'the car has the energy that was asked for; a higher target or a boost gives it more';
    case 'offline':
      return because.until === null
        ? 'the charge point is not connected and keeps what it had; it is served again once its connection is back'
        : `the charge point is not connected and falls back to its floor by ${clock(because.until)}; it is served again once its connection is back`;
    case 'unproven':
      return 'the charge point has not yet proven that it keeps its floor; it gets more once it has';
    case 'disobedient':
      return `the charge point draws more than its limit (next step: ${because.step}); it is served again once it obeys`;
    case 'drawing-unasked':
      return 'current flows without a session; it is served again once a session is started or the current ends';
    case 'two-under-one-id':
      return 'two charge points go by this id, so it gets the least; give one of them an id of its own';
    case 'waiting-for-release':
      return `a larger share is decided and waits until another car on ${circuitName(because.circuit)} has really gone down; that takes some seconds`;
    case 'settling':
      return `its limit was changed just now; the next raise is possible from ${clock(because.until)} on`;
    case 'changes-spent':
      return 'its limit was changed too often today to be raised again; it is lowered where it must be, and raised again tomorrow';
    case 'meter-stale':
      return `the meter of ${circuitName(because.circuit)} has fallen silent, so nothing is raised; it gets more once the meter is back`;
    case 'limit-from-outside':
      return `${because.source} limits ${circuitName(because.circuit)}; it gets more when that limit ends`;
    case 'no-smart-charging':
      return 'this charge point takes no limits and is reckoned with its rating';
  }
}

/** Of a reason: its kind, what it names, and the sentence. Times in ms since 1970; whoever sends it makes them text. */
export type BecauseView = {
  readonly kind: Because['kind'];
  readonly sentence: string;
  readonly circuit: string | null;
  readonly phase: 'L1' | 'L2' | 'L3' | null;
  /** When it changes by itself or at the latest, where that is known. */
  readonly until: Instant | null;
};

export function becauseView(because: Because, telling: Telling): BecauseView {
  const phase = 'phase' in because ? because.phase : null;
  return {
    kind: because.kind,
    sentence: sentence(because, telling),
    circuit: 'circuit' in because ? because.circuit : null,
    phase: phase === null ? null : phaseName(phase),
    until: 'nextTurn' in because ? because.nextTurn : 'until' in because ? because.until : null,
  };
}

const phaseName = (phase: GridPhase): 'L1' | 'L2' | 'L3' => (['L1', 'L2', 'L3'] as const)[phase];

/** Tenths of an amp, without a needless zero: `6 A`, `8.5 A`. */
const amps = (mA: MilliAmps): string => `${Math.round(mA / 100) / 10} A`;
