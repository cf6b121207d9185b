import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import { type ControlRoom, createControlRoom } from '../support/control-room.ts';

const boot = { chargePointVendor: 'V', chargePointModel: 'M' };
const aStart = { connectorId: 1, idTag: 'CARD1', meterStart: 5, timestamp: '2026-01-15T12:00:00Z' };
const counters = (room: ControlRoom, id = 'CP1') => room.controller.lines.get(id)?.counters;
const outcomes = (room: ControlRoom) =>
  [...room.controller.messages()].reverse().map(({ direction, outcome }) => `${direction} ${outcome}`);
const trigger = (requestedMessage: string, over: object = {}): Command => ({
  type: 'operate',
  chargePointId: 'CP1',
  action: 'TriggerMessage',
  payload: { requestedMessage, ...over },
});

describe('a frame', () => {
  it('that is a call is answered after its commit, and shown with what became of it', () => {
    const room = createControlRoom();
    const station = room.connect('CP1');
    expect(station.call('BootNotification', boot)).toEqual([
      3,
      '1',
      { status: 'Accepted', currentTime: '2026-01-15T12:00:00.000Z', interval: 300 },
    ]);
    expect(outcomes(room)).toEqual(['in ok', 'out ok']);
    expect(counters(room)).toMatchObject({ framesIn: 1, framesOut: 1, refused: 0 });
  });

  it.each([
    ['no JSON', 'hello', 'not JSON'],
    ['an unknown type', '[9,"1",{}]', 'unknown message type'],
    ['no id', '[2,{},"Heartbeat",{}]', 'no usable message id'],
  ])('that is %s is ignored and counted', (_, text, reason) => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    const before = station.received.length;
    station.say(text);
    expect(station.received).toHaveLength(before);
    expect(counters(room)).toMatchObject({ ignored: 1 });
    expect(outcomes(room).at(-1)).toBe(`in ignored: ${reason}`);
  });

  it.each([
    ['FormationViolation', '[2,"7","Heartbeat",[]]'],
    ['NotImplemented', '[2,"7","MakeCoffee",{}]'],
    ['NotSupported', '[2,"7","Reset",{"type":"Hard"}]'],
    ['TypeConstraintViolation', '[2,"7","Authorize",{"idTag":{}}]'],
    ['ProtocolError', '[2,"7","Authorize",{}]'],
    [
      'PropertyConstraintViolation',
      '[2,"7","StatusNotification",{"connectorId":65,"errorCode":"NoError","status":"Available"}]',
    ],
  ])('that can not be handled is refused with %s', (code, text) => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    station.say(text);
    expect(station.lastFrame()).toMatchObject([4, '7', code]);
    expect(counters(room)).toMatchObject({ refused: 1 });
    expect(outcomes(room).slice(-2)).toEqual([`in ${code}`, `out ${code}`]);
  });

  it('that bends the rules is taken, and counted by the name of the tolerance', () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    expect(station.call('Heartbeat', { extra: 1 })).toMatchObject([3, '2', {}]);
    expect([...(counters(room)?.tolerated.values() ?? [])]).toEqual([1]);
  });

  it('that is binary closes the connection', () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    station.binary();
    expect(station.state.closeCode).toBe(1003);
  });
});

it('a boot forgets how far its clock was off: it has just been told the time', () => {
  const room = createControlRoom();
  const offset = () => room.controller.lines.get('CP1')?.clock.offsetMs;
  const status = { connectorId: 1, errorCode: 'NoError', status: 'Available', timestamp: '2026-01-15T12:00:20Z' };
  const first = room.boot('CP1');
  first.call('StatusNotification', status);
  expect(offset()).toBe(20_000);
  first.drop();
  const again = room.connect('CP1');
  expect(offset()).toBe(20_000);
  again.call('BootNotification', { ...boot, firmwareVersion: '2.0' });
  expect(offset()).toBeNull();
  again.call('StatusNotification', { ...status, timestamp: '2026-01-15T12:00:01Z' });
  expect(offset()).toBe(1_000);
  // The same boot told once more, when asked for.
  again.call('BootNotification', boot);
  expect(offset()).toBe(1_000);
});

describe('a repeated message id', () => {
  it('with the same content gets the same answer, and does nothing twice', () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    const first = station.call('StartTransaction', aStart, 'x');
    room.clock.advance(10_000);
    expect(station.call('StartTransaction', aStart, 'x')).toEqual(first);
    expect(station.call('Heartbeat', {}, 'x')).toMatchObject([3, 'x', { currentTime: '2026-01-15T12:00:10.000Z' }]);
    expect(room.values('SELECT kind FROM evidence')).toEqual(['start']);
    expect(counters(room)?.replayed).toBe(1);
  });

  it('in one go is decided once: the second waits for what the first did', () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    const text = JSON.stringify([2, 'x', 'StartTransaction', aStart]);
    station.send(text);
    station.send(text);
    room.clock.settle();
    expect(station.received.at(-1)).toBe(station.received.at(-2));
    expect(room.values('SELECT kind FROM evidence')).toEqual(['start']);
  });

  it('on another connection is a message of its own', () => {
    const room = createControlRoom();
    const first = room.boot('CP1').call('Heartbeat', {}, '1');
    room.controller.lines.get('CP1')?.session?.connection.terminate();
    room.clock.advance(1_000);
    const again = room.connect('CP1').call('Heartbeat', {}, '1');
    expect(again).not.toEqual(first);
  });

  it('after a refusal is judged anew', () => {
    const room = createControlRoom();
    const station = room.connect('CP1');
    expect(station.call('Heartbeat', {}, 'x')).toMatchObject([4, 'x', 'SecurityError']);
    station.call('BootNotification', boot);
    expect(station.call('Heartbeat', {}, 'x')).toMatchObject([3, 'x', {}]);
  });
});

