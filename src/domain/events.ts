import type { AuditEvent } from './audit.ts';
import type { BalancingEvent } from './balancing.ts';
import type { CertificateEvent } from './certificate.ts';
import type { Nameplate, Registration, StatusReport } from './charge-point.ts';
import type { ChargingWishEvent } from './charging-wish.ts';
import type { ConfigurationEvent } from './configuration.ts';
import type { CredentialEvent } from './credential.ts';
import type { DataTransferEvent } from './data-transfer.ts';
import type { DialectEvent } from './dialect.ts';
import type { FileJobEvent } from './file-job.ts';
import type { Finding } from './findings.ts';
import type { CampaignEvent } from './firmware-campaign.ts';
import type { LocalListEvent } from './local-list.ts';
import type { Reading } from './metering.ts';
import type { OperationEvent } from './operation.ts';
import type { ChargingProfileEvent } from './profile-record.ts';
import type { ReservationEvent } from './reservation.ts';
import type { SecurityProfileEvent } from './security-profile.ts';
import type { PolicyEvent } from './sharing-policy.ts';
import type { SiteLimitEvent } from './site-limit.ts';
import type { TokenEvent, Verdict } from './token.ts';
import type { Start, Stop } from './transaction.ts';
import type { Instant } from './units.ts';
import type { UpstreamEvent } from './upstream.ts';

/** A message kept word for word beside the ledger row that it made, repeated or contradicted. */
export type Evidence = {
  readonly kind: 'start' | 'start-repeated' | 'stop' | 'stop-repeated' | 'signed-value';
  readonly message: string;
  readonly receivedAt: Instant;
};

export type Alert = {
  /** Stable: raising the same id again counts, it does not add a second one. */
  readonly id: string;
  readonly kind: string;
  readonly chargePointId: string | null;
  /** What is wrong, in words for a person. */
  readonly text: string;
  readonly fix: string;
};

/**
 * Everything that can happen to the site's record, in the past tense. Handlers decide on events; the store's `record`
 * is the only one that writes them, and what lives in memory follows them after the commit.
 */
export type Event =
  | LedgerEvent
  | OperationEvent
  | LocalListEvent
  | ConfigurationEvent
  | DialectEvent
  | TokenEvent
  | CredentialEvent
  | SecurityProfileEvent
  | CertificateEvent
  | ChargingProfileEvent
  | DataTransferEvent
  | ReservationEvent
  | FileJobEvent
  | CampaignEvent
  | BalancingEvent
  | SiteLimitEvent
  | ChargingWishEvent
  | PolicyEvent
  | UpstreamEvent
  | AuditEvent;

/** Of charge points, transactions, and what is seen of both. */
export type LedgerEvent =
  | { type: 'connection-opened'; chargePointId: string; remoteAddress: string; at: Instant }
  | { type: 'connection-closed'; chargePointId: string; at: Instant }
  | { type: 'charge-point-registered'; chargePointId: string; registration: Registration; at: Instant }
  | { type: 'registration-changed'; chargePointId: string; registration: Registration; at: Instant }
  | {
      type: 'charge-point-booted';
      chargePointId: string;
      nameplate: Nameplate;
      /** It has said so on this connection before: it was asked to, or was Pending. It has not booted again since. */
      repeated: boolean;
      at: Instant;
    }
  | { type: 'status-reported'; chargePointId: string; report: StatusReport }
  | {
      type: 'transaction-started';
      chargePointId: string;
      transactionId: number;
      start: Start;
      verdict: Verdict;
      /** The idTag of the token that it was judged as, where the card said another one. */
      token?: string;
      evidence: Evidence;
      findings: readonly Finding[];
    }
  | {
      type: 'transaction-stopped';
      chargePointId: string;
      transactionId: number;
      stop: Stop;
      evidence: Evidence;
      findings: readonly Finding[];
    }
  | {
      type: 'orphan-stopped';
      chargePointId: string;
      /** Ours, from the counter. */
      transactionId: number;
      reportedTransactionId: number;
      proposedTransactionId: number | null;
      stop: Stop;
      evidence: Evidence;
      findings: readonly Finding[];
    }
  | { type: 'evidence-added'; transactionId: number; evidence: Evidence }
  | { type: 'findings-added'; transactionId: number; findings: readonly Finding[]; at: Instant }
  | { type: 'finding-resolved'; transactionId: number; kind: Finding['kind']; at: Instant }
  | {
      type: 'readings-taken';
      chargePointId: string;
      connectorId: number;
      transactionId: number | null;
      /** The transaction that they name and that did not begin with us; it can be limited, and is in no session. */
      foreignTransactionId?: number;
      readings: readonly Reading[];
      /** Samples that could not be used. */
      dropped: number;
      receivedAt: Instant;
    }
  | {
      type: 'job-status-reported';
      chargePointId: string;
      job: 'firmware' | 'diagnostics' | 'log' | 'signed-firmware';
      status: string;
      requestId: number | null;
      at: Instant;
    }
  | {
      type: 'security-event-reported';
      chargePointId: string;
      kind: string;
      techInfo: string | null;
      at: Instant;
      receivedAt: Instant;
    }
  | { type: 'alert-raised'; alert: Alert; at: Instant }
  | { type: 'alert-cleared'; id: string; at: Instant };
