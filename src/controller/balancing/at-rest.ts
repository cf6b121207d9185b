import type { ConnectorBook } from '../../balancer/book.ts';
import { NOTHING_MA } from './samples.ts';
import type { ConnectorState } from './state.ts';

/**
 * A connector at which nothing is under way: no car, its floor proven and all that its book holds, everything said and
 * written. Time alone changes nothing there, so that a look passes it by until something happens. Most are, at most times.
 */
export function isAtRest(state: ConnectorState): boolean {
  const { running, floor, model, draw, said } = state;
  return (
    running === null &&
    state.ending.size === 0 &&
    state.obedience === 'proven' &&
    state.pending === null &&
    state.asking === null &&
    state.recheck === null &&
    !state.unwritten &&
    // What it was told without a transaction may still have to be proven.
    state.commanded?.transactionId !== null &&
    floor.state === 'accepted' &&
    floor.mA === model.floorMA &&
    holdsFloorOnly(state.book, floor.seq) &&
    state.status !== 'Charging' &&
    (draw === null || draw.most < NOTHING_MA) &&
    state.unaskedSince === null &&
    model.smartCharging &&
    // The last look has seen it like this.
    state.plannedMA === 0 &&
    state.because.kind === 'no-car' &&
    said !== null &&
    said.kind === 'no-car' &&
    said.transactionId === null &&
    said.grantMA === model.floorMA
  );
}

/** `seq`: of the floor that it was last sent. */
function holdsFloorOnly(book: ConnectorBook, seq: number | null): boolean {
  const [floor] = book.entries;
  return (
    book.entries.length === 1 &&
    floor !== undefined &&
    floor.kind === 'floor' &&
    floor.until === null &&
    floor.seq === seq &&
    book.floorProven &&
    book.unseenSince === null &&
    !book.distrusted &&
    !book.isolated &&
    !book.hasTwin
  );
}
