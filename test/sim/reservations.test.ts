import { describe, expect, it } from 'vitest';
import { plainText } from '../../src/domain/security-profile.ts';
import { instant } from '../../src/domain/units.ts';
import type { Connection, ConnectionListener } from '../../src/runtime/ports.ts';
import { carTypes, createCar } from '../../src/sim/car.ts';
import { createChargePoint } from '../../src/sim/charge-point.ts';
import type { SimClock } from '../../src/sim/clock.ts';
import { models } from '../../src/sim/models.ts';
import type { Quirks } from '../../src/sim/quirks.ts';
import { createRandom } from '../../src/sim/random.ts';
import type { Dial } from '../../src/sim/transport.ts';
import { createControlRoom } from '../support/control-room.ts';
import { NOON } from '../support/manual-clock.ts';
import { token } from '../support/things.ts';

/** Reservations between the real controller and a simulated charge point, both on the clock of the test. */

const expiresAt = instant(NOON + 3_600_000);

function createWorld(quirks: Partial<Quirks> = {}) {
  const room = createControlRoom({ policy: { reservations: { restore: true } } });
  for (const idTag of ['GUEST', 'OTHER']) room.execute({ type: 'put-token', token: token({ idTag }) });
  const [model] = models;
  if (model === undefined) throw new Error('no model');
  const point = createChargePoint({
    id: 'CP1',
    model: { ...model, quirks },
    dial: dialInto(room),
    clock: simClock(room.clock),
    random: createRandom(7),
  });
  const world = {
    room,
    point,
    advance: (seconds: number) => room.clock.advance(seconds * 1_000),
    reserve(connectorId: number, idTag = 'GUEST') {
      room.execute({ type: 'reserve', chargePointId: 'CP1', connectorId, idTag, expiresAt });
      world.advance(1);
    },
    /** The card is shown at a connector with a car. */
    charge(connectorId: number, idTag: string) {
      const connector = point.connectors.find(({ id }) => id === connectorId);
      const [type] = carTypes;
      if (connector === undefined || type === undefined) throw new Error('nothing to charge');
      connector.plug(createCar(type, 50));
      connector.presentCard(idTag);
      world.advance(10);
    },
    states: () => room.values('SELECT state FROM reservations ORDER BY id'),
    status: (connectorId: number) => room.controller.reader.connectorStatus('CP1', connectorId),
    held: () => point.flash.reservations.map(({ reservationId }) => reservationId),
  };
  point.powerOn();
  world.advance(10);
  return world;
}

