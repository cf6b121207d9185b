/**
 * Levels of lists and objects that a frame may have. The deepest message of OCPP 1.6 has seven, frame included; what is
 * far deeper is an attack on whoever recurses.
 */
export const MAX_JSON_DEPTH = 32;

/** Whether a parsed JSON value nests deeper than `limit` levels; looks no deeper than that itself. */
export function isDeeperThan(limit: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (limit === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeperThan(limit - 1, item));
  return Object.values(value).some((item) => isDeeperThan(limit - 1, item));
}