describe('what can not be stored', () => {
  it('because of the message alone is answered InternalError, and others go on', () => {
    const room = createControlRoom();
    const [one, two] = [room.boot('CP1'), room.boot('CP2')];
    room.database.exec(
      "CREATE TRIGGER fault BEFORE INSERT ON transactions WHEN new.connector_id = 9 BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    one.send(JSON.stringify([2, 'a', 'StartTransaction', { ...aStart, connectorId: 9 }]));
    two.send(JSON.stringify([2, 'b', 'StartTransaction', aStart]));
    room.clock.settle();
    expect(one.frames().at(-1)).toEqual([4, 'a', 'InternalError', 'the message could not be recorded', {}]);
    expect(two.lastFrame()).toMatchObject([3, 'b', { transactionId: 1 }]);
    expect(one.call('Heartbeat', {})).toMatchObject([3, '2', {}]);
  });

  it('because nothing can be is not answered at all: the charge point repeats, and is then recorded once', () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    room.database.exec(
      "CREATE TRIGGER full AFTER INSERT ON transactions BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END",
    );
    expect(station.call('StartTransaction', aStart, 'a')).toBeNull();
    expect(outcomes(room).at(-1)).toBe('in not stored');
    expect(room.controller.lines.get('CP1')?.live.runningTransaction(1)).toBeNull();
    room.database.exec('DROP TRIGGER full');
    expect(station.call('StartTransaction', aStart, 'a')).toMatchObject([3, 'a', { transactionId: 1 }]);
    expect(room.controller.lines.get('CP1')?.live.runningTransaction(1)).toBe(1);
    expect(room.values('SELECT kind FROM evidence')).toEqual(['start']);
  });

  it('because deciding on it fails is answered InternalError', () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    room.database.exec('ALTER TABLE tokens RENAME TO elsewhere');
    expect(station.call('Authorize', { idTag: 'CARD1' })).toMatchObject([4, '2', 'InternalError']);
    room.database.exec('ALTER TABLE elsewhere RENAME TO tokens');
    expect(station.call('Authorize', { idTag: 'CARD1' })).toMatchObject([3, '3', {}]);
    expect(counters(room)?.refused).toBe(1);
  });
});

describe('before it is accepted', () => {
  const pending = () => createControlRoom({ policy: { unknownChargePoints: 'pending' } });

  it('a charge point may only boot, is told so, and is invited to do so once a connection', () => {
    const room = pending();
    const station = room.connect('CP1');
    expect(station.call('Heartbeat', {})).toMatchObject([4, '1', 'SecurityError']);
    expect(station.call('StartTransaction', aStart)).toMatchObject([4, '2', 'SecurityError']);
    station.answer('our-1', { status: 'Accepted' });
    expect(station.calls()).toEqual([['our-1', 'TriggerMessage', { requestedMessage: 'BootNotification' }]]);
    expect(station.call('BootNotification', boot)).toMatchObject([3, '3', { status: 'Pending', interval: 30 }]);
    expect(station.call('Heartbeat', {})).toMatchObject([4, '4', 'SecurityError']);
    expect(room.values('SELECT count(*) FROM transactions')).toEqual([0]);
  });

  it('a rejected one is not invited', () => {
    const room = pending();
    const station = room.connect('CP1');
    station.call('BootNotification', boot);
    room.execute({ type: 'reject', chargePointId: 'CP1' });
    expect(station.call('Heartbeat', {})).toMatchObject([4, '2', 'SecurityError']);
    expect(station.calls()).toEqual([]);
    expect(station.call('BootNotification', boot)).toMatchObject([3, '3', { status: 'Rejected', interval: 3_600 }]);
  });

  it('it may send what we triggered, once', () => {
    const room = pending();
    const station = room.boot('CP1');
    room.execute(trigger('Heartbeat'));
    expect(station.call('Heartbeat', {})).toMatchObject([3, '2', {}]);
    expect(station.call('Heartbeat', {})).toMatchObject([4, '3', 'SecurityError']);
  });

  it('it may send the status of every connector, when asked for all', () => {
    const room = pending();
    const station = room.boot('CP1');
    const status = (connectorId: number) =>
      station.call('StatusNotification', { connectorId, errorCode: 'NoError', status: 'Available' });
    room.execute(trigger('StatusNotification'));
    station.answer('our-1', { status: 'Accepted' });
    for (const connectorId of [0, 1, 2]) expect(status(connectorId)?.[0]).toBe(3);
    room.execute(trigger('StatusNotification', { connectorId: 1 }));
    expect([status(1)?.[0], status(2)?.[0]]).toEqual([3, 4]);
    expect(room.values('SELECT connector_id FROM connectors')).toEqual([0, 1, 2]);
  });

  it('it may ask for a certificate when it was told to renew its key', () => {
    const room = pending();
    const station = room.boot('CP1');
    room.execute({
      type: 'operate',
      chargePointId: 'CP1',
      action: 'ExtendedTriggerMessage',
      payload: { requestedMessage: 'SignChargePointCertificate' },
    });
    expect(station.call('SignCertificate', { csr: 'x' })).toMatchObject([3, '2', { status: 'Rejected' }]);
  });

  it('nothing is kept of one that never booted, even if we asked', () => {
    const room = createControlRoom();
    const station = room.connect('CP1');
    room.execute(trigger('StatusNotification'));
    expect(
      station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' }),
    ).toMatchObject([4, '1', 'SecurityError']);
  });

  it('a frame longer than 65,536 characters ends the connection', () => {
    const room = createControlRoom();
    const station = room.connect('CP1');
    station.say(`[2,"1","DataTransfer",{"vendorId":"v","data":"${'x'.repeat(65_536)}"}]`);
    expect(station.state.closeCode).toBe(1009);
    expect(station.received).toEqual([]);
    const accepted = room.boot('CP2');
    accepted.say(`[2,"9","DataTransfer",{"vendorId":"v","data":"${'x'.repeat(65_536)}"}]`);
    expect(accepted.lastFrame()).toMatchObject([3, '9', { status: 'UnknownVendorId' }]);
  });
});

