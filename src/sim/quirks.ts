import type { Flash } from './flash.ts';

/** Ways in which charge points in use differ from the specification; each is off unless a model has it. */

/** The marks (Q18, D1.1) are the numbers of the observation or report that each goes back to. */
export type Quirks = {
  /** D1.1, D1.2: refuses profiles at any stack level above 0, whatever ChargeProfileMaxStackLevel says. */
  readonly stackLevelZeroOnly: boolean;
  /** Q18, D1.10: refuses profiles in amps. */
  readonly wattsOnly: boolean;
  /** Q20, D1.7: accepts every profile and keeps none. */
  readonly ignoresProfiles: boolean;
  /** D1.6: after a limit of 0 A the next one is ignored, and all that the wiring carries is offered. */
  readonly ignoresFirstLimitAfterZero: boolean;
  /** D1.9, D1.17: a changed limit takes effect only after so many seconds. */
  readonly limitDelaySeconds: number;
  /** D1.8: ClearChargingProfile does not find profiles of stack level 0. */
  readonly clearMissesStackZero: boolean;
  /** D1.11, Q17: the composite schedule comes in the unit that was not asked for. */
  readonly compositeInOtherUnit: boolean;
  /** D1.13: ends the transaction when the limit is less than any car can charge with. */
  readonly endsBelowMinimum: boolean;
  /** D1.13: the same, but only once it has charged: it waits for its first current. */
  readonly endsWhenPaused: boolean;
  /** Support table of the field report: no LocalAuthListManagement. */
  readonly noLocalList: boolean;
  /** D7.54: entries that one SendLocalList may hold; null: 100. */
  readonly listChunk: number | null;
  /** D7.54: after a start, differential lists get this answer until a full one has come. */
  readonly differentialNeedsFull: 'Failed' | 'VersionMismatch' | null;
  /** D5.46: keys that one GetConfiguration may name; null: 50. Asked for nothing by name, it still tells all. */
  readonly configurationMaxKeys: number | null;
  /** D5.46: a GetConfiguration without keys is never answered. */
  readonly noFullConfiguration: boolean;
  /** Q20: says Accepted to every ChangeConfiguration; what makes no sense is not kept. */
  readonly acceptsAnyConfiguration: boolean;
  /** Q21: every change of the configuration waits for a reboot. */
  readonly configurationNeedsReboot: boolean;
  /** Takes so many seconds before it looks at a request (slow controllers; D5.46). */
  readonly answerDelaySeconds: number;
  /** Q11: an unknown action is left without an answer. */
  readonly silentOnUnknownActions: boolean;
  /** Support table of the field report: none of the security extension's messages. */
  readonly noSecurityExtension: boolean;
  /** Security whitepaper L01.FR.20, which few obey: UpdateFirmware is NotSupported once signed updates are known. */
  readonly signedFirmwareOnly: boolean;
  /** Q30: a SecurityEventNotification StartupOfTheDevice after each boot. */
  readonly reportsStartup: boolean;
  /** D1.15: profiles stand in memory only. */
  readonly losesProfilesOnReboot: boolean;
  /** D4.39: reservations stand in memory only. */
  readonly losesReservationsOnReboot: boolean;
  /** D7.54: the local list and its version stand in memory only. */
  readonly losesListOnReboot: boolean;
  /** Q6: a WebSocket ping every so many seconds; 0: none. WebSocketPingInterval begins with it. */
  readonly pingSeconds: number;
  /** Q21: sampled values come without a unit. */
  readonly metersWithoutUnit: boolean;
  /** Q21: one Current.Import without a phase that means each phase. */
  readonly currentWithoutPhase: boolean;
  /** Q21: the energy register in kWh. */
  readonly energyInKwh: boolean;
  /** D6.50: its clock is always wrong by so many seconds, whatever time it is told. */
  readonly clockOffsetSeconds: number;
  /** Profiles are gone when the connection is lost. */
  readonly losesProfilesOnDisconnect: boolean;
  /** While its transaction is suspended, a TxProfile is accepted and thrown away. */
  readonly forgetsTxProfileWhileSuspended: boolean;
  /** Refuses ChargePointMaxProfile. */
  readonly noChargePointMax: boolean;
  /** Refuses TxProfile. */
  readonly noTxProfile: boolean;
  /** Takes limits for the whole charge point only: refuses TxProfile and TxDefaultProfile. */
  readonly onlyChargePointMax: boolean;
  /** Refuses TxDefaultProfile. */
  readonly noTxDefault: boolean;
  /** Refuses profiles of this kind. */
  readonly refusesKind: 'Absolute' | 'Relative' | null;
  /** Refuses every profile until a switch in the housing has been set (`setLocalSwitch`). */
  readonly needsLocalSwitch: boolean;
  /** The limits that it knows besides 0, in amps; others are refused. */
  readonly limitStepsA: readonly number[] | null;
  /** ChargingScheduleMaxPeriods; null: 24. */
  readonly maxPeriods: number | null;
  /** TxProfile and TxDefaultProfile of one connector and stack level have one place, and the later one gets it. */
  readonly sharesTxSlot: boolean;
  /** Relative schedules count from when they were received, not from the start of the transaction. */
  readonly relativeFromReceipt: boolean;
  /** Seconds that it offers nothing after a pause, though the limit allows it again. */
  readonly resumeSeconds: number;
  /** For so many seconds after each change of the profiles, offers all that the wiring carries if it was charging. */
  readonly spikeSeconds: number;
  /** From so many seconds of a transaction on, offers all that the wiring carries, and reports the limits all the same; 0: never. */
  readonly disobeysAfterSeconds: number;
  /** What becomes of GetCompositeSchedule: this status, or this error code. */
  readonly compositeRefused: 'Rejected' | 'NotSupported' | null;
  /** Q17: the composite schedule tells no numbers of phases, and no limit at all in the unit that it does not take. */
  readonly bareComposite: boolean;
  /** Q21: the voltage is 0 while no current flows. */
  readonly noVoltageAtRest: boolean;
  /** What the composite schedule of a connector without a transaction tells: no schedule, or what the wiring carries. */
  readonly idleComposite: 'none' | 'hardware' | null;
  /** A transaction goes on after a loss of power. */
  readonly resumesTransactionOnReboot: boolean;
  /** TxProfiles stand in memory only. */
  readonly losesTxProfilesOnReboot: boolean;
  /** Introduces itself on every connection, and not only after a start. */
  readonly bootsOnReconnect: boolean;
  /** Introduces itself when that is triggered, though it is accepted. */
  readonly bootsWhenAsked: boolean;
  /** After a start its clock begins with 1970, until it is told the time. */
  readonly losesClockOnReboot: boolean;
  /** A car gets all that the wiring carries without a transaction. */
  readonly freeVend: boolean;
};

