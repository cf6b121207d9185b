import { describe, expect, it } from 'vitest';
import { maskSecrets } from '../../src/ocpp/secrets.ts';
import { eventView } from '../../src/store/event-view.ts';
import { createControlRoom } from '../support/control-room.ts';

const OLD = '00112233445566778899aabbccddeeff00112233';
const NEW = 'ffeeddccbbaa99887766554433221100ffeeddcc';

/** A charge point with a password, which is sent a new one. */
function setUp(passwords: Record<string, string> = { CP1: OLD }) {
  const room = createControlRoom({ passwords });
  const own = passwords.CP1;
  const station = room.boot('CP1', own === undefined ? {} : { password: own });
  return {
    room,
    station,
    /** Sends the key; `answer` null: none comes. */
    change(key: string, answer: object | string | null, to = station, where = room): void {
      const payload = { key: 'AuthorizationKey', value: key };
      where.execute({ type: 'operate', chargePointId: 'CP1', action: 'ChangeConfiguration', payload });
      const id = to.calls().at(-1)?.[0];
      if (typeof answer === 'string') to.say(JSON.stringify([4, id, answer, '', {}]));
      else if (answer !== null) to.answer(id, answer);
      else where.clock.advance(31_000);
    },
    /** Whether a connection with this password is let in; whoever was there is gone before. */
    lets(password: string | undefined, where = room): boolean {
      const came = where.connect('CP1', { answersPings: false, ...(password === undefined ? {} : { password }) });
      where.clock.advance(3_000);
      const open = came.state.is === 'open';
      came.drop();
      return open;
    },
  };
}

describe('a changed AuthorizationKey', () => {
  it('counts at once when it is accepted, and the old one does not any more (TC_073)', () => {
    const { room, station, change, lets } = setUp();
    change(NEW, { status: 'Accepted' });
    station.drop();
    expect([lets(OLD), lets(NEW), lets(NEW.toUpperCase()), lets(undefined)]).toEqual([false, true, true, false]);
    expect(room.values('SELECT state FROM credentials')).toEqual(['used']);
  });

  it('holds after a restart of the process, until the configured password is another', () => {
    const { room, station, change, lets } = setUp();
    change(NEW, { status: 'Accepted' });
    station.drop();
    const later = createControlRoom({ passwords: { CP1: OLD }, database: room.database });
    expect([lets(OLD, later), lets(NEW, later)]).toEqual([false, true]);

    const edited = createControlRoom({ passwords: { CP1: 'something else' }, database: room.database });
    expect([lets(NEW, edited), lets('something else', edited)]).toEqual([false, true]);
    // Whoever edits it back does not bring the forgotten one back.
    const back = createControlRoom({ passwords: { CP1: OLD }, database: room.database });
    expect([lets(NEW, back), lets(OLD, back)]).toEqual([false, true]);
  });

  it.each(['Rejected', 'NotSupported'])('%s keeps the old one', (status) => {
    const { room, station, change, lets } = setUp();
    change(NEW, { status });
    station.drop();
    expect([lets(NEW), lets(OLD)]).toEqual([false, true]);
    expect(room.values('SELECT state FROM credentials')).toEqual([]);
  });

  it('RebootRequired: both count, however often the old one comes, until the new one has come', () => {
    const { station, change, lets } = setUp();
    change(NEW, { status: 'RebootRequired' });
    station.drop();
    expect([lets(OLD), lets(OLD), lets(NEW), lets(OLD)]).toEqual([true, true, true, false]);
  });

  it.each([
    ['silence', null],
    ['an error', 'InternalError'],
    ['nonsense', { status: 'Perhaps' }],
  ])('%s: both count until one of them has come', (_, answer) => {
    const first = setUp();
    first.change(NEW, answer);
    first.station.drop();
    expect([first.lets(OLD), first.lets(NEW)]).toEqual([true, false]);
    const second = setUp();
    second.change(NEW, answer);
    second.station.drop();
    expect([second.lets(NEW), second.lets(OLD)]).toEqual([true, false]);
  });

  it('the process dies between sending and answer: both count', () => {
    const { room, lets } = setUp();
    const payload = { key: 'authorizationkey', value: NEW };
    room.execute({ type: 'operate', chargePointId: 'CP1', action: 'ChangeConfiguration', payload });
    const later = createControlRoom({ passwords: { CP1: OLD }, database: room.database });
    expect([lets(NEW, later), lets(OLD, later)]).toEqual([true, false]);
  });

  it('the first password of a charge point is asked for once it has used it', () => {
    const { station, change, lets } = setUp({});
    change(NEW, { status: 'Accepted' });
    station.drop();
    expect([lets(undefined), lets('something else'), lets(NEW)]).toEqual([true, true, true]);
    expect([lets(undefined), lets('something else'), lets(NEW)]).toEqual([false, false, true]);
  });

  it('of plain text counts as it is', () => {
    const { station, change, lets } = setUp();
    change('Correct horse 99', { status: 'Accepted' });
    station.drop();
    expect([lets('correct horse 99'), lets('Correct horse 99'), lets(OLD)]).toEqual([false, true, false]);
  });

  it('changed twice: the last accepted one counts', () => {
    const { room, station, change, lets } = setUp();
    change(NEW, { status: 'Accepted' });
    const third = OLD.replaceAll('0', '7');
    change(third, { status: 'Accepted' });
    station.drop();
    expect([lets(OLD), lets(NEW), lets(third)]).toEqual([false, false, true]);
    expect(room.values('SELECT count(*) FROM credentials')).toEqual([1]);
  });

  it('sent many times without an answer leaves four of them', () => {
    const { room, change } = setUp();
    for (let round = 0; round < 8; round++) change(NEW.replaceAll('f', String(round)), null);
    expect(room.values('SELECT count(*) FROM credentials')).toEqual([4]);
  });

  it('is not sent where it can not be recorded', async () => {
    const { room, station } = setUp();
    const before = station.calls().length;
    room.database.exec('DROP TABLE credentials');
    const payload = { key: 'AuthorizationKey', value: NEW };
    const { promise } = room.execute({ type: 'operate', chargePointId: 'CP1', action: 'ChangeConfiguration', payload });
    expect(await promise).toEqual({ kind: 'store-failed' });
    expect(station.calls()).toHaveLength(before);
  });

  it('stands nowhere in clear: not on disk, in the message log, the live stream or the log', () => {
    const { room, change } = setUp();
    const heard: string[] = [];
    room.controller.feed.listen(({ event }) => heard.push(JSON.stringify(eventView(event))));
    change(NEW, { status: 'Accepted' });
    const bytes = Buffer.from(NEW, 'hex');
    const disk = room.database.serialize();
    expect(disk.includes(NEW)).toBe(false);
    expect(disk.includes(bytes)).toBe(false);
    expect(disk.includes(bytes.toString('base64'))).toBe(false);
    expect(room.rows('SELECT * FROM operations')).toHaveLength(1);
    // The frame itself is in memory for a while, and shown masked.
    const frames = [...room.controller.messages()].map(({ text }) => maskSecrets(text));
    const shown = JSON.stringify([room.log.lines, frames, heard]);
    expect(shown).toContain('AuthorizationKey');
    expect(shown).not.toContain(NEW);
  });
});
