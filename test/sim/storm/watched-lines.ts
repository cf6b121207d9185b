import type { Dial } from '../../../src/sim/transport.ts';
import type { createLoopback, Frame } from '../../../src/virtual-site/loopback.ts';

/** Lines with eyes: everything that is sent, delivered to a charge point, opened or closed is told to whoever watches. */

/** What becomes of a frame. */
export type Fate = { readonly lateMs: number };

export type LineWatcher = {
  /** Decides, as it leaves. */
  fateOf(frame: Frame): Fate;
  /** Just before it leaves, with what was decided. */
  sent(frame: Frame, fate: Fate): void;
  /** Around its delivery to the charge point. */
  delivering(id: string, text: string): void;
  delivered(id: string, text: string): void;
  opened(id: string): void;
  closed(id: string): void;
};

type Network = ReturnType<typeof createLoopback>;

/** Must be called before the first charge point is made; the watcher may come later. */
export function watchLines(network: Network) {
  const inner = network.dial;
  const watched: { watcher: LineWatcher | null } = { watcher: null };
  const dial: Dial = (request, events) => {
    const id = request.chargePointId;
    return inner(request, {
      opened: () => {
        watched.watcher?.opened(id);
        events.opened();
      },
      text: (text) => {
        watched.watcher?.delivering(id, text);
        events.text(text);
        watched.watcher?.delivered(id, text);
      },
      closed: (why) => {
        watched.watcher?.closed(id);
        events.closed(why);
      },
    });
  };
  network.dial = dial;
  network.lateMs = (frame) => {
    const { watcher } = watched;
    if (watcher === null) return 0;
    const fate = watcher.fateOf(frame);
    watcher.sent(frame, fate);
    return fate.lateMs;
  };
  return watched;
}
