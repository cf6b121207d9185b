import type { IssuedCertificate, SigningRequest } from '../domain/certificate.ts';
import type { ConnectorStatus, Nameplate, Registration, StatusReport } from '../domain/charge-point.ts';
import type { ChargingWish, WishSubject } from '../domain/charging-wish.ts';
import type { ConfigurationReading, ConfigurationWish, ReportedKey } from '../domain/configuration.ts';
import type { RecordedAttempt } from '../domain/configuration-state.ts';
import type { GivenPassword } from '../domain/credential.ts';
import type { TokenBook, TokenUse } from '../domain/desired-list.ts';
import type { DialectKey, RecordedDialect } from '../domain/dialect.ts';
import type { FileJob } from '../domain/file-job.ts';
import type { RegisterAt } from '../domain/findings.ts';
import type { Campaign } from '../domain/firmware-campaign.ts';
import type { ListEntry, LocalList } from '../domain/local-list.ts';
import type { OpenOperation } from '../domain/operation.ts';
import type { ProfileTemplate, RecordedProfile, ScheduleComparison } from '../domain/profile-record.ts';
import type { Reservation } from '../domain/reservation.ts';
import type { SecurityStanding } from '../domain/security-profile.ts';
import type { SharingPolicy } from '../domain/sharing-policy.ts';
import type { SiteLimit } from '../domain/site-limit.ts';
import type { Token, TokenGroup, TokenOverride } from '../domain/token.ts';
import type { KnownTokens } from '../domain/token-import.ts';
import type { Start, Stop, Transaction } from '../domain/transaction.ts';
import type { Instant, WattHours } from '../domain/units.ts';

/**
 * What a handler may know of the record: reads only, answered from the store at once, and seeing everything that the
 * same turn has already recorded.
 */
