import type { SimClock } from './clock.ts';
import type { Random } from './random.ts';
import type { Dial, Transport } from './transport.ts';

/** Keeps a charge point connected: dials, and after a loss dials again, ever more patiently. */

type LineOptions = {
  readonly chargePointId: string;
  readonly dial: Dial;
  readonly clock: SimClock;
  readonly random: Random;
  readonly password: () => string | null;
  /** Between pings; 0: none for now. */
  readonly pingSeconds: () => number;
  readonly opened: (send: (text: string) => void) => void;
  readonly text: (text: string) => void;
  readonly closed: () => void;
};

type Line = {
  connect(): void;
  isOpen(): boolean;
  /** Loses the connection without a word; it will be dialled again. */
  cut(): void;
  /** Hangs up in good order; it will be dialled again. */
  redial(): void;
  /** Ends without a word or in good order, and dials no more; `done` comes when nothing is left open. */
  stop(how: 'cut' | 'close', done?: () => void): void;
};

type Dialled = { transport: Transport | null; open: boolean; gone: () => void };

/** Seconds before the second attempt, on average; each further wait is twice as long, up to the last. */
const firstWaitSeconds = 3;
const longestWaitSeconds = 120;
/** How often it looks whether pings are wanted now, while there are none. */
const idlePingSeconds = 60;

export function createLine(options: LineOptions): Line {
  const { clock, random } = options;
  let current: Dialled | null = null;
  let failures = 0;
  let timer = 0;

  /** Looks at the interval again after each wait, since it may be changed. */
  const ping = (mine: Dialled): void => {
    clock.clearTimeout(timer);
    const seconds = options.pingSeconds();
    timer = clock.setTimeout(
      () => {
        if (seconds > 0) mine.transport?.ping();
        ping(mine);
      },
      (seconds || idlePingSeconds) * 1000,
    );
  };

  const connect = (): void => {
    const mine: Dialled = { transport: null, open: false, gone: () => {} };
    current = mine;
    const request = { chargePointId: options.chargePointId, password: options.password() };
    mine.transport = options.dial(request, {
      opened: () => {
        if (current !== mine) return;
        mine.open = true;
        failures = 0;
        ping(mine);
        options.opened((text) => mine.transport?.send(text));
      },
      text: (text) => {
        if (current === mine) options.text(text);
      },
      closed: () => {
        if (current === mine) lose(mine);
        mine.gone();
      },
    });
  };

  const lose = (mine: Dialled): void => {
    current = null;
    if (mine.open) options.closed();
    const mean = Math.min(longestWaitSeconds, firstWaitSeconds * 2 ** failures);
    failures += 1;
    clock.clearTimeout(timer);
    timer = clock.setTimeout(connect, random.between(0.5, 1.5) * mean * 1000);
  };

  return {
    connect,
    isOpen: () => current?.open === true,
    cut: () => current?.transport?.cut(),
    redial: () => current?.transport?.close(),
    stop: (how, done = () => {}) => {
      const ending = current;
      current = null;
      clock.clearTimeout(timer);
      if (ending === null) {
        done();
        return;
      }
      ending.gone = done;
      if (ending.open) options.closed();
      if (how === 'cut') ending.transport?.cut();
      else ending.transport?.close();
    },
  };
}
