import { createHash } from 'node:crypto';
import type { Ids } from '../runtime/ports.ts';

/**
 * Ids that follow from one seed, so that the seed is all that has to be kept of them. To whoever does not have the box
 * they are random.
 */
export function createSeededIds(seed: string): Ids {
  let given = 0;
  return {
    uuid(): string {
      given += 1;
      return seededId(seed, given);
    },
  };
}

/** As a UUID of version 4. */
function seededId(seed: string, number: number): string {
  const bytes = createHash('sha256').update(`${seed}:${number}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
