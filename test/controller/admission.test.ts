import { describe, expect, it } from 'vitest';
import { openDoor } from '../../src/central-system/handler.ts';
import { createControlRoom } from '../support/control-room.ts';
import { registered } from '../support/things.ts';

describe('who may connect', () => {
  it('unknown charge points are accepted, or turned away with 404, as the site decides', () => {
    expect(createControlRoom({ policy: { unknownChargePoints: 'accept' } }).connect('CP1').state.is).toBe('open');
    expect(createControlRoom({ policy: { unknownChargePoints: 'pending' } }).connect('CP1').state.is).toBe('open');
    const strict = createControlRoom({ policy: { unknownChargePoints: 'refuse', configured: new Set(['named']) } });
    strict.given(registered('known'));
    expect(strict.connect('CP1').state).toMatchObject({ is: 'refused', httpStatus: 404, verdicts: 1 });
    expect(strict.connect('known').state.is).toBe('open');
    expect(strict.connect('named').state.is).toBe('open');
    expect(strict.controller.lines.get('CP1')).toBeNull();
  });

  it('where a password is needed, one that the configuration does not name can have none', () => {
    const room = createControlRoom({ policy: { security: { ...openDoor, least: 1 } }, passwords: { CP1: 'secret' } });
    expect(room.connect('CP2', { password: 'guess' }).state).toMatchObject({ is: 'refused', httpStatus: 401 });
    expect(room.connect('CP1', { password: 'secret' }).state.is).toBe('open');
  });

  it('one with a password needs it, under its own name, also when it is known', () => {
    const room = createControlRoom({ passwords: { CP1: 'secret' }, policy: { configured: new Set(['CP1']) } });
    room.given(registered('CP1'));
    expect(room.connect('CP1').state.httpStatus).toBe(401);
    expect(room.connect('CP1', { password: 'Secret' }).state.httpStatus).toBe(401);
    expect(room.connect('CP1', { password: 'secret', user: 'CP2' }).state.httpStatus).toBe(401);
    expect(room.connect('CP1', { password: 'secret' }).state.is).toBe('open');
  });

  it('too many wrong passwords make their source wait, not the charge point', () => {
    const room = createControlRoom({ passwords: { CP1: 'secret' } });
    for (let times = 0; times < 10; times++) {
      expect(room.connect('CP1', { password: 'guess', remoteAddress: 'thief' }).state.httpStatus).toBe(401);
    }
    expect(room.connect('CP1', { password: 'secret', remoteAddress: 'thief' }).state.httpStatus).toBe(429);
    expect(room.connect('CP1', { password: 'secret', remoteAddress: 'own' }).state.is).toBe('open');
    room.clock.advance(10_000);
    expect(room.connect('CP1', { password: 'guess', remoteAddress: 'thief' }).state.httpStatus).toBe(401);
    expect(room.connect('CP1', { password: 'guess', remoteAddress: 'thief' }).state.httpStatus).toBe(429);
  });

  it('at most 200 strangers at once, and the next one when one has gone', () => {
    const room = createControlRoom();
    const strangers = Array.from({ length: 200 }, (_, at) => room.connect(`stranger ${at}`));
    expect(room.connect('one more').state).toMatchObject({ is: 'refused', httpStatus: 503 });
    strangers[0]?.drop();
    expect(room.connect('one more').state.is).toBe('open');
  });

  it('handshakes that break off leave no stranger behind', () => {
    const room = createControlRoom();
    for (let at = 0; at < 250; at++) room.connect(`broken ${at}`, { breaksOff: true });
    expect([...room.controller.lines.all()]).toEqual([]);
    expect(room.connect('CP1').state.is).toBe('open');
  });

  it('when the store can not be read, it is told to come again', () => {
    const room = createControlRoom();
    room.database.exec('DROP TABLE charge_points');
    expect(room.connect('CP1').state).toMatchObject({ is: 'refused', httpStatus: 503, verdicts: 1 });
  });
});

