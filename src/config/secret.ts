import { inspect } from 'node:util';

/**
 * A secret read from a file or the environment. Whatever prints, logs or serialises it gets '***'; only `reveal` gives
 * the bytes. Bytes and not text, because a charge point's password may be any bytes (OCPP-J 1.6 §6.2.2).
 */
export class Secret {
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
  }

  /** A copy of the secret's bytes. */
  reveal(): Buffer {
    return Buffer.from(this.#bytes);
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [inspect.custom](): string {
    return '***';
  }
}
