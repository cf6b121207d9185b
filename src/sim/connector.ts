import { authorize, isFor, readIdTagInfo, remember, sameTag } from './authorization.ts';
import { type Car, charge, drive, interrupt, isFull, leastAmps, socPercent, steadySeconds } from './car.ts';
import { type ConnectorLoad, type InstalledProfile, type Limit, limitAt } from './composite-schedule.ts';
import { batteryVolts, createDcSession, type DcSession, hardwareOf } from './dc.ts';
import type { IdTagInfo, Reservation, Transaction } from './flash.ts';
import type { Payload } from './frames.ts';
import { type Measurement, powerW } from './meter.ts';
import { createPilot, type Pilot } from './pilot.ts';
import { createSampler, type Sampler } from './sampler.ts';
import type { Station } from './station.ts';
import type { ConnectorStatus } from './status-report.ts';

/**
 * One connector: its cable, its meter, its transaction. The transaction and the register stand in flash; who was
 * authorized, and that a transaction has just ended, is forgotten when the power goes.
 */

type StopReason =
  | 'Local'
  | 'Remote'
  | 'EVDisconnected'
  | 'DeAuthorized'
  | 'PowerLoss'
  | 'HardReset'
  | 'SoftReset'
  | 'UnlockCommand'
  | 'Other';

type Admission = {
  readonly idTag: string;
  readonly info: IdTagInfo;
  readonly until: number;
  readonly profile: InstalledProfile | null;
};

export class Connector {
  readonly id: number;
  car: Car | null = null;
  #fault: string | null = null;
  readonly #station: Station;
  readonly #volts: readonly number[];
  #admitted: Admission | null = null;
  #finished = false;
  #offer: Limit;
  /** In this transaction there was something to charge with. */
  #hasOffered = false;
  /** From the grid, on L1, L2, L3. */
  #amps: readonly number[] = [0, 0, 0];
  readonly #dc: DcSession | null;
  /** At the car. */
  #dcW = 0;
  readonly #pilot: Pilot;
  readonly #sampler: Sampler;
  /** While false nothing is measured or offered. */
  #powered = false;

  constructor(id: number, station: Station, volts: readonly number[]) {
    this.id = id;
    this.#station = station;
    this.#volts = volts;
    this.#offer = { amps: 0, phases: volts.length };
    this.#dc = station.model.dc === undefined ? null : createDcSession(station.model.dc);
    this.#pilot = createPilot(station.quirks);
    this.#sampler = createSampler({ connectorId: id, station, measure: () => this.measurement() });
  }

  /** A ChargePointErrorCode (§7.6) while it is out of order. */
  get fault(): string | null {
    return this.#fault;
  }

  set fault(code: string | null) {
    this.#fault = code;
    this.#station.stir();
  }

  get transaction(): Transaction | null {
    return this.#station.flash.transactions.get(this.id) ?? null;
  }

  get load(): ConnectorLoad {
    const { model } = this.#station;
    const wiring = { amps: model.maxAmps, phases: model.phases };
    const hardware = model.dc === undefined ? wiring : hardwareOf(model.dc, model.maxAmps);
    return { connectorId: this.id, hardware, transactionStart: this.transaction?.startedAt ?? null };
  }

  /** A reservation of this very connector. */
  get reservation(): Reservation | null {
    return this.#station.flash.reservations.find((one) => one.connectorId === this.id) ?? null;
  }