describe('a second connection under the same id', () => {
  it('waits for the pong of the first, and replaces it after 3 s of silence', () => {
    const room = createControlRoom();
    const old = room.boot('CP1', { answersPings: false });
    const newcomer = room.connect('CP1');
    expect([old.state.pings, newcomer.state.is]).toEqual([1, 'asking']);
    room.clock.advance(2_999);
    expect(newcomer.state.is).toBe('asking');
    room.clock.advance(1);
    expect([old.state.is, newcomer.state.is, newcomer.state.verdicts]).toEqual(['closed', 'open', 1]);
    // The late close of the old socket does not hurt the new one, which is accepted without booting.
    expect(newcomer.call('Heartbeat', {})).toMatchObject([3, '1', { currentTime: '2026-01-15T12:00:03.000Z' }]);
    expect(room.controller.lines.get('CP1')?.counters.connections).toBe(2);
    expect(room.values('SELECT count(*) FROM alerts')).toEqual([0]);
  });

  it('that merely knows the id is refused when the first one lives, and an alert raised', () => {
    const room = createControlRoom();
    const old = room.boot('CP1');
    for (const remoteAddress of ['thief', 'thief']) {
      const newcomer = room.connect('CP1', { remoteAddress });
      expect(newcomer.state).toMatchObject({ is: 'refused', httpStatus: 409, verdicts: 1 });
    }
    expect(old.call('Heartbeat', {})).not.toBeNull();
    expect(room.rows('SELECT id, kind, charge_point_id, times FROM alerts')).toEqual([
      { id: 'identity:CP1', kind: 'identity-contested', charge_point_id: 'CP1', times: 2 },
    ]);
    expect(String(room.values('SELECT text FROM alerts')[0])).toContain('thief');
  });

  it('that has authenticated itself wins, but not in a storm of mutual replacement', () => {
    const room = createControlRoom({ passwords: { CP1: 'secret' } });
    const with_ = { password: 'secret' };
    let current = room.boot('CP1', with_);
    for (let times = 0; times < 3; times++) {
      const newcomer = room.connect('CP1', with_);
      expect([current.state.is, newcomer.state.is]).toEqual(['closed', 'open']);
      current = newcomer;
    }
    expect(room.connect('CP1', with_).state).toMatchObject({ is: 'refused', httpStatus: 409 });
    expect(current.state.is).toBe('open');
    room.clock.advance(60_000);
    expect(room.connect('CP1', with_).state.is).toBe('open');
    expect(current.state.is).toBe('closed');
  });

  it('has its turn at once when the first one closes by itself', () => {
    const room = createControlRoom();
    const old = room.boot('CP1', { answersPings: false });
    const newcomer = room.connect('CP1');
    room.clock.advance(1_000);
    old.drop();
    expect(newcomer.state.is).toBe('open');
    room.clock.advance(10_000);
    expect([newcomer.state.is, newcomer.state.verdicts]).toEqual(['open', 1]);
  });

  it('is the only one that is being checked: a third is told to come again', () => {
    const room = createControlRoom();
    room.boot('CP1', { answersPings: false });
    const second = room.connect('CP1');
    expect(room.connect('CP1').state).toMatchObject({ is: 'refused', httpStatus: 503 });
    room.clock.advance(3_000);
    expect(second.state.is).toBe('open');
  });

  it('that gave up meanwhile is let go, and the first one stays', () => {
    const room = createControlRoom();
    const old = room.boot('CP1', { answersPings: false });
    const newcomer = room.connect('CP1');
    newcomer.state.gone = true;
    room.clock.advance(3_000);
    expect(newcomer.state.verdicts).toBe(1);
    expect(old.call('Heartbeat', {})).not.toBeNull();
  });

  it('of a stranger that gave up leaves nothing behind', () => {
    const room = createControlRoom();
    const stranger = room.connect('CP1', { answersPings: false });
    const newcomer = room.connect('CP1');
    newcomer.state.gone = true;
    stranger.drop();
    expect(room.controller.lines.get('CP1')).toBeNull();
    room.clock.advance(10_000);
    expect(newcomer.state.verdicts).toBe(1);
  });

  it('is let in once when the first one closes at the very moment at which its time is up', () => {
    const room = createControlRoom();
    const old = room.boot('CP1', { answersPings: false });
    const newcomer = room.connect('CP1');
    old.lose();
    room.clock.fallDue(3_000);
    room.clock.settle();
    expect([newcomer.state.is, newcomer.state.verdicts]).toEqual(['open', 1]);
  });

  it('is not mistaken for alive by a late pong of the one that it has replaced', () => {
    const room = createControlRoom();
    const old = room.boot('CP1', { answersPings: false });
    const newcomer = room.connect('CP1', { answersPings: false });
    room.clock.fallDue(3_000);
    const third = room.approach('CP1');
    old.pong();
    room.clock.settle();
    expect([newcomer.state.is, third.state.is]).toEqual(['open', 'asking']);
    room.clock.advance(3_000);
    expect([newcomer.state.is, third.state.is]).toEqual(['closed', 'open']);
  });

  it('is answered when the process ends', () => {
    const room = createControlRoom();
    const old = room.boot('CP1', { answersPings: false });
    const newcomer = room.connect('CP1');
    old.drop();
    const third = room.connect('CP1');
    expect([newcomer.state.is, third.state.is]).toEqual(['open', 'refused']);
    const last = room.boot('CP2', { answersPings: false });
    const contender = room.connect('CP2');
    room.controller.stop();
    expect(contender.state).toMatchObject({ is: 'refused', httpStatus: 503, verdicts: 1 });
    expect(last.state.is).toBe('open');
  });
});
