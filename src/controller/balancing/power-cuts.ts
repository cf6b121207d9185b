import {
  learnedFromCutEnd,
  learnedFromLostTime,
  learnedFromSurvival,
} from '../../central-system/dialects/power-cuts.ts';
import type { Reading } from '../../domain/metering.ts';
import type { Instant } from '../../domain/units.ts';
import { learn } from './learn.ts';
import type { ChargePointState, ConnectorState } from './state.ts';
import type { World } from './world.ts';

/** What is seen of losses of power: which transactions were running at a boot, and what becomes of them. */

export function bootSeen(chargePoint: ChargePointState, at: Instant): void {
  const transactions = new Set(chargePoint.connectors.flatMap(({ running }) => running?.id ?? []));
  chargePoint.lastBoot = { at, transactions };
}

export function endSeen(world: World, chargePoint: ChargePointState, transactionId: number, reason: string): void {
  const hasBooted = chargePoint.lastBoot?.transactions.has(transactionId) ?? false;
  learn(world, chargePoint, learnedFromCutEnd(chargePoint.dialect, reason, hasBooted));
}

export function readingSeen(world: World, chargePoint: ChargePointState, state: ConnectorState, { at }: Reading): void {
  const { running } = state;
  const { lastBoot, aheadMs } = chargePoint;
  if (running === null) return;
  const isOld = lastBoot?.transactions.has(running.id) === true;
  const trueAt = aheadMs === null ? null : ((at - aheadMs) as Instant);
  learn(world, chargePoint, {
    ...learnedFromSurvival(chargePoint.dialect, trueAt, isOld ? lastBoot.at : null),
    ...lostTime(world, chargePoint, at, running.startedAt),
  });
}

/** What a person says of the kind of its schedules goes before what would be better. */
function lostTime({ site }: World, { id, dialect }: ChargePointState, at: Instant, startedAt: Instant) {
  const { kind, ...learned } = learnedFromLostTime(dialect, at, startedAt);
  return kind === undefined || site.dialect(id).sources.kind === 'set' ? learned : { ...learned, kind };
}
