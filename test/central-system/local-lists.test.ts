import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createControlRoom } from '../support/control-room.ts';
import { createListHolder, type Fault } from '../support/list-holder.ts';
import { token } from '../support/things.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const faults: readonly Fault[] = ['mismatch', 'failed', 'error', 'malformed', 'silence', 'late', 'drop'];

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('put' as const),
      tag: fc.nat(29),
      status: fc.constantFrom('Accepted', 'Blocked', 'Expired'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('remove' as const), tag: fc.nat(29) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('fault' as const),
      faults: fc.array(fc.constantFrom(...faults), { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('reboot' as const), losesList: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('reconnect' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('meddle' as const), version: fc.integer({ min: 0, max: 60 }) }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 90 }) }) },
);

describe('the local list', () => {
  it('comes in line whatever has happened, once faults have ended, with few messages', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 25 }),
        fc.integer({ min: 3, max: 40 }),
        fc.integer({ min: 5, max: 40 }),
        (steps, chunk, size) => {
          const room = createControlRoom({ policy: { localLists: 'on' } });
          const holder = createListHolder(room, 'CP1', { chunk, room: size });
          let highest = 0;
          for (const one of steps) {
            highest = Math.max(highest, holder.version());
            if (one.does === 'put') {
              const { status } = one;
              room.execute({ type: 'put-token', token: token({ idTag: `Card${one.tag}`, status }) });
            } else if (one.does === 'remove') room.execute({ type: 'remove-token', idTag: `card${one.tag}` });
            else if (one.does === 'fault') holder.faults.push(...one.faults);
            else if (one.does === 'reboot') holder.reboot({ losesList: one.losesList });
            else if (one.does === 'reconnect') holder.reconnect();
            else if (one.does === 'wait') holder.live(one.minutes * MINUTE, 20_000);
            else {
              holder.list.clear();
              // With a version that we never sent, also before another one meddled: the same one for something else nobody could notice.
              holder.setVersion(one.version < 10 ? 0 : highest + 50 + one.version);
            }
            holder.serve();
          }
          holder.faults.length = 0;
          const before = holder.updates.length;
          // Two days: whatever was given up is tried again, and the version is verified.
          holder.live(50 * HOUR, 5 * MINUTE);

          const list = room.reader.localList('CP1');
          const known = new Map(
            room.reader.tokenBook().candidates.map((one) => [one.token.idTag.toLowerCase(), one.token.status]),
          );
          const right = [...holder.list].every(
            ([key, info]) => JSON.stringify(info) === JSON.stringify({ status: known.get(key) }),
          );
          expect([list?.state, list?.heldVersion, right]).toEqual(['in-line', holder.version(), true]);
          // What was learnt in bad times may leave room unused for a week; what is missing is said.
          const welcome = [...known.values()].filter((status) => status === 'Accepted').length;
          const held = [...holder.list.values()].filter((info) => JSON.stringify(info).includes('Accepted')).length;
          expect(held).toBe(welcome - (list?.missing ?? 0));
          expect(holder.updates.length - before).toBeLessThanOrEqual(60);

          const rested = holder.station().calls().length;
          holder.live(HOUR, 5 * MINUTE);
          expect(holder.station().calls().length - rested).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 120 },
    );
  });
});