  /** As §4.9 names it; derived, so that it can't disagree with the rest. */
  get status(): ConnectorStatus {
    if (this.fault !== null) return 'Faulted';
    if (this.transaction !== null) {
      if (this.#offer.amps === 0) return 'SuspendedEVSE';
      return this.#amps.some((amps) => amps > 0) ? 'Charging' : 'SuspendedEV';
    }
    if (this.#station.flash.inoperative.has(this.id) || this.#station.memory.closed) return 'Unavailable';
    if (this.#admitted !== null) return 'Preparing';
    if (this.#station.quirks.freeVend && this.#amps.some((amps) => amps > 0)) return 'Charging';
    if (this.car !== null) return this.#finished ? 'Finishing' : 'Preparing';
    return this.reservation === null ? 'Available' : 'Reserved';
  }

  /** In order and free of a transaction. */
  get usable(): boolean {
    const { flash, memory } = this.#station;
    return this.transaction === null && this.fault === null && !flash.inoperative.has(this.id) && !memory.closed;
  }

  powerOn(): void {
    this.#powered = true;
    this.#sampler.wake();
    if (this.transaction !== null && !this.#station.quirks.resumesTransactionOnReboot) this.stop('PowerLoss');
    this.#finished = false;
  }

  powerOff(): void {
    this.#powered = false;
    this.#admitted = null;
    this.#stopDelivery();
  }

  plug(car: Car): void {
    this.car = car;
    this.#finished = false;
    this.#startIfReady();
    this.#station.refreshStatus();
  }

  unplug(): void {
    const { configuration } = this.#station;
    this.#stopDelivery();
    this.car = null;
    this.#finished = false;
    const stops = this.#powered && configuration.flag('StopTransactionOnEVSideDisconnect');
    if (this.transaction !== null && stops) this.stop('EVDisconnected');
    this.#station.refreshStatus();
  }

  /** Starts, or stops when one is running that the card may stop; `done` learns whether the card had an effect. */
  presentCard(idTag: string, done: (effective: boolean) => void = () => {}): void {
    const running = this.transaction;
    if (!this.#powered || (running === null && !this.usable)) {
      done(false);
      return;
    }
    if (running !== null && sameTag(idTag, running.idTag)) {
      this.stop('Local', idTag);
      done(true);
      return;
    }
    authorize(this.#station, idTag, (info) => {
      if (running === null) {
        done(this.admit(idTag, info, null));
        return;
      }
      // Anyone of the group that started it may stop it (§3.10).
      const ofGroup = info.status === 'Accepted' && sameTag(info.parentIdTag, running.parentIdTag);
      const effective = ofGroup && this.transaction === running;
      if (effective) this.stop('Local', idTag);
      done(effective);
    });
  }

  /** Lets this idTag charge as soon as a car is plugged, for ConnectionTimeOut. False: refused, taken or reserved. */
  admit(idTag: string, info: IdTagInfo, profile: InstalledProfile | null): boolean {
    if (info.status !== 'Accepted' || !this.#powered || !this.isFreeFor(idTag, info.parentIdTag)) return false;
    const until = this.#station.time() + this.#station.configuration.integer('ConnectionTimeOut') * 1000;
    this.#admitted = { idTag, info, until, profile };
    this.#startIfReady();
    this.#station.refreshStatus();
    return true;
  }

  /** Usable, and not kept for somebody else by a reservation (§5.13). */
  isFreeFor(idTag: string, parentIdTag: string | null): boolean {
    if (!this.usable) return false;
    if (this.reservation !== null) return isFor(this.reservation, idTag, parentIdTag);
    const anywhere = this.#station.flash.reservations.filter((one) => one.connectorId === 0);
    if (anywhere.some((one) => isFor(one, idTag, parentIdTag))) return true;
    const free = this.#station.connectors.filter((one) => one.usable && one.reservation === null);
    return free.length > anywhere.length;
  }

  stop(reason: StopReason, idTag?: string): void {
    const transaction = this.transaction;
    if (transaction === null) return;
    const { flash } = this.#station;
    const samples = this.#sampler.end(transaction);
    flash.transactions.delete(this.id);
    flash.profiles = flash.profiles.filter((one) => one.purpose !== 'TxProfile' || one.connectorId !== this.id);
    this.#finished = true;
    this.#stopDelivery();
    this.#station.queue.push({
      action: 'StopTransaction',
      localId: transaction.localId,
      payload: {
        ...(idTag === undefined ? {} : { idTag }),
        meterStop: this.#registerWh(),
        timestamp: this.#timestamp(),
        reason,
        ...(samples.length === 0 ? {} : { transactionData: samples }),
      },
    });
    this.#station.refreshStatus();
  }

  /** The Central System's word on a start of this connector that may be over by now (§4.8). */
  started(transaction: Transaction, payload: Payload): void {
    const info = readIdTagInfo(payload);
    if (info === null) return;
    remember(this.#station, transaction.idTag, info);
    transaction.parentIdTag ??= info.parentIdTag;
    if (info.status === 'Accepted' || this.transaction !== transaction) return;
    if (this.#station.configuration.flag('StopTransactionOnInvalidId')) this.stop('DeAuthorized');
    else transaction.refused = true;
  }

  /** Lives on until now: energy since the last step, then the new offer, samples that are due, admissions that lapse. */
  step(offer: Limit, elapsedSeconds: number): void {
    if (!this.#powered) return;
    const at = this.#station.time();
    const { flash, quirks, clock } = this.#station;
    this.#meter(elapsedSeconds);
    const transaction = this.transaction;
    const vends = quirks.freeVend && transaction === null && this.car !== null;
    const delivering = (vends || (transaction !== null && !transaction.refused)) && this.fault === null;
    const obeyed = this.#pilot.offer(offer, this.load.hardware, flash.profiles, clock.now());
    this.#offer = delivering ? obeyed : { ...offer, amps: 0 };
    if (this.#offer.amps > 0) this.#hasOffered = true;
    const ends = quirks.endsBelowMinimum || (quirks.endsWhenPaused && this.#hasOffered);
    if (delivering && ends && obeyed.amps === 0) this.stop('Other');
    if (delivering && this.#dc?.isOver(this.#offer, clock.now()) === true) this.stop('Other');
    if (this.car !== null) {
      const now = this.#station.clock.now();
      this.#draw(this.car, now, elapsedSeconds);
    }
    if (this.#admitted !== null && at >= this.#admitted.until) this.#admitted = null;
    this.#sampler.step(this.transaction);
  }

  /** For how long a step would do nothing but `pass`, while its limit stays as it is, ms. */
  restMs(): number {
    const { quirks } = this.#station;
    if (this.#admitted !== null || !this.#pilot.isFlawless) return 0;
    const restMs = this.#sampler.restMs(this.transaction);
    if (this.car === null) return restMs;
    if (this.#dc !== null || quirks.freeVend) return 0;
    return Math.min(restMs, steadySeconds(this.car, this.#offer.amps, powerW(this.measurement())) * 1000);
  }

  /** Lives on without a change: only energy flows. */
  pass(elapsedSeconds: number): void {
    if (this.#powered) this.#meter(elapsedSeconds);
  }

  /** Drawn from the grid, in amps on L1, L2, L3; another list whenever it changes. */
  get amps(): readonly number[] {
    return this.#amps;
  }

  measurement(): Measurement {
    return {
      amps: this.#amps,
      volts: this.#volts,
      registerWh: this.#station.flash.registersWh.get(this.id) ?? 0,
      offeredAmps: this.#offer.amps,
      offeredPhases: this.#offer.phases,
      socPercent: this.car === null ? null : socPercent(this.car),
      dc: this.#dc === null ? null : this.#atTheCar(),
    };
  }

  get carIsFull(): boolean {
    return this.car !== null && isFull(this.car);
  }

  #startIfReady(): void {
    const admitted = this.#admitted;
    if (admitted === null || this.car === null || !this.#powered || !this.usable) return;
    const { flash, queue } = this.#station;
    const { idTag, info } = admitted;
    this.#admitted = null;
    const transaction: Transaction = {
      localId: ++flash.lastLocalId,
      connectorId: this.id,
      idTag,
      parentIdTag: info.parentIdTag,
      startedAt: Math.floor(this.#station.time() / 1000) * 1000,
      meterStartWh: this.#registerWh(),
      transactionId: null,
      refused: false,
      samples: [],
    };
    flash.transactions.set(this.id, transaction);
    this.#pilot.reset();
    this.#hasOffered = false;
    if (admitted.profile !== null) flash.profiles = [...flash.profiles, admitted.profile];
    // Until the next step has looked at the other connectors too.
    const limit = limitAt(flash.profiles, this.load, this.#station.time());
    this.#offer = { ...limit, amps: limit.amps < leastAmps ? 0 : limit.amps };
    this.#sampler.begin(transaction);
    const reservation = this.#takeReservation(idTag, info.parentIdTag);
    queue.push({
      action: 'StartTransaction',
      localId: transaction.localId,
      payload: {
        connectorId: this.id,
        idTag,
        meterStart: transaction.meterStartWh,
        timestamp: new Date(transaction.startedAt).toISOString(),
        ...(reservation === null ? {} : { reservationId: reservation.reservationId }),
      },
    });
  }

  /** The reservation that this start uses up. */
  #takeReservation(idTag: string, parentIdTag: string | null): Reservation | null {
    const { flash } = this.#station;
    const mine = flash.reservations.filter((one) => isFor(one, idTag, parentIdTag));
    const taken = mine.find((one) => one.connectorId === this.id) ?? mine.find((one) => one.connectorId === 0) ?? null;
    flash.reservations = flash.reservations.filter((one) => one !== taken);
    return taken;
  }

  #draw(car: Car, now: number, elapsedSeconds: number): void {
    const { dc } = this.#station.model;
    if (this.#dc === null || dc === undefined) {
      this.#amps = drive(car, this.#offer.amps, this.#offer.phases, now, elapsedSeconds);
      return;
    }
    this.#dcW = this.#dc.drive(car, this.#offer, now, elapsedSeconds);
    const together = this.#volts.reduce((sum, volts) => sum + volts, 0);
    this.#amps = this.#volts.map(() => this.#dcW / dc.efficiency / together);
  }

  #atTheCar(): { volts: number; amps: number } {
    const volts = this.car === null ? 0 : batteryVolts(this.car);
    return { volts, amps: volts === 0 ? 0 : this.#dcW / volts };
  }

  #stopDelivery(): void {
    this.#amps = [0, 0, 0];
    this.#dcW = 0;
    this.#dc?.reset();
    this.#offer = { ...this.#offer, amps: 0 };
    if (this.car !== null) interrupt(this.car);
  }

  #meter(elapsedSeconds: number): void {
    const wattHours = (powerW(this.measurement()) * elapsedSeconds) / 3600;
    const { registersWh } = this.#station.flash;
    registersWh.set(this.id, (registersWh.get(this.id) ?? 0) + wattHours);
    if (this.car !== null) charge(this.car, wattHours, this.#dc !== null);
  }

  #registerWh(): number {
    return Math.floor(this.#station.flash.registersWh.get(this.id) ?? 0);
  }

  #timestamp(): string {
    return new Date(this.#station.time()).toISOString();
  }
}
