import { isDeeperThan, MAX_JSON_DEPTH } from '../ocpp/json-depth.ts';

/** What comes from the backend as a JSON object; null where it is none, is too long or nests too deep to be looked at. */
export function objectIn(payload: Buffer, maxBytes: number): Record<string, unknown> | null {
  if (payload.length > maxBytes) return null;
  try {
    const read: unknown = JSON.parse(payload.toString('utf8'));
    return isObject(read) && !isDeeperThan(MAX_JSON_DEPTH, read) ? read : null;
  } catch {
    return null;
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
