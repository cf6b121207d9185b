import { isRecord } from './violation.ts';

/**
 * Levels of lists and objects that a frame may have. The deepest message of OCPP 1.6 has seven, frame included; what is
 * far deeper is an attack on whoever recurses.
 */
export const MAX_JSON_DEPTH = 32;

/** Whether a parsed JSON value nests deeper than `limit` levels; looks no deeper than that itself. */
export function isDeeperThan(limit: number, value: unknown): boolean {
  if (Array.isArray(value)) return limit === 0 || value.some((item) => isDeeperThan(limit - 1, item));
  if (!isRecord(value)) return false;
  if (limit === 0) return true;
  for (const name in value) if (isDeeperThan(limit - 1, value[name])) return true;
  return false;
}