describe('our calls', () => {
  const reset: Command = { type: 'operate', chargePointId: 'CP1', action: 'Reset', payload: { type: 'Soft' } };

  it('go out one at a time, each after the answer to the one before', async () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    const [first, second] = [room.execute(reset), room.execute(reset)];
    expect(station.calls()).toEqual([['our-1', 'Reset', { type: 'Soft' }]]);
    station.answer('our-1', { status: 'Rejected' });
    expect(await first.promise).toEqual({
      kind: 'answered',
      operationId: expect.any(String),
      payload: { status: 'Rejected' },
    });
    expect(station.calls()).toHaveLength(2);
    station.say('[4,"our-2","NotSupported","no",{"why":1}]');
    expect(await second.promise).toEqual({
      kind: 'call-error',
      operationId: expect.any(String),
      code: 'NotSupported',
      description: 'no',
      details: { why: 1 },
    });
  });

  it('do not wait for calls of the charge point, nor hold them up', () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    room.execute(reset);
    expect(station.call('Heartbeat', {})).toMatchObject([3, '2', {}]);
  });

  it('without an answer time out; one that comes late, or to nothing, is counted and ignored', async () => {
    const room = createControlRoom({ callTimeoutMs: 5_000 });
    const station = room.boot('CP1');
    const { promise } = room.execute(reset);
    room.clock.advance(5_000);
    expect(await promise).toEqual({ kind: 'no-answer', why: 'timeout' });
    station.answer('our-1', { status: 'Accepted' });
    station.answer('nothing', {});
    expect(counters(room)).toMatchObject({ lateAnswers: 1, unknownAnswers: 1 });
    expect(outcomes(room).slice(-2)).toEqual([
      'in ignored: answer came after its time-out',
      'in ignored: answer to nothing',
    ]);
  });

  it('whose answer breaks the schema show it as it came', async () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    const { promise } = room.execute(reset);
    station.answer('our-1', { status: 'Perhaps' });
    expect(await promise).toEqual({
      kind: 'answered',
      operationId: expect.any(String),
      payload: { status: 'Perhaps' },
    });
    expect(outcomes(room).at(-1)).toMatch(/^in malformed: /);
  });

  it('that were out when the connection was lost have no answer; the next one goes out on the next connection', async () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    const [out, waits] = [room.execute(reset), room.execute(reset)];
    station.drop();
    expect(await out.promise).toEqual({ kind: 'no-answer', why: 'disconnected' });
    const again = room.connect('CP1');
    expect(again.calls()).toEqual([['our-2', 'Reset', { type: 'Soft' }]]);
    again.answer('our-2', { status: 'Accepted' });
    expect(await waits.promise).toEqual({
      kind: 'answered',
      operationId: expect.any(String),
      payload: { status: 'Accepted' },
    });
  });

  it('that wait for a charge point that does not come back are dropped in time', async () => {
    const room = createControlRoom({ callTimeoutMs: 5_000 });
    const station = room.boot('CP1');
    room.execute(reset);
    const { promise } = room.execute(reset);
    station.drop();
    room.clock.advance(5_000);
    expect(await promise).toEqual({ kind: 'queue-full' });
    expect(room.connect('CP1').calls()).toEqual([]);
  });
});
