import type { Log } from '../../../src/runtime/ports.ts';

type Spoken = { readonly text: string; readonly fields: object };

/** The errors that a controller logs while it lives; what it says as it dies is nobody's fault. */
export function createSpokenLog() {
  const errors: Spoken[] = [];
  const heard = { isAlive: true };
  const nothing = (): void => {};
  const log: Log = {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: (fields, text) => {
      if (heard.isAlive) errors.push({ text, fields });
    },
  };
  return Object.assign(log, {
    /** Since it was last asked. */
    takeErrors: (): Spoken[] => errors.splice(0),
    alive(isAlive: boolean): void {
      heard.isAlive = isAlive;
    },
  });
}
