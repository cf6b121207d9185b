import type { AuditEntry } from './audit.ts';
import type { CertificateEvent } from './certificate.ts';
import type { RateUnit } from './charging-profile.ts';
import type { WishSubject, WishTerms } from './charging-wish.ts';
import type { CompositeSchedule } from './composite-schedule.ts';
import type { DialectKey, DialectValues } from './dialect.ts';
import type { FileJobKind, FileJobRequest } from './file-job.ts';
import type { CampaignPlan } from './firmware-campaign.ts';
import type { ProfileTerms, ScheduleComparison } from './profile-record.ts';
import type { ReservationTerms } from './reservation.ts';
import type { SecurityProfile } from './security-profile.ts';
import type { SharingPolicy } from './sharing-policy.ts';
import type { LimitEvidence, LimitValue, SiteLimit } from './site-limit.ts';
import type { Token, TokenGroup, TokenSource } from './token.ts';
import type { ImportMode, LineError, TokenLine } from './token-import.ts';
import type { TokenRules } from './token-rules.ts';
import type { Instant } from './units.ts';
import type { UpstreamEvent } from './upstream.ts';

/** All that a person or a machine may ask of the controller, from wherever it comes. */
export type Command =
  /**
   * Sends a message to a charge point, as it is. The payload has passed the schema. `override` sends even what OCPP says
   * must not be sent now.
   */
  | { type: 'operate'; chargePointId: string; action: string; payload: object; override?: boolean }
  /** Without a parentIdTag the token's own group may use it as well. `override`, here and below: even what is surely a mistake. */
  | ({
      type: 'reserve';
      chargePointId: string;
      parentIdTag?: string | null;
      override?: boolean;
    } & Omit<ReservationTerms, 'parentIdTag'>)
  /** `id` is ours, here and below. */
  | { type: 'extend-reservation'; chargePointId: string; id: number; expiresAt: Instant; override?: boolean }
  | { type: 'cancel-reservation'; chargePointId: string; id: number }
  | { type: 'approve'; chargePointId: string }
  /** Tells it to use a higher security profile; `lower` lets it come with a lower one again. */
  | { type: 'raise-security-profile' | 'lower-security-profile'; chargePointId: string; profile: SecurityProfile }
  | { type: 'reject'; chargePointId: string }
  /**
   * `token.source` says who writes. `overrideUntil`: of a token of the backend, until when the change made here holds.
   * `adopt`: the backend takes over a token that was entered here.
   */
  | { type: 'put-token'; token: Token; overrideUntil?: Instant | null; adopt?: boolean }
  | { type: 'remove-token'; idTag: string; by?: Exclude<TokenSource, 'file'> }
  /** The list of the backend, whole (`base` null), or as changes to its version `base`. */
  | {
      type: 'sync-tokens';
      version: number;
      base: number | null;
      lines: readonly TokenLine[];
      remove: readonly string[];
      adopt: boolean;
    }
  /** What was changed here for a while becomes again what the backend says: tokens, and wishes for configuration keys. */
  | { type: 'lapse-overrides' }
  | { type: 'create-file-job'; chargePointId: string; kind: FileJobKind; request: FileJobRequest }
  | { type: 'cancel-file-job'; id: string }
  | { type: 'drop-file'; id: string }
  | { type: 'create-campaign'; plan: CampaignPlan; chargePointIds: readonly string[] }
  | { type: 'change-campaign'; id: string; to: 'paused' | 'running' | 'cancelled' }
  /** What a key of a charge point shall be, from now on. */
  | {
      type: 'wish-configuration';
      chargePointId: string;
      key: string;
      value: string;
      override?: boolean;
      /** Left out: somebody on site. */
      by?: Exclude<TokenSource, 'file'>;
      /** Of a key of the backend, until when what is wished here holds. */
      overrideUntil?: Instant | null;
    }
  | { type: 'drop-configuration-wish'; chargePointId: string; key: string; by?: Exclude<TokenSource, 'file'> }
  /** Reads it anew. */
  | { type: 'refresh-configuration'; chargePointId: string }
  /** Values of a make that count from now on, beside those set before; undefined ones are no longer set. */
  | { type: 'set-dialect'; key: DialectKey; values: { [Name in keyof DialectValues]: DialectValues[Name] | undefined } }
  /** Forgets all that was learned and set of a make. */
  | { type: 'reset-dialect'; key: DialectKey }
  /** Sends the local list of a charge point anew, whatever it is believed to hold. */
  | { type: 'resync-local-list'; chargePointId: string }
  | { type: 'import-tokens'; lines: readonly TokenLine[]; mode: ImportMode; source: TokenSource; dryRun: boolean }
  /** The configuration names no file of tokens. */
  | { type: 'release-file-tokens' }
  | { type: 'put-token-group'; group: TokenGroup }
  | { type: 'remove-token-group'; parentIdTag: string }
  | {
      type: 'enrol-card';
      idTag: string;
      as: Enrolment /** Whose token it becomes; api where left out. */;
      by?: 'api' | 'upstream';
    }
  | { type: 'forget-card'; idTag: string }
  | { type: 'clear-alert'; id: string }
  /** What became of a certificate, from whoever signs outside of the turn. */
  | { type: 'note-certificate'; event: CertificateEvent }
  /** A profile of its own terms, or those of a template. `keep` null: unless it is a TxProfile. */
  | ({
      type: 'install-profile';
      chargePointId: string;
      connectorId: number;
      /** Null: the one that runs at the connector, for a TxProfile. */
      transactionId: number | null;
      keep: boolean | null;
      override?: boolean;
    } & ({ template: string } | { template: null; terms: ProfileTerms }))
  | { type: 'remove-profile'; chargePointId: string; profileId: number }
  /** `ask`: has the charge point report its own. `unit` null: what the charge point takes. */
  | {
      type: 'composite-schedule';
      chargePointId: string;
      connectorId: number;
      durationS: number;
      unit: RateUnit | null;
      ask: boolean;
    }
  /** `id` null: a new one. */
  | { type: 'put-profile-template'; id: string | null; name: string; terms: ProfileTerms }
  | { type: 'remove-profile-template'; id: string }
  /** Replaces the limit of this source on this circuit. `ttlMs` null: until it is taken back. `signal`: what asked for it, as it came. */
  | {
      type: 'set-site-limit';
      circuit: string;
      source: string;
      value: LimitValue;
      ttlMs: number | null;
      then: SiteLimit['then'];
      /** It begins then, and lives from then on; left out or null: now. */
      startsAt?: Instant | null;
      signal: string | null;
    }
  | { type: 'end-site-limit'; id: string; signal: string | null }
  /** Sets a limit of the backend aside; null: it holds again. */
  | { type: 'suspend-site-limit'; id: string; until: Instant | null }
  /** Ends what has run out. */
  | { type: 'lapse-site-limits' }
  | { type: 'note-limit-effect'; effect: Omit<Extract<LimitEvidence, { kind: 'effect' }>, 'at' | 'kind'> }
  /** Replaces what was wanted of the same subject. */
  | { type: 'set-charging-wish'; subject: WishSubject; terms: WishTerms }
  | { type: 'drop-charging-wish'; subject: WishSubject }
  /** A running session before all others, until then; null ends it. */
  | { type: 'boost'; transactionId: number; until: Instant | null }
  | { type: 'set-policy'; policy: SharingPolicy }
  /** Puts on record what has passed between the site and its backend. */
  | { type: 'note-upstream'; event: UpstreamEvent }
  | { type: 'note-audit'; entry: AuditEntry }
  /** A person declares a connector switched off; it counts nothing until its charge point connects again. */
  | { type: 'isolate'; chargePointId: string; connectorId: number; isolated: boolean };

