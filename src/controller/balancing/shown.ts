import { settled, settledAfterCut, worst } from '../../balancer/book.ts';
import { usedGridPhases } from '../../balancer/learned-phases.ts';
import type { Obedience } from '../../domain/balancing.ts';
import type { Because } from '../../domain/because.ts';
import type { MeterState } from '../../domain/meter.ts';
import type { GridPhase } from '../../domain/site-model.ts';
import { sentenceOf } from './changes.ts';
import { type ConnectorState, commandedMA } from './state.ts';
import { gridMeterOf, heldBy, plannedSums } from './sums.ts';
import { twinsOf } from './twins.ts';
import type { World } from './world.ts';

/** What the loop knows, as it is shown: amps per phase, L1 to L3, rounded to a hundredth. */

type Amps3 = [number, number, number];

export type CircuitShown = {
  readonly id: string;
  readonly parent: string | null;
  /** As configured; what holds now, with margin and limits from outside, is `carriesA`. */
  readonly limitA: Amps3;
  readonly carriesA: Amps3;
  readonly foreignA: Amps3;
  readonly measuredA: [number | null, number | null, number | null];
  /** What may legally flow into charge points below it now. */
  readonly committedA: Amps3;
  readonly plannedA: Amps3;
  /** With reserves, what may remain if this gateway dies now and nobody touches anything. */
  readonly deadBoxA: Amps3;
  /** The same if besides the power fails and comes back: of clocks that nobody has proven to survive that, nothing is expected. */
  readonly afterPowerCutA: Amps3;
  /** The fullest phase, 1 to 3; null where there is room for a minimum on each. */
  readonly bindingPhase: 1 | 2 | 3 | null;
  /** Nothing on it is raised now. */
  readonly held: boolean;
  readonly meter: {
    readonly id: string;
    readonly ageS: number | null;
    readonly quality: string;
    readonly why: string | null;
  } | null;
};

export type ConnectorShown = {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly circuit: string;
  readonly transactionId: number | null;
  readonly plannedA: number;
  /** What it may draw by our last word. */
  readonly limitA: number;
  /** What it may legally draw now, whatever was lost on the way. */
  readonly committedA: number;
  readonly deadBoxA: number;
  readonly afterPowerCutA: number;
  readonly grant: { readonly limitA: number; readonly untilS: number | null; readonly state: string } | null;
  readonly floorA: number;
  readonly floorState: string;
  readonly obedience: Obedience;
  readonly gridPhases: number[];
  readonly appetiteA: number;
  readonly because: string;
  readonly reason: Because;
};

export function createShown(world: World) {
  const { index, connectors, site } = world;
  const amps = (mA: number): number => Math.round(mA / 10) / 100;

  return { circuits, connectors: () => connectors.map(connector), connector: byId, meters, limitState };

  function byId(chargePointId: string, connectorId: number): ConnectorShown | null {
    const state = world.byKey.get(`${chargePointId}/${connectorId}`);
    return state === undefined ? null : connector(state);
  }

  function connector(state: ConnectorState): ConnectorShown {
    const { model, running, commanded, book, floor } = state;
    const now = site.clock.monotonic();
    const entry = book.entries.find(({ seq }) => seq === commanded?.seq);
    const untilMs = entry?.until ?? null;
    return {
      chargePointId: model.chargePointId,
      connectorId: model.connectorId,
      circuit: model.circuit,
      transactionId: running?.id ?? null,
      plannedA: amps(state.plannedMA),
      limitA: amps(commandedMA(state)),
      committedA: amps(worst(book, now, running?.id ?? null)),
      deadBoxA: amps(settled(book)),
      afterPowerCutA: amps(settledAfterCut(book)),
      grant:
        commanded === null
          ? null
          : {
              limitA: amps(commanded.grantMA),
              untilS: untilMs === null ? null : Math.max(0, Math.round((untilMs - now) / 1_000)),
              state: commanded.isProven ? 'proven' : commanded.state,
            },
      floorA: amps(model.floorMA),
      floorState: book.floorProven ? 'proven' : floor.state,
      obedience: state.obedience,
      gridPhases: usedGridPhases(state.learning, model.rotation).map((phase) => phase + 1),
      appetiteA: amps(state.appetite.maxMA),
      because: sentenceOf(world, state),
      reason: state.because,
    };
  }

  function circuits(): CircuitShown[] {
    const { planned } = world;
    const dead = heldBy(world, settled);
    const afterCut = heldBy(world, settledAfterCut);
    const plannedMA = plannedSums(world);
    return index.circuits.map((circuit, node): CircuitShown => {
      const load = planned?.loads[node];
      const state = gridMeterOf(world, circuit.id);
      const carries = (phase: GridPhase): number => planned?.limits[node * 3 + phase] ?? circuit.limitMA[phase];
      const foreign = (phase: GridPhase): number => load?.gateMA[phase] ?? circuit.reserveMA[phase];
      const committed = (phase: GridPhase): number => planned?.sums[node * 3 + phase] ?? 0;
      const free = phases((phase) => carries(phase) - foreign(phase) - (plannedMA[node * 3 + phase] ?? 0));
      const least = Math.min(...free);
      return {
        id: circuit.id,
        parent: circuit.parent,
        limitA: phases((phase) => amps(circuit.limitMA[phase])),
        carriesA: phases((phase) => amps(carries(phase))),
        foreignA: phases((phase) => amps(load?.nowMA[phase] ?? circuit.reserveMA[phase])),
        measuredA: measuredOf(state),
        committedA: phases((phase) => amps(committed(phase))),
        plannedA: phases((phase) => amps(plannedMA[node * 3 + phase] ?? 0)),
        deadBoxA: phases((phase) => amps(dead[node * 3 + phase] ?? 0)),
        afterPowerCutA: phases((phase) => amps(afterCut[node * 3 + phase] ?? 0)),
        bindingPhase: least < 1_000 ? ((free.indexOf(least) + 1) as 1 | 2 | 3) : null,
        held: planned?.held.has(circuit.id) ?? false,
        meter:
          state === undefined
            ? null
            : {
                id: state.meterId,
                ageS: state.ageMs === null ? null : Math.round(state.ageMs / 100) / 10,
                quality: state.quality,
                why: state.why,
              },
      };
    });
  }

  /** By its own meter, where it has one. */
  function measuredOf(state: MeterState | undefined): [number | null, number | null, number | null] {
    const last = state?.last;
    if (last == null) return [null, null, null];
    return phases((phase) => amps(last.currentMA[phase]));
  }

  function meters(): readonly MeterState[] {
    return index.model.meters.flatMap(({ id }) => world.meters.get(id) ?? []);
  }

  /** `degraded`: a meter does not tell, or somebody does not obey, or two go by one id. */
  function limitState(): 'balancing' | 'degraded' {
    const blind = [...world.meters.values()].some(({ quality }) => quality !== 'fresh');
    const unruly = connectors.some(({ obedience }) => obedience === 'disobedient' || obedience === 'drawing-unasked');
    return blind || unruly || twinsOf(world).size > 0 ? 'degraded' : 'balancing';
  }
}

function phases<T>(of: (phase: GridPhase) => T): [T, T, T] {
  return [of(0), of(1), of(2)];
}