export const noQuirks: Quirks = {
  stackLevelZeroOnly: false,
  wattsOnly: false,
  ignoresProfiles: false,
  ignoresFirstLimitAfterZero: false,
  limitDelaySeconds: 0,
  clearMissesStackZero: false,
  compositeInOtherUnit: false,
  endsBelowMinimum: false,
  endsWhenPaused: false,
  noLocalList: false,
  listChunk: null,
  differentialNeedsFull: null,
  configurationMaxKeys: null,
  noFullConfiguration: false,
  acceptsAnyConfiguration: false,
  configurationNeedsReboot: false,
  answerDelaySeconds: 0,
  silentOnUnknownActions: false,
  noSecurityExtension: false,
  signedFirmwareOnly: false,
  reportsStartup: false,
  losesProfilesOnReboot: false,
  losesReservationsOnReboot: false,
  losesListOnReboot: false,
  pingSeconds: 0,
  metersWithoutUnit: false,
  currentWithoutPhase: false,
  energyInKwh: false,
  clockOffsetSeconds: 0,
  losesProfilesOnDisconnect: false,
  forgetsTxProfileWhileSuspended: false,
  noChargePointMax: false,
  noTxProfile: false,
  onlyChargePointMax: false,
  noTxDefault: false,
  refusesKind: null,
  needsLocalSwitch: false,
  limitStepsA: null,
  maxPeriods: null,
  sharesTxSlot: false,
  relativeFromReceipt: false,
  resumeSeconds: 0,
  spikeSeconds: 0,
  disobeysAfterSeconds: 0,
  compositeRefused: null,
  bareComposite: false,
  noVoltageAtRest: false,
  idleComposite: null,
  resumesTransactionOnReboot: false,
  losesTxProfilesOnReboot: false,
  bootsOnReconnect: false,
  bootsWhenAsked: false,
  losesClockOnReboot: false,
  freeVend: false,
};

/** What such a charge point has lost when it starts again. */
export function loseOnReboot(flash: Flash, quirks: Quirks): void {
  if (quirks.losesProfilesOnReboot) flash.profiles = [];
  if (quirks.losesTxProfilesOnReboot) flash.profiles = flash.profiles.filter((one) => one.purpose !== 'TxProfile');
  if (quirks.losesReservationsOnReboot) flash.reservations = [];
  if (!quirks.losesListOnReboot) return;
  flash.localList.clear();
  flash.localListVersion = 0;
}
