import type { Instant } from './units.ts';

/** One configuration key as a charge point reports it (OCPP 1.6 §7.29). Null: it tells no value, or the value is a secret. */
export type ReportedKey = {
  readonly key: string;
  readonly value: string | null;
  readonly readonly: boolean;
  /** Its value is nobody's business: it is neither kept nor shown. */
  readonly secret: boolean;
};

export type ConfigurationEvent =
  | {
      type: 'configuration-reported';
      chargePointId: string;
      keys: readonly ReportedKey[];
      /** Asked for, but not known to the charge point. */
      unknownKeys: readonly string[];
      /** Everything that the charge point has, and not only what it was asked for. */
      complete: boolean;
      at: Instant;
    }
  /** The charge point has taken a value; `value` is null where it is a secret. */
  | { type: 'configuration-taken'; chargePointId: string; key: string; value: string | null; at: Instant };

/** Keys are case-insensitive (OCPP 1.6 §7.29): this form is for comparing, never for showing. */
export const configurationKey = (key: string): string => key.toLowerCase();
