import type { Event } from '../../domain/events.ts';
import { sentence } from '../../domain/explanation.ts';
import { type Instant, milliAmps } from '../../domain/units.ts';
import { type ConnectorState, commandedMA } from './state.ts';
import type { World } from './world.ts';

/** What a connector may take, and why, whenever that has changed: for displays, and for the history. */
export function changesOf(world: World, connectors: readonly ConnectorState[], at: Instant): Event[] {
  const { site } = world;
  const events: Event[] = [];
  for (const state of connectors) {
    const grantMA = commandedMA(state);
    settleTimes(state, grantMA, at);
    // A time that is counted down is no change.
    const transactionId = state.running?.id ?? null;
    const {
      said,
      because: { kind },
    } = state;
    if (said !== null && said.transactionId === transactionId && said.grantMA === grantMA && said.kind === kind)
      continue;
    state.said = { transactionId, grantMA, kind };
    const { chargePointId, connectorId } = state.model;
    const because = sentenceOf(world, state);
    if (transactionId !== null) site.log.info({ chargePointId, connectorId, transactionId }, because);
    events.push({ type: 'grant-changed', chargePointId, connectorId, transactionId, grantMA, because, at });
  }
  return events;
}

export function sentenceOf({ site }: World, state: ConnectorState): string {
  return sentence(state.because, {
    grantMA: milliAmps(commandedMA(state)),
    circuitName: (id) => id,
    clock: site.clockText,
  });
}

/** Turns are counted by what a car may take. */
function settleTimes(state: ConnectorState, grantMA: number, at: Instant): void {
  if (state.running === null) return;
  const isOn = grantMA >= state.model.minMA;
  if (isOn && state.onSince === null) Object.assign(state, { onSince: at, offSince: null, waitingSince: null });
  else if (!isOn && state.onSince !== null) Object.assign(state, { onSince: null, offSince: at, waitingSince: at });
}
