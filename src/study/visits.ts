import { type Car, type CarType, createCar, isFull } from '../sim/car.ts';
import type { SimClock } from '../sim/clock.ts';
import { assignConnectors, inOrderOfArrival } from './assignment.ts';
import type { Outcome } from './quality.ts';
import type { Session, UsualCar } from './sessions.ts';
import type { SimulatedConnector } from './simulated-site.ts';

/** Cars that come, plug in, show a card, and leave when their session says so. */

export type Visit = Outcome & {
  readonly session: Session;
  /** Null: no connector was free. */
  readonly connector: SimulatedConnector | null;
};

export type Guest = {
  readonly session: Session;
  readonly connector: SimulatedConnector;
  readonly car: Car;
  firstCurrentAt: number | null;
  /** It drew when it was last looked at. */
  isDrawing: boolean;
  pauses: number;
  /** Its transaction is known to the controller. */
  hasBegun: boolean;
};

/** A car reacts within seconds, wakes up after a pause, and raises its current gradually. */
const REACTION_S = 2;
const WAKE_UP_S = 10;
const RAMP_A_PER_S = 4;
/** Of the energy at the socket what reaches the battery, as the simulated car has it; all of direct current does. */
const BATTERY_SHARE = 0.9;
/** A card that was not taken, because the charge point had just lost its power or its line, is shown again, ms. */
const CARD_AGAIN_MS = 30_000;

export function createVisits(options: {
  readonly clock: SimClock;
  readonly connectors: readonly SimulatedConnector[];
  readonly sessions: readonly Session[];
  readonly usualCar: UsualCar;
  /** A transaction has begun for this session; called once the charge point knows its number. */
  readonly began?: (session: Session, transactionId: number) => void;
}) {
  const { clock, connectors, usualCar, began = () => {} } = options;
  const byKey = new Map(connectors.map((connector) => [connector.key, connector]));
  const guests = new Set<Guest>();
  const visits: Visit[] = [];
  const coming = inOrderOfArrival(options.sessions);
  const assigned = assignConnectors(coming, [...byKey.keys()]);
  let next = 0;
  /** The next one. */
  let arrivesAt = Number.POSITIVE_INFINITY;
  let arriving = 0;
  awaitNext();

  return {
    guests: guests as ReadonlySet<Guest>,
    /** Until when nobody comes or goes, if nobody wants anything either, ms since 1970; null while somebody wants something. */
    quietUntil(): number | null {
      if (arriving > 0) return null;
      let until = arrivesAt;
      for (const { car, session } of guests) {
        if (!isFull(car)) return null;
        until = Math.min(until, session.departure);
      }
      return until;
    },
    /** Those that are over, and after `end` all. */
    visits: visits as readonly Visit[],
    /** Notes who draws. Whoever draws nothing though it did, and wants more, was paused. */
    look(): void {
      for (const guest of guests) {
        const { transaction } = guest.connector.socket;
        if (!guest.hasBegun && transaction !== null && transaction.transactionId !== null) {
          guest.hasBegun = true;
          began(guest.session, transaction.transactionId);
        }
        const draws = drawsNow(guest);
        if (draws) guest.firstCurrentAt ??= clock.now();
        else if (guest.isDrawing && !isFull(guest.car)) guest.pauses += 1;
        guest.isDrawing = draws;
      }
    },
    end(): void {
      for (const guest of [...guests]) leave(guest);
    },
  };

  /** One timer for all arrivals; who leaves at the same moment has left before. */
  function awaitNext(): void {
    const session = coming[next];
    arrivesAt = session?.arrival ?? Number.POSITIVE_INFINITY;
    if (session === undefined) return;
    next += 1;
    clock.setTimeout(
      () => {
        // One that leaves in this very moment makes room for the next.
        arriving += 1;
        clock.setTimeout(() => {
          arriving -= 1;
          arrive(session);
        }, 1);
        awaitNext();
      },
      Math.max(0, session.arrival - clock.now()),
    );
  }

  function arrive(session: Session): void {
    const connector = byKey.get(assigned.get(session) ?? '') ?? null;
    if (connector === null) {
      visits.push({
        ...{ session, connector, demandWh: session.energyWh, deliveredWh: 0, waitingMinutes: null, pauses: 0 },
      });
      return;
    }
    const car = carFor(session, connector, usualCar);
    const guest: Guest = {
      session,
      connector,
      car,
      firstCurrentAt: null,
      isDrawing: false,
      pauses: 0,
      hasBegun: false,
    };
    guests.add(guest);
    connector.socket.plug(car);
    showCard(guest);
    clock.setTimeout(() => leave(guest), Math.max(0, session.departure - clock.now()));
  }

  function showCard(guest: Guest): void {
    if (!guests.has(guest) || guest.connector.socket.transaction !== null) return;
    guest.connector.socket.presentCard(cardOf(guest.session), (effective) => {
      if (!effective) clock.setTimeout(() => showCard(guest), CARD_AGAIN_MS);
    });
  }

  function leave(guest: Guest): void {
    if (!guests.delete(guest)) return;
    const { session, connector, car, firstCurrentAt, pauses } = guest;
    connector.socket.unplug();
    visits.push({
      session,
      connector,
      demandWh: session.energyWh,
      deliveredWh: deliveredWh(car, connector),
      waitingMinutes: firstCurrentAt === null ? null : Math.max(0, firstCurrentAt - session.arrival) / 60_000,
      pauses,
    });
  }
}

/** It draws current now. */
export const drawsNow = ({ car, connector }: Pick<Guest, 'car' | 'connector'>): boolean =>
  connector.model.dc === null ? car.amps > 0 : connector.socket.measurement().amps.some((amps) => amps > 0);

/** Cards are 20 characters at most; the number of the row or what the file calls it may be longer. */
function cardOf({ id }: Session): string {
  return id.length <= 18 ? `S-${id}` : `S-${id.slice(0, 8)}${id.slice(-10)}`;
}

/**
 * A car whose battery takes exactly what the session wants at the socket, at full current to the end: how a battery tapers
 * is not known of a session, and what it wants may be far less than its battery.
 */
function carFor(session: Session, { model }: SimulatedConnector, usualCar: UsualCar): Car {
  const maxAmps = Math.min(session.maxA ?? usualCar.maxA, model.ratedMA / 1_000);
  const phases = Math.min(session.phases ?? usualCar.phases, model.wiredPhases) as 1 | 2 | 3;
  const type: CarType = {
    name: 'of a session',
    phases,
    maxAmps,
    batteryWh: Math.max(1e-6, session.energyWh * (model.dc === null ? BATTERY_SHARE : 1)),
    taperFromPercent: 100,
    reactionSeconds: REACTION_S,
    wakeUpSeconds: WAKE_UP_S,
    rampAmpsPerSecond: RAMP_A_PER_S,
    ...(model.dc === null ? {} : { dcW: 1_000_000 }),
  };
  return createCar(type, session.energyWh > 0 ? 0 : 100);
}

/** At the socket; never more than was wanted, though the last tick may have been longer than needed. */
function deliveredWh({ chargeWh, type }: Car, { model }: SimulatedConnector): number {
  const wh = chargeWh / (model.dc === null ? BATTERY_SHARE : 1);
  return type.batteryWh <= 1e-6 ? 0 : wh;
}
