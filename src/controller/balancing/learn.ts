import {
  learnedFromProof,
  newTrial,
  nextTrial,
  type TrialOutcome,
  trialLearned,
  triedDialect,
} from '../../central-system/dialects/learning.ts';
import { type Dialect, type DialectValues, defaultDialect, dialectKey, TRUSTED_AFTER } from '../../domain/dialect.ts';
import { sendAgain } from './contact.ts';
import type { ChargePointState, ConnectorState } from './state.ts';
import type { World } from './world.ts';

/** What the loop learns of a make of charge point, put on record for all of that make. */

/** The dialect as it is known now; another record means that a search has to begin anew. */
export function refreshDialect({ site }: World, chargePoint: ChargePointState): void {
  const dialect = ofConnectors(chargePoint, site.dialect(chargePoint.id).dialect);
  chargePoint.turnsTo = null;
  if (JSON.stringify(dialect) === JSON.stringify(chargePoint.dialect)) return;
  const { mode, limitIsOutput } = chargePoint.dialect;
  // The same number means another current.
  if (limitIsOutput !== dialect.limitIsOutput) for (const state of chargePoint.connectors) sendAgain(state);
  if ((mode === 'C') !== (dialect.mode === 'C') && chargePoint.contact === 'known') chargePoint.turnsTo = dialect;
  chargePoint.dialect = chargePoint.turnsTo === null ? dialect : { ...dialect, mode };
}

/** Of several connectors the limit of the whole charge point says nothing: any of them could take all of it. */
function ofConnectors({ connectors }: ChargePointState, dialect: Dialect): Dialect {
  if (connectors.length === 1) return dialect;
  const { mode, refusedModes } = dialect;
  return {
    ...dialect,
    mode: mode === 'C' ? defaultDialect.mode : mode,
    refusedModes: refusedModes.includes('C') ? refusedModes : [...refusedModes, 'C'],
  };
}

/** What a text is made of. */
const SAID_IN = ['mode', 'kind', 'floorKind', 'unit', 'step', 'floorLevel', 'grantLevel', 'maxPeriods'] as const;
const noTrials = { floor: null, grant: null };
const wayOf = (dialect: Dialect): string => JSON.stringify(SAID_IN.map((name) => dialect[name]));

/** Adds to what is learned. A proof or a disobedience counts towards its trust. */
export function learn(world: World, chargePoint: ChargePointState, what: DialectValues | 'proven' | 'disobeyed'): void {
  const { site } = world;
  if (what === 'proven' && chargePoint.dialect.proofs >= TRUSTED_AFTER) return;
  const { proofs, keepsFloor } = chargePoint.dialect;
  if (what === 'disobeyed' && proofs === 0 && keepsFloor === null) return;
  const values = typeof what === 'string' ? learnedFromProof(chargePoint.dialect, what) : what;
  if (Object.keys(values).length === 0) return;
  chargePoint.dialect = ofConnectors(chargePoint, { ...chargePoint.dialect, ...values });
  const nameplate = site.nameplate(chargePoint.id);
  // It has not booted since our records begin: what it is like holds for it alone, until it says what it is.
  if (nameplate === null) return;
  const all: DialectValues = { ...site.learned(chargePoint.id), ...values };
  for (const other of othersOfMake(world, chargePoint)) {
    other.dialect = ofConnectors(other, { ...other.dialect, ...values });
    // What one of the make has found is where a search of the others ends.
    if (SAID_IN.some((name) => name in values)) Object.assign(other.trials, noTrials);
  }
  world.record([{ type: 'dialect-learned', key: dialectKey(nameplate), values: all, at: site.clock.now() }]);
}

function othersOfMake({ site, chargePoints }: World, chargePoint: ChargePointState): ChargePointState[] {
  const keyOf = ({ id }: ChargePointState): string | null => {
    const nameplate = site.nameplate(id);
    return nameplate === null ? null : JSON.stringify(dialectKey(nameplate));
  };
  const key = keyOf(chargePoint);
  return key === null
    ? []
    : [...chargePoints.values()].filter((other) => other !== chargePoint && keyOf(other) === key);
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
  world: World,
  chargePoint: ChargePointState,
  what: 'floor' | 'grant',
  outcome: TrialOutcome,
): boolean {
  const { site } = world;
  const isFirst = (chargePoint.trials[what]?.rung ?? 0) === 0;
  // A line that carries nothing says nothing of a way that it, or another one of its make, has understood.
  const way = wayOf(chargePoint.dialect);
  const isUnderstood = (one: ChargePointState): boolean => one.understood[what] === way;
  if (outcome === 'silence' && isFirst && [chargePoint, ...othersOfMake(world, chargePoint)].some(isUnderstood))
    return true;
  const trial = chargePoint.trials[what] ?? newTrial(what, chargePoint.dialect);
  chargePoint.trials[what] = nextTrial(trial, outcome, site.capabilities(chargePoint.id));
  return chargePoint.trials[what] !== null;
}

/** A text was taken: the way that it was said in is learned. */
export function wayFound(world: World, chargePoint: ChargePointState, what: 'floor' | 'grant'): void {
  const trial = chargePoint.trials[what];
  chargePoint.understood[what] = wayOf(dialectFor(world, chargePoint, what));
  if (trial === null) return;
  chargePoint.trials[what] = null;
  const values = trialLearned(trial, world.site.capabilities(chargePoint.id));
  // Whose floor is one of the whole charge point takes no grant of another purpose either.
  if (values.mode === 'C') Object.assign(chargePoint.trials, noTrials);
  learn(world, chargePoint, values);
}
