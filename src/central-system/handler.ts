import type { WishedConfiguration } from '../domain/configuration.ts';
import type { TakenDataTransfers } from '../domain/data-transfer.ts';
import type { Event } from '../domain/events.ts';
import type { FileJobLimits } from '../domain/file-job.ts';
import type { Reading } from '../domain/metering.ts';
import type { SecurityProfile } from '../domain/security-profile.ts';
import type { SiteModel } from '../domain/site-model.ts';
import type { RunningTransaction } from '../domain/transaction.ts';
import type { Instant, MilliVolts } from '../domain/units.ts';
import type { RpcErrorCode } from '../ocpp/error-codes.ts';
import type { ChargePointAction, RequestOf, ResponseOf } from '../ocpp/messages/actions.ts';
import type { Records } from './records.ts';

/** What the site has decided on beforehand. */
export type Policy = {
  readonly unknownChargePoints: 'refuse' | 'pending' | 'accept';
  readonly security: SecurityPolicy;
  /** `accept-once`: what charges unknown is accepted for its first transaction, and refused from then on. */
  readonly unknownCards: 'reject' | 'accept' | 'accept-once';
  /** Other spellings of a known card's number are taken for the card, where they fit one token only. */
  readonly matchCardForms: boolean;
  /** A token that is blocked ends what it charges. */
  readonly stopWhenBlocked: boolean;
  /** Charge points empty their caches when somebody may no longer do what they might. */
  readonly clearCaches: boolean;
  /** IANA name. */
  readonly timeZone: string;
  readonly concurrentTransactions: 'refuse' | 'allow';
  /** Whether profiles that are to stay are sent anew and verified without being asked for. */
  readonly chargingProfiles: 'keep' | 'leave';
  /** Whether we keep the local lists of charge points in line with the tokens. */
  readonly localLists: 'on' | 'off';
  readonly reservations: {
    /** Ask a charge point again for what it has forgotten. */
    readonly restore: boolean;
  };
  readonly heartbeatIntervalS: number;
  readonly dataTransfers: TakenDataTransfers;
  readonly nominalVoltageMV: MilliVolts;
  /** Charge points that the configuration names: always accepted. */
  readonly configured: ReadonlySet<string>;
  /** How files travel; null where there is no place for them. */
  readonly files: FilePolicy | null;
  /** Whether charge points' configuration is read after a boot, and read again where a change was accepted. */
  readonly chargePointConfiguration: 'keep' | 'leave';
  /** What the configuration file wishes of charge points' own configuration. */
  readonly wishedConfiguration: WishedConfiguration;
  /** A value that holds after a restart only: wait for somebody, or restart it once while nobody charges. */
  readonly rebootForConfiguration: 'never' | 'when-idle';
  /** The tree of circuits; null where none is described, and nothing is balanced. */
  readonly siteModel: SiteModel | null;
};

/** How well connections of charge points have to be secured. */
export type SecurityPolicy = {
  /** The lowest security profile of charge points that the configuration does not name, and of those that it does. */
  readonly least: SecurityProfile;
  readonly leastOf: ReadonlyMap<string, SecurityProfile>;
  /** The organization that certificates of charge points are for; null: any. */
  readonly organization: string | null;
  /** What else the certificate of a charge point may be for, beside its id and the serial numbers that it reports. */
  readonly certificateNames: ReadonlyMap<string, string>;
  /** There is a port with TLS. */
  readonly servesTls: boolean;
  /** There is somebody who signs certificates of charge points, or decides on them. */
  readonly signs: boolean;
};

/** Nothing is asked of anybody. */
export const openDoor: SecurityPolicy = {
  least: 0,
  leastOf: new Map(),
  organization: null,
  certificateNames: new Map(),
  servesTls: false,
  signs: false,
};

export type FilePolicy = {
  /** Made anew with each process and kept in its memory alone. */
  readonly tokenKey: string;
  /** What addresses of files begin with; null for the address under which a charge point reaches us. */
  readonly baseUrl: string | null;
  readonly limits: FileJobLimits;
};

/** What memory knows of the charge point, as of the last commit. */
export type Live = {
  /** The newest running transaction on a connector. */
  runningTransaction(connectorId: number): number | null;
  /** A running transaction of this charge point; null for any other id. */
  running(transactionId: number): RunningTransaction | null;
  lastReading(connectorId: number): Reading | null;
};

export type Context = {
  readonly chargePointId: string;
  readonly receivedAt: Instant;
  /** The frame as it came, kept as evidence where it is worth money. */
  readonly message: string;
  readonly records: Records;
  readonly live: Live;
  readonly policy: Policy;
  /** It has sent a BootNotification on this connection already. */
  readonly bootedBefore: boolean;
};

export type Handled<A extends ChargePointAction> = {
  readonly response: ResponseOf<A>;
  readonly events: readonly Event[];
};

/** A CALLERROR: for what the schema can't say (OCPP-J §4.2.3). */
export type Refused = { readonly refused: RpcErrorCode; readonly description: string };

/** Decides on one request. It never writes, sends or waits: it returns the answer and what has thereby happened. */
export type Handler<A extends ChargePointAction> = (request: RequestOf<A>, context: Context) => Handled<A> | Refused;

/** Connectors of one charge point at most: far above any that is built, and a bound for what a broken one can store. */
export const MAX_CONNECTOR_ID = 64;

export function refuseConnector(connectorId: number, lowest: 0 | 1): Refused | null {
  if (connectorId >= lowest && connectorId <= MAX_CONNECTOR_ID) return null;
  return {
    refused: 'PropertyConstraintViolation',
    description: `connectorId must be ${lowest} to ${MAX_CONNECTOR_ID}, not ${connectorId}`,
  };
}
