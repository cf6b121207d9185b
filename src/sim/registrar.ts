import type { SimClock } from './clock.ts';
import type { Payload } from './frames.ts';
import type { Outcome } from './rpc.ts';
import type { Registration } from './station.ts';

/** BootNotification until the Central System accepts, at the pace it asks for (OCPP 1.6 §4.2). */

type Registrar = {
  status(): Registration;
  boot(): void;
  /** The line is open again: boots unless it was accepted already (OCPP-J 1.6 §5.4). */
  reconnected(): void;
  /** The power is off: it will have to boot again. */
  rest(): void;
};

type RegistrarOptions = {
  readonly clock: SimClock;
  readonly call: (action: string, payload: Payload, done: (outcome: Outcome) => void) => void;
  readonly payload: () => Payload;
  /** An answer came; `interval` in seconds. */
  readonly answered: (status: Registration, interval: number, conf: Payload) => void;
};

/** Seconds between attempts when the Central System leaves it to us, or gave no usable answer. */
const ownRetrySeconds = 30;

export function createRegistrar(options: RegistrarOptions): Registrar {
  const { clock } = options;
  let status: Registration = 'none';
  let timer = 0;
  let underWay = false;

  const retryIn = (seconds: number): void => {
    clock.clearTimeout(timer);
    timer = clock.setTimeout(boot, seconds * 1000);
  };

  const boot = (): void => {
    if (underWay) return;
    clock.clearTimeout(timer);
    underWay = true;
    options.call('BootNotification', options.payload(), (outcome) => {
      underWay = false;
      // A new line boots by itself, but not while rejected: then the pace stays.
      if (outcome.kind === 'offline' && status !== 'Rejected') return;
      if (outcome.kind !== 'answer') {
        retryIn(ownRetrySeconds);
        return;
      }
      const { payload } = outcome;
      status = readStatus(payload.status);
      const interval = typeof payload.interval === 'number' ? Math.max(0, Math.floor(payload.interval)) : 0;
      if (status !== 'Accepted') retryIn(interval === 0 ? ownRetrySeconds : interval);
      options.answered(status, interval, payload);
    });
  };

  return {
    status: () => status,
    boot,
    reconnected: () => {
      if (status === 'none' || status === 'Pending') boot();
    },
    rest: () => {
      status = 'none';
      clock.clearTimeout(timer);
    },
  };
}

function readStatus(status: unknown): Registration {
  return status === 'Accepted' || status === 'Pending' ? status : 'Rejected';
}