export type Records = KnownTokens & {
  /** The value that a charge point last reported for a configuration key; null where it reported none. */
  reportedConfiguration(chargePointId: string, key: string): string | null;
  /** All configuration keys that a charge point last reported, by name. */
  reportedKeys(chargePointId: string): readonly ReportedKey[];
  configurationReading(chargePointId: string): ConfigurationReading;
  /** Keys, folded, that the charge point was asked for and did not tell, since the last reading began. */
  untoldKeys(chargePointId: string): ReadonlySet<string>;
  /** Values asked for by the API; what the configuration file asks for is policy. */
  configurationWishes(chargePointId: string): readonly ConfigurationWish[];
  /** What the last ChangeConfiguration of each key came to. */
  configurationAttempts(chargePointId: string): readonly RecordedAttempt[];
  /** What a charge point has reached and agreed to; nothing for one that never did. */
  securityStanding(chargePointId: string): SecurityStanding;
  /** What it last asked to be signed; null where it never did. */
  signingRequest(chargePointId: string): SigningRequest | null;
  /** How many were made for it since then. */
  certificatesSince(chargePointId: string, since: Instant): number;
  /** By fingerprint; null where it was not made here. */
  issuedCertificate(fingerprint: string): IssuedCertificate | null;
  /** Passwords given over OCPP, in their order. */
  givenPasswords(chargePointId: string): readonly GivenPassword[];
  alertIsOpen(id: string): boolean;
  /** What a charge point is believed to hold, is to hold, and refused; the latest last. */
  chargingProfiles(chargePointId: string): readonly RecordedProfile[];
  /** An id that no charge point of the site holds a profile by, and that was never given before. */
  nextChargingProfileId(): number;
  /** The last composite schedule that it reported for the connector, beside ours; null where it never did. */
  scheduleComparison(chargePointId: string, connectorId: number): ScheduleComparison | null;
  /** What was learned and set about a make; empty values where nothing was. */
  dialect(key: DialectKey): RecordedDialect;
  /** A charge point calls itself so, or something is on record about it. */
  isMake(key: DialectKey): boolean;
  profileTemplate(id: string): ProfileTemplate | null;
  profileTemplateNamed(name: string): ProfileTemplate | null;
  countProfileTemplates(): number;
  /** When it last sent a BootNotification; null where it never did. */
  lastBootAt(chargePointId: string): Instant | null;
  /** Connectors that it has reported a status of, 0 included, in ascending order. */
  connectorIds(chargePointId: string): readonly number[];
  /** Operations that wait for their answer, or for what the charge point does later; the oldest first. */
  openOperations(chargePointId: string): readonly OpenOperation[];
  /** By our own id, not by the number that the charge point knows it by. */
  reservation(id: number): Reservation | null;
  /** Those that have not come to their end, in the order in which they were made. */
  openReservations(chargePointId: string): readonly Reservation[];
  /** All that ever bore this number on this charge point, the latest first. */
  reservationsNumbered(chargePointId: string, reservationId: number): readonly Reservation[];
  /** Those that were made by then, and had neither expired nor ended. */
  reservationsHeldAt(chargePointId: string, at: Instant): readonly Reservation[];
  /** For a new one, as our id and as its number: no charge point has ever heard of it. */
  nextReservationId(): number;
  /** The last status of a connector; null where none was reported. */
  lastReport(chargePointId: string, connectorId: number): Pick<StatusReport, 'status' | 'receivedAt'> | null;
  /** As last reported; null where nothing was. Connector 0 is the charge point as a whole. */
  connectorStatus(chargePointId: string, connectorId: number): ConnectorStatus | null;
  /** File jobs that have not ended; the oldest first. */
  openFileJobs(chargePointId: string): readonly FileJob[];
  /** Hashes of the tokens of a job that are good. */
  fileTokens(jobId: string): readonly string[];
  fileJob(id: string): FileJob | null;
  /** A request id that no job has. */
  nextFileRequestId(): number;
  /** Uploads that are kept; the oldest first. Sizes in bytes. */
  keptFiles(): readonly { readonly id: string; readonly size: number; readonly storedAt: Instant }[];
  /** Campaigns that have not ended, or whose updates have not. */
  openCampaigns(): readonly Campaign[];
  campaign(id: string): Campaign | null;
  /** Limits from outside that were set and not ended, what has run out among them. */
  siteLimits(): readonly SiteLimit[];
  siteLimit(id: string): SiteLimit | null;
  registration(chargePointId: string): Registration | null;
  nameplate(chargePointId: string): Nameplate | null;
  /** It has told of a firmware update since then. */
  firmwareToldSince(chargePointId: string, since: Instant): boolean;
  countChargePoints(registration: Registration): number;
  tokenBook(): TokenBook;
  /** How tokens were used in the weeks before a day, counted from 1970. */
  tokenUse(day: number): { useOf(chargePointId: string, idTagKey: string): TokenUse };
  /** What is known of its local list; null where nothing is. */
  localList(chargePointId: string): LocalList | null;
  /** What it has accepted, as far as it is known. */
  localListEntries(chargePointId: string): readonly ListEntry[];
  /** The same for one idTag. */
  localListEntry(chargePointId: string, idTagKey: string): ListEntry | null;
  /** Tokens whose idTag or alias may be the same card's: other spellings of it, and numbers cut from it or to it. */
  tokensLike(idTag: string): { readonly whole: readonly Token[]; readonly cut: readonly Token[] };
  tokenGroup(parentIdTag: string): TokenGroup | null;
  /** Of a token of the backend that was changed on site for a while; null where it was not. */
  tokenOverride(idTag: string): TokenOverride | null;
  /** Those that have run out at this instant, some of them. */
  lapsedOverrides(now: Instant): readonly TokenOverride[];
  /** Wishes of the backend for configuration keys that were set aside until an instant before this one, some of them. */
  lapsedWishes(now: Instant): readonly { readonly chargePointId: string; readonly key: string }[];
  /** The version of the backend's list of tokens that is here; null before the first. */
  upstreamTokensVersion(): number | null;
  /** Energy of the transactions that began in a span of time, by the charge point's clock; running ones so far. */
  energyOfToken(idTag: string, from: Instant, before: Instant): WattHours;
  energyOfGroup(parentIdTag: string, from: Instant, before: Instant): WattHours;
  /** Whether any transaction with this idTag was ever accepted. */
  hasCharged(idTag: string): boolean;
  unknownCard(idTag: string): string | null;
  /** When an unknown card was last noted; null where it never was. */
  unknownCardSeenAt(idTag: string): Instant | null;
  cacheState(chargePointId: string): CacheState;
  /** How often a stop was asked for since its token was blocked, and when last. */
  stopsAsked(transactionId: number): { readonly times: number; readonly lastAt: Instant } | null;
  /** What somebody wants of a session, a booking, a token or a group; null where nobody has said. */
  chargingWish(subject: WishSubject): ChargingWish | null;
  countChargingWishes(): number;
  isRunning(transactionId: number): boolean;
  /** Null where nobody has set one. */
  sharingPolicy(): SharingPolicy | null;
  /** An alert that nobody has cleared. */
  isAlertOpen(id: string): boolean;
  nextTransactionId(): number;
  transaction(chargePointId: string, transactionId: number): Transaction | null;
  /** The transaction that this very start made, if it was here before. */
  transactionByStart(chargePointId: string, start: Start): Transaction | null;
  /** The orphan that this very stop made, if it was here before. */
  orphanByStop(chargePointId: string, reportedTransactionId: number, stop: Stop): Transaction | null;
  /** Newest first. */
  runningOn(chargePointId: string): readonly Transaction[];
  /** Running transactions of a token by its idTag, or of an unknown card, anywhere on the site. */
  runningWith(idTag: string): readonly Transaction[];
  /** The last stopped transaction of the connector that had started before, by the charge point's clock. */
  previousOn(chargePointId: string, start: Start): Transaction | null;
  /** Transactions of the connector that started in a span of time, by the charge point's clock: the first 20. */
  startedDuring(chargePointId: string, connectorId: number, from: Instant, before: Instant): readonly Transaction[];
  /** The last register that was stored for a transaction. */
  lastRegister(transactionId: number): RegisterAt | null;
};

/** How the cache of a charge point stands to the tokens. Losses are counted: clocks step back, numbers do not. */
export type CacheState = {
  /** How often somebody has lost something, anywhere on the site, and when last. */
  readonly losses: number;
  readonly lastLossAt: Instant | null;
  /** The number of losses when a chore asked it to empty its cache; null once it has answered. */
  readonly askedAsOf: number | null;
  /** The losses that its cache no longer holds. */
  readonly clearedAsOf: number;
  readonly tryAgainAt: Instant | null;
};
