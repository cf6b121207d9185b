import { describe, expect, it } from 'vitest';
import { createLines } from '../../src/controller/lines.ts';
import { createSession } from '../../src/controller/session.ts';
import { monotonic } from '../../src/domain/units.ts';
import { NOON } from '../support/manual-clock.ts';
import { idleConnection, registered, started } from '../support/things.ts';

const session = () => createSession(idleConnection, 0, NOON, monotonic(0));

describe('lines', () => {
  it('are made once for each charge point, whatever it is called', () => {
    const lines = createLines();
    for (const id of ['CP1', '__proto__', 'constructor']) {
      expect(lines.get(id)).toBeNull();
      expect(lines.of(id)).toBe(lines.of(id));
      expect(lines.get(id)?.chargePointId).toBe(id);
    }
    expect([...lines.all()]).toHaveLength(3);
  });

  it('of strangers are forgotten when they have gone, and only then', () => {
    const lines = createLines();
    const line = lines.of('stranger');
    line.session = session();
    lines.forgetStranger(line);
    expect(lines.get('stranger')).toBe(line);
    line.session = null;
    lines.forgetStranger(line);
    expect(lines.get('stranger')).toBeNull();

    const known = lines.of('known');
    lines.follow(registered('known'));
    lines.forgetStranger(known);
    expect(lines.get('known')).toBe(known);
  });

  it('are full at 200 strangers, the registered not counted', () => {
    const lines = createLines();
    for (let at = 0; at < 199; at++) lines.of(`${at}`);
    lines.of('known');
    lines.follow(registered('known'));
    expect(lines.strangersFull()).toBe(false);
    lines.of('one more');
    expect(lines.strangersFull()).toBe(true);
  });

  it('follow what concerns their own charge point', () => {
    const lines = createLines();
    const [one, two] = [lines.of('CP1'), lines.of('CP2')];
    lines.follow(registered('CP1'));
    lines.follow(started(3, {}, 'CP1'));
    lines.follow(registered('CP3'));
    lines.follow({ type: 'alert-cleared', id: 'x', at: NOON });
    expect([one.registration, two.registration]).toEqual(['accepted', null]);
    expect([one.live.runningTransaction(1), two.live.runningTransaction(1)]).toEqual([3, null]);
    lines.follow({ type: 'registration-changed', chargePointId: 'CP1', registration: 'rejected', at: NOON });
    expect(one.registration).toBe('rejected');
    expect(lines.get('CP3')).toBeNull();
  });
});
