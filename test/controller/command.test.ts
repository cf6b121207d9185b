import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import { createControlRoom } from '../support/control-room.ts';
import { token } from '../support/things.ts';

const reset = (chargePointId: string): Command => ({
  type: 'operate',
  chargePointId,
  action: 'Reset',
  payload: { type: 'Hard' },
});

describe('operate', () => {
  it('needs a charge point that is there', async () => {
    const room = createControlRoom({ policy: { configured: new Set(['named']) } });
    expect(await room.execute(reset('nobody')).promise).toEqual({ kind: 'unknown', what: 'charge point nobody' });
    expect(await room.execute(reset('named')).promise).toEqual({ kind: 'not-connected' });
    room.boot('CP1').drop();
    expect(await room.execute(reset('CP1')).promise).toEqual({ kind: 'not-connected' });
  });

  it('ends with queue-full beyond 100 that wait', async () => {
    const room = createControlRoom();
    room.boot('CP1');
    const taken = Array.from({ length: 101 }, () => room.execute(reset('CP1')));
    expect(await room.execute(reset('CP1')).promise).toEqual({ kind: 'queue-full' });
    expect(taken.map(({ ended }) => ended.result)).toEqual(taken.map(() => null));
  });

  it('goes out even when the turn that it is in can not be stored', () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    room.database.exec("CREATE TRIGGER full AFTER INSERT ON tokens BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END");
    void room.controller.execute({ type: 'put-token', token: token() });
    room.execute(reset('CP1'));
    expect(station.calls()).toHaveLength(1);
  });

  it('does not start a transaction at a charge point that is not accepted, unless told to all the same', async () => {
    const room = createControlRoom({ policy: { unknownChargePoints: 'pending' } });
    const station = room.boot('CP1');
    const start = { type: 'operate', chargePointId: 'CP1', action: 'RemoteStartTransaction' } as const;
    const payload = { idTag: 'CARD', connectorId: 1 };
    expect((await room.execute({ ...start, payload }).promise).kind).toBe('conflict');
    expect(station.calls()).toEqual([]);
    room.execute({ ...start, payload, override: true });
    expect(station.calls()).toMatchObject([[expect.any(String), 'RemoteStartTransaction', payload]]);
  });

  it('ends once the process does', async () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    const [out, waits] = [room.execute(reset('CP1')), room.execute(reset('CP1'))];
    station.drop();
    room.controller.stop();
    expect((await out.promise).kind).toBe('no-answer');
    expect((await waits.promise).kind).toBe('queue-full');
  });
});

describe('approve and reject', () => {
  const pending = () => createControlRoom({ policy: { unknownChargePoints: 'pending' } });
  const registration = 'SELECT registration FROM charge_points';

  it('change what a charge point may do, and invite an approved one to boot', async () => {
    const room = pending();
    const station = room.boot('CP1');
    expect(station.lastFrame()).toMatchObject([3, '1', { status: 'Pending' }]);
    expect(await room.execute({ type: 'approve', chargePointId: 'CP1' }).promise).toEqual({ kind: 'done' });
    expect(station.calls()).toEqual([['our-1', 'TriggerMessage', { requestedMessage: 'BootNotification' }]]);
    expect(station.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' })).toMatchObject([
      3,
      '2',
      { status: 'Accepted' },
    ]);
    expect(room.values(registration)).toEqual(['accepted']);
    expect(await room.execute({ type: 'reject', chargePointId: 'CP1' }).promise).toEqual({ kind: 'done' });
    expect(station.call('Heartbeat', {})).toMatchObject([4, '3', 'SecurityError']);
  });

  it('of what is so already do nothing, and of nobody are unknown', async () => {
    const room = pending();
    const station = room.boot('CP1');
    await room.execute({ type: 'approve', chargePointId: 'CP1' }).promise;
    const { commits } = room.controller.figures();
    expect(await room.execute({ type: 'approve', chargePointId: 'CP1' }).promise).toEqual({ kind: 'done' });
    expect(room.controller.figures().commits).toBe(commits);
    expect(station.calls()).toHaveLength(1);
    expect(await room.execute({ type: 'reject', chargePointId: 'CP2' }).promise).toEqual({
      kind: 'unknown',
      what: 'charge point CP2',
    });
  });
});

describe('tokens and alerts', () => {
  it('are recorded before the command is done, and shown', async () => {
    const room = createControlRoom();
    const shown: string[] = [];
    room.controller.feed.listen(({ event }) => shown.push(event.type));
    expect(await room.execute({ type: 'put-token', token: token() }).promise).toEqual({ kind: 'done' });
    expect(room.reader.token('card1')).toEqual(token());
    expect(await room.execute({ type: 'remove-token', idTag: 'CARD1' }).promise).toEqual({ kind: 'done' });
    expect(await room.execute({ type: 'remove-token', idTag: 'CARD1' }).promise).toEqual({
      kind: 'unknown',
      what: 'token CARD1',
    });
    expect(await room.execute({ type: 'clear-alert', id: 'a' }).promise).toEqual({ kind: 'done' });
    expect(shown).toEqual(['token-put', 'token-removed', 'tokens-narrowed', 'alert-cleared']);
  });

  it('that can not be stored say so, and nothing is shown', async () => {
    const room = createControlRoom();
    room.database.exec("CREATE TRIGGER fault BEFORE INSERT ON tokens BEGIN SELECT RAISE(ABORT, 'no'); END");
    expect(await room.execute({ type: 'put-token', token: token() }).promise).toEqual({ kind: 'store-failed' });
    expect(room.controller.feed.last()).toBe(0);
  });

  it('say so as well when the store can not even be read', async () => {
    const room = createControlRoom();
    room.database.exec('DROP TABLE tokens');
    expect(await room.execute({ type: 'remove-token', idTag: 'CARD1' }).promise).toEqual({ kind: 'store-failed' });
  });
});
