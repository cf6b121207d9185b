import {
  learnedFromProof,
  newTrial,
  nextTrial,
  type TrialOutcome,
  trialLearned,
  triedDialect,
} from '../../central-system/dialects/learning.ts';
import { type Dialect, type DialectValues, dialectKey, TRUSTED_AFTER } from '../../domain/dialect.ts';
import type { ChargePointState, ConnectorState } from './state.ts';
import type { World } from './world.ts';

/** What the loop learns of a make of charge point, put on record for all of that make. */

/** The dialect as it is known now; another record means that a search has to begin anew. */
export function refreshDialect({ site }: World, chargePoint: ChargePointState): void {
  const { dialect } = site.dialect(chargePoint.id);
  if (JSON.stringify(dialect) === JSON.stringify(chargePoint.dialect)) return;
  chargePoint.dialect = dialect;
}

/** What a text is made of. */
const SAID_IN = ['mode', 'kind', 'floorKind', 'unit', 'step', 'floorLevel', 'grantLevel', 'maxPeriods'] as const;
const noTrials = { floor: null, grant: null };

/** Adds to what is learned. A proof or a disobedience counts towards its trust. */
export function learn(world: World, chargePoint: ChargePointState, what: DialectValues | 'proven' | 'disobeyed'): void {
  const { site } = world;
  if (what === 'proven' && chargePoint.dialect.proofs >= TRUSTED_AFTER) return;
  if (what === 'disobeyed' && chargePoint.dialect.proofs === 0) return;
  const values = typeof what === 'string' ? learnedFromProof(chargePoint.dialect, what) : what;
  const nameplate = site.nameplate(chargePoint.id);
  if (Object.keys(values).length === 0 || nameplate === null) return;
  const all: DialectValues = { ...site.learned(chargePoint.id), ...values };
  for (const other of world.chargePoints.values()) {
    const plate = other === chargePoint ? nameplate : site.nameplate(other.id);
    const isAlike = plate !== null && JSON.stringify(dialectKey(plate)) === JSON.stringify(dialectKey(nameplate));
    if (!isAlike) continue;
    other.dialect = { ...other.dialect, ...values };
    // What one of the make has found is where a search of the others ends.
    if (other !== chargePoint && SAID_IN.some((name) => name in values)) Object.assign(other.trials, noTrials);
  }
  world.record([{ type: 'dialect-learned', key: dialectKey(nameplate), values: all, at: site.clock.now() }]);
}

const CHARGES: ReadonlySet<string> = new Set(['Charging', 'SuspendedEV', 'SuspendedEVSE']);

/**
 * Whether a refused grant can be held against the way that it was said in. Where a charge point was away since the transaction
 * began and shows none now, that ended unheard, and every charge point refuses its profiles (OCPP 1.6 §5.16.2).
 */
export function refusalTeaches(
  { running, status }: Pick<ConnectorState, 'running' | 'status'>,
  { settledAt }: Pick<ChargePointState, 'settledAt'>,
): boolean {
  if (running === null) return false;
  return status === null || CHARGES.has(status) || settledAt <= running.since;
}

/** The dialect that the next text is written in, while a way is searched that the charge point takes. */
export function dialectFor({ site }: World, chargePoint: ChargePointState, what: 'floor' | 'grant'): Dialect {
  const trial = chargePoint.trials[what];
  return trial === null ? chargePoint.dialect : triedDialect(trial, site.capabilities(chargePoint.id));
}

/** A text came to nothing: the next way, if there is one. False where every way has been tried. */
export function tryAnotherWay(
  { site }: World,
  chargePoint: ChargePointState,
  what: 'floor' | 'grant',
  outcome: TrialOutcome,
): boolean {
  const trial = chargePoint.trials[what] ?? newTrial(what, chargePoint.dialect);
  chargePoint.trials[what] = nextTrial(trial, outcome, site.capabilities(chargePoint.id));
  return chargePoint.trials[what] !== null;
}

/** A text was taken: the way that it was said in is learned. */
export function wayFound(world: World, chargePoint: ChargePointState, what: 'floor' | 'grant'): void {
  const trial = chargePoint.trials[what];
  if (trial === null) return;
  chargePoint.trials[what] = null;
  learn(world, chargePoint, trialLearned(trial, world.site.capabilities(chargePoint.id)));
}
