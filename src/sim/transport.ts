/** The line to the Central System as a port: text in, text out. */

export type Transport = {
  send(text: string): void;
  /** A WebSocket ping. */
  ping(): void;
  /** Hangs up in good order. */
  close(): void;
  /** The line dies without a word, as in a power cut. */
  cut(): void;
};

/** `closed` comes exactly once for each dial, also when the line never opened. */
export type TransportEvents = {
  opened(): void;
  text(text: string): void;
  closed(reason: string): void;
};

type DialRequest = { readonly chargePointId: string; readonly password: string | null };

export type Dial = (request: DialRequest, events: TransportEvents) => Transport;
