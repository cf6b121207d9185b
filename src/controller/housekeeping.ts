import type { GrowingTable } from '../store/retention.ts';
import type { Decision } from './turn.ts';

/** What housekeeping does that decisions may come to see: whoever replays it must do the same. */
export type Housework = { readonly table: GrowingTable; readonly beforeMs: number };

/** An input that tidies the store: it writes as it is decided, and comes to its end with its turn. */
export function housekeeping(
  write: () => number,
  resolve: (changed: number) => void,
  reject: (error: unknown) => void,
): Decision {
  try {
    const changed = write();
    return { events: [], effect: () => resolve(changed), failed: (_, error) => reject(error) };
  } catch (error) {
    return { events: [], effect: () => reject(error), failed: () => reject(error) };
  }
}
