import type { Handled, Policy, Refused } from '../../src/central-system/handler.ts';
import { routes } from '../../src/central-system/routes.ts';
import { createLive, type LiveChargePoint } from '../../src/controller/live.ts';
import type { Event } from '../../src/domain/events.ts';
import type { Instant } from '../../src/domain/units.ts';
import type { ChargePointAction, RequestOf } from '../../src/ocpp/messages/actions.ts';
import { checkResponse } from '../../src/ocpp/validate.ts';
import { openLedger } from './ledger.ts';
import { NOON } from './manual-clock.ts';
import { openPolicy } from './site.ts';
import { registered } from './things.ts';

/** The handlers over a store in memory: what they decide is recorded at once, as a turn would. */
export function createDesk(policy: Partial<Policy> = {}) {
  const ledger = openLedger();
  const lives = new Map<string, LiveChargePoint>();
  const liveOf = (chargePointId: string): LiveChargePoint => {
    const live = lives.get(chargePointId) ?? createLive();
    lives.set(chargePointId, live);
    return live;
  };
  const given = (...events: Event[]): void => {
    ledger.given(...events);
    for (const event of events) if ('chargePointId' in event) liveOf(event.chargePointId).follow(event);
  };
  given(registered('CP1'), registered('CP2'));

  return { ...ledger, given, liveOf, receive, judge };

  /** What the handler of `action` decides on `request`, recorded; throws where it refuses. */
  function receive<A extends ChargePointAction>(
    action: A,
    request: RequestOf<A>,
    over: Partial<Circumstances> = {},
  ): Handled<A> {
    const outcome = judge(action, request, over);
    if ('refused' in outcome) throw new Error(`${outcome.refused}: ${outcome.description}`);
    // Whatever the content: our own answer must keep to the schema.
    const wrong = checkResponse(action, outcome.response);
    if (wrong !== null) throw new Error(`our own answer breaks the schema: ${JSON.stringify(wrong)}`);
    given(...outcome.events);
    return outcome;
  }

  /** The same without recording anything. */
  function judge<A extends ChargePointAction>(
    action: A,
    request: RequestOf<A>,
    { chargePointId = 'CP1', at = NOON, bootedBefore = false }: Partial<Circumstances> = {},
  ): Handled<A> | Refused {
    return routes[action](request, {
      chargePointId,
      receivedAt: at,
      message: JSON.stringify([2, 'id', action, request]),
      records: ledger.reader,
      live: liveOf(chargePointId),
      policy: { ...openPolicy, ...policy },
      bootedBefore,
    });
  }
}

type Circumstances = { chargePointId: string; at: Instant; bootedBefore: boolean };

/** An instant as the charge points write it, in seconds after noon. */
export const stamp = (seconds: number): string => new Date(NOON + seconds * 1_000).toISOString();
