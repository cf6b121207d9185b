import { describe, expect, it } from 'vitest';
import { createControlRoom } from '../support/control-room.ts';

type Room = ReturnType<typeof createControlRoom>;

/** Answers each of our calls at once; returns how many there were. */
function answerFor({ clock }: Room, station: ReturnType<Room['boot']>, seconds: number): number {
  let answered = 0;
  for (let tick = 0; tick < seconds * 10; tick++) {
    clock.advance(100);
    for (const [id, action] of station.calls().slice(answered)) {
      station.answer(id, action === 'GetLocalListVersion' ? { listVersion: 0 } : { status: 'Accepted' });
      answered += 1;
    }
  }
  return answered;
}

describe('a store that takes no writes', () => {
  it('is no reason to ask a charge point again and again, and is caught up with once it takes them', () => {
    const room = createControlRoom({ policy: { localLists: 'on' } });
    const station = room.boot('CP1');
    room.database.pragma('query_only = ON');
    expect(answerFor(room, station, 600)).toBeLessThan(10);
    expect(room.reader.localList('CP1')).toBeNull();
    room.database.pragma('query_only = OFF');
    answerFor(room, station, 3_600);
    expect(room.reader.localList('CP1')?.state).toBe('in-line');
  });
});