/** An unknown card becomes a token of its own, or another name of one. */
export type Enrolment =
  | { kind: 'token'; note: string | null; parentIdTag: string | null; rules: TokenRules }
  | { kind: 'alias'; of: string };

export type CommandResult =
  | { kind: 'done' }
  /** There is something new now. */
  | { kind: 'created'; id: string; warnings?: readonly string[] }
  /** What was asked for can not be; `why` is a sentence for a person. Nothing was changed. */
  | { kind: 'invalid' | 'conflict'; why: string }
  /** It would let more flow than a circuit carries. Nothing was sent; `override` sends it. */
  | { kind: 'limit-refused'; why: string }
  /** What was asked for can be sent, but is surely a mistake. Nothing was; `override` sends it. */
  | { kind: 'mistaken'; warnings: readonly string[] }
  /** How many tokens a list added, changed, left as they are and removed; or would, in a dry run. */
  | { kind: 'imported'; added: number; changed: number; unchanged: number; removed: number }
  /** Some lines of a list can not be; nothing was changed. */
  | { kind: 'wrong-lines'; errors: readonly LineError[] }
  /** The charge point answered; whether it agreed stands in the payload. */
  | { kind: 'answered'; operationId: string; payload: unknown }
  | { kind: 'call-error'; operationId: string; code: string; description: string; details: unknown }
  /** The charge point answered, and said no; `why` is a sentence for a person. */
  | { kind: 'refused'; why: string }
  | { kind: 'composite-schedule'; computed: CompositeSchedule; comparison: ScheduleComparison | null }
  | { kind: 'unknown'; what: string }
  | { kind: 'not-connected' }
  /** Sent, but no answer came: the charge point may have acted all the same. */
  | { kind: 'no-answer'; why: 'timeout' | 'disconnected' }
  /** Not sent: too much was waiting before it. */
  | { kind: 'queue-full' }
  | { kind: 'store-failed' };