describe('a reservation on a simulated charge point', () => {
  it('keeps others away, and is used by its card', () => {
    const world = createWorld();
    world.reserve(1);
    expect([world.states(), world.status(1), world.held()]).toEqual([['active'], 'Reserved', [1]]);
    world.charge(1, 'OTHER');
    expect(world.room.values('SELECT id FROM transactions')).toEqual([]);
    world.charge(1, 'GUEST');
    expect(world.room.controller.reader.reservation(1)).toMatchObject({ state: 'used', transactionId: 1 });
    expect(world.room.values('SELECT kind FROM findings')).toEqual([]);
  });

  it('of any connector is used on the one that the card is shown at', () => {
    const world = createWorld();
    world.reserve(0);
    world.charge(2, 'GUEST');
    expect([world.states(), world.held()]).toEqual([['used'], []]);
  });

  it('is refused beside another one, cancelled, and expires', () => {
    const world = createWorld();
    world.reserve(1);
    world.reserve(1, 'OTHER');
    world.reserve(2, 'OTHER');
    expect(world.states()).toEqual(['active', 'refused', 'active']);
    world.room.execute({ type: 'cancel-reservation', chargePointId: 'CP1', id: 3 });
    world.advance(1);
    expect([world.states(), world.held(), world.status(2)]).toEqual([
      ['active', 'refused', 'cancelled'],
      [1],
      'Available',
    ]);
    world.advance(3_600);
    expect([world.states()[0], world.held(), world.status(1)]).toEqual(['expired', [], 'Available']);
    expect(world.room.values('SELECT id FROM alerts')).toEqual([]);
  });

  it('is cancelled once a charge point is back that was away', () => {
    const world = createWorld();
    world.reserve(1);
    world.point.powerOff();
    world.advance(10);
    world.room.execute({ type: 'cancel-reservation', chargePointId: 'CP1', id: 1 });
    expect(world.states()).toEqual(['cancelling']);
    world.point.powerOn();
    world.advance(60);
    expect([world.states(), world.held()]).toEqual([['cancelled'], []]);
  });

  it('survives a power cut', () => {
    const world = createWorld();
    world.reserve(1);
    world.point.powerCycle(20);
    world.advance(200);
    expect([world.states(), world.held(), world.status(1)]).toEqual([['active'], [1], 'Reserved']);
    expect(world.room.values('SELECT restores FROM reservations')).toEqual([0]);
  });

  it.each([1, 0])('of connector %d comes back to a charge point that forgets when it boots', (connectorId) => {
    const world = createWorld({ losesReservationsOnReboot: true });
    world.reserve(connectorId);
    world.point.powerCycle(20);
    world.advance(25);
    expect(world.held()).toEqual([]);
    world.advance(60);
    expect([world.states(), world.held()]).toEqual([['active'], [1]]);
    world.charge(1, 'GUEST');
    expect(world.states()).toEqual(['used']);
  });

  it('can not be told from one that somebody else holds there, and comes back when that is over', () => {
    const world = createWorld();
    world.reserve(1);
    world.point.powerOff();
    const local = { reservationId: 98, connectorId: 1, idTag: 'LOCAL', parentIdTag: null, expiryDate: expiresAt };
    world.point.flash.reservations = [local];
    world.advance(20);
    world.point.powerOn();
    world.advance(100);
    expect([world.states(), world.status(1)]).toEqual([['active'], 'Reserved']);
    world.point.flash.reservations = [];
    world.advance(100);
    expect([world.states(), world.held()]).toEqual([['active'], [1]]);
  });
});

function simClock(clock: ReturnType<typeof createControlRoom>['clock']): SimClock {
  const timers = new Map<number, { cancel(): void }>();
  let last = 0;
  return {
    now: clock.now,
    setTimeout: (run, ms) => {
      last += 1;
      timers.set(last, clock.after(Math.max(0, ms), run));
      return last;
    },
    clearTimeout: (id) => {
      timers.get(id)?.cancel();
      timers.delete(id);
    },
  };
}

/** The line between the two: text in, text out, a moment later. */
function dialInto({ controller, clock }: ReturnType<typeof createControlRoom>): Dial {
  return ({ chargePointId }, events) => {
    let listener: ConnectionListener | null = null;
    let isOpen = true;
    const end = (code: number): void => {
      if (!isOpen) return;
      isOpen = false;
      clock.soon(() => {
        listener?.closed(code, '');
        events.closed('gone');
      });
    };
    const connection: Connection = {
      remoteAddress: '10.0.0.9',
      reachedAt: 'http://gateway:9000',
      send: (text) => clock.soon(() => (isOpen ? events.text(text) : undefined)),
      ping: () => clock.soon(() => listener?.pong()),
      close: end,
      terminate: () => end(1006),
      pause: () => undefined,
      resume: () => undefined,
    };
    controller.upgradeRequested({
      chargePointId,
      remoteAddress: '10.0.0.9',
      credentials: null,
      transport: plainText,
      gone: () => !isOpen,
      accept: (taken) => {
        listener = taken;
        taken.opened(connection);
        clock.soon(() => events.opened());
      },
      refuse: () => end(1006),
    });
    return {
      send: (text) => clock.soon(() => (isOpen ? listener?.frame(text) : undefined)),
      ping: () => undefined,
      close: () => end(1000),
      cut: () => end(1006),
    };
  };
}
