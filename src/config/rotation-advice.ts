import {
  type ConnectorModel,
  connectorKey,
  gridPhases,
  type Rotation,
  rotations,
  type SiteModel,
} from '../domain/site-model.ts';
import type { KeyPath } from './problem.ts';
import type { Say } from './say.ts';
import type { ConfigFile } from './schema.ts';

/** Connectors re-wired in one piece of advice at most; beyond this somebody plans anew. */
const MOST_MOVES = 8;

/** What the fullest phase must carry more than the emptiest before it is worth a word. */
const WORTH_A = 16;

/**
 * Connectors of one or two phases that pile up on one phase of the site, although other rotations would spread them:
 * says which connector to wire how, with the sums before and after.
 */
export function rotationAdvice(config: ConfigFile, { connectors, circuits }: SiteModel, say: Say): void {
  const sums = [0, 0, 0];
  for (const connector of connectors) add(sums, connector, connector.rotation, 1);
  const before = [...sums];
  const uneven = connectors.filter(({ wiredPhases }) => wiredPhases < 3);
  const moves: string[] = [];
  const moved = new Set<ConnectorModel>();
  let first: ConnectorModel | undefined;
  while (moves.length < MOST_MOVES && spread(sums) >= WORTH_A * 1000) {
    const best = bestMove(
      sums,
      uneven.filter((each) => !moved.has(each)),
    );
    if (best === null) break;
    const { connector, rotation } = best;
    add(sums, connector, connector.rotation, -1);
    add(sums, connector, rotation, 1);
    moved.add(connector);
    first ??= connector;
    moves.push(`${connectorKey(connector.chargePointId, connector.connectorId)} to ${rotation}`);
  }
  if (first === undefined || circuits.length === 0) return;
  say.warn(
    pathOf(config, first),
    `piles up on one phase: all connectors together make ${inWords(before)} A; wired ${moves.join(', ')} they would make ${inWords(sums)} A (then write the new rotation here)`,
  );
}

/** The change of one connector that evens the phases out most; null where none does. */
function bestMove(
  sums: readonly number[],
  candidates: readonly ConnectorModel[],
): { readonly connector: ConnectorModel; readonly rotation: Rotation } | null {
  let best: { readonly connector: ConnectorModel; readonly rotation: Rotation } | null = null;
  let least = spread(sums);
  // Connectors that are alike would give the same answer again: the first of them will do.
  const seen = new Set<string>();
  for (const connector of candidates) {
    const alike = `${connector.ratedMA} ${connector.wiredPhases} ${connector.rotation}`;
    if (seen.has(alike)) continue;
    seen.add(alike);
    for (const rotation of rotations) {
      const after = [...sums];
      add(after, connector, connector.rotation, -1);
      add(after, connector, rotation, 1);
      if (spread(after) < least) [best, least] = [{ connector, rotation }, spread(after)];
    }
  }
  return best;
}

function add(sums: number[], { ratedMA, wiredPhases }: ConnectorModel, rotation: Rotation, sign: 1 | -1): void {
  for (const phase of gridPhases(rotation, wiredPhases)) sums[phase] = (sums[phase] ?? 0) + sign * ratedMA;
}

function spread(sums: readonly number[]): number {
  return Math.max(...sums) - Math.min(...sums);
}

function inWords(sums: readonly number[]): string {
  return sums.map((sum, phase) => `L${phase + 1} ${Math.round(sum / 100) / 10}`).join(' / ');
}

function pathOf({ chargePoints }: ConfigFile, { chargePointId, connectorId }: ConnectorModel): KeyPath {
  const index = chargePoints.findIndex(({ id }) => id === chargePointId);
  const place = (chargePoints[index]?.connectors ?? []).findIndex(({ id }) => id === connectorId);
  return ['chargePoints', index, 'connectors', place, 'rotation'];
}
